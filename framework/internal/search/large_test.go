package search

import "testing"

// A grid of 100,000 points of a method of twenty settings, listed and completed. The
// goal is two seconds and 400 MB:
//
//	go test ./framework/internal/search -run '^$' -bench 'Grid|Questions' -benchtime 3x -benchmem
func BenchmarkGridOfAHundredThousand(b *testing.B) {
	s, err := New(wideSchema, nil, []Param{
		{Name: "b", Min: 0, Max: 9, Step: 1}, {Name: "c", Min: 1, Max: 10}, {Name: "d", Min: 1, Max: 10},
		{Name: "e", Min: 1, Max: 50}, {Name: "a", Values: []any{"x", "y"}}}, "b + d < 100")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if list, err := s.Grid(); err != nil || len(list) != 100_000 {
			b.Fatalf("%d configurations, %v", len(list), err)
		}
	}
}

// A question of TPE after 1,000 answers, of five parameters of all kinds. The goal is
// 20 ms.
func BenchmarkTPEAfterAThousandQuestions(b *testing.B) {
	var s *TPE
	ask := func(n int) {
		for range n {
			c, ok, err := s.Ask()
			if err != nil || !ok {
				b.Fatal(ok, err)
			}
			s.Tell(truth(c))
		}
	}
	s = NewTPE(space(b, mixed...), 1, MaxConfigs)
	ask(1000)
	b.ResetTimer()
	ask(b.N)
}
