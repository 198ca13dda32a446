package search

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// mixed are parameters of all kinds.
var mixed = []Param{
	{Name: "lr", Min: 1e-4, Max: 1, Log: true}, {Name: "dropout", Min: 0, Max: 0.9},
	{Name: "optimizer", Values: []any{"adam", "sgd"}}, {Name: "momentum", Min: 0, Max: 0.9, When: "optimizer == 'sgd'"},
	{Name: "layers", Min: 1, Max: 64, Log: true},
}

func TestTPEObeysTheLaws(t *testing.T) {
	obeysLaws(t, 60, func(seed uint64) Strategy { return NewTPE(space(t, mixed...), seed, 60) }, truth)
}

func TestTPEObeysTheLawsInSmallSpaces(t *testing.T) {
	s := constrained(t, []Param{{Name: "optimizer", Values: []any{"adam", "sgd"}}, {Name: "momentum", Values: []any{0.1, 0.2, 0.3}},
		{Name: "layers", Min: 1, Max: 8, Log: true}}, "layers != 5")
	obeysLaws(t, 60, func(seed uint64) Strategy { return NewTPE(s, seed, 60) }, truth)
}

// drive asks all questions, a batch of them open.
func drive(t testing.TB, s Strategy, batch int, answer func(Config) Answer) []Config {
	return lab{make: func() Strategy { return s }, batch: batch, workers: 1, most: 1 << 20, answer: answer,
		choose: func(int) int { return 0 }, kill: func() bool { return false }}.run(t)
}

// A space smaller than the budget is asked in full, and a constraint kept.
func TestLearnersUseUpSmallSpaces(t *testing.T) {
	s := constrained(t, []Param{{Name: "layers", Min: 1, Max: 6, Log: true}, {Name: "dropout", Min: 0, Max: 0.9, Step: 0.3}}, "layers + 10 * dropout < 12")
	for _, name := range []string{"tpe", "cmaes"} {
		for _, batch := range []int{1, 8} {
			strategy, err := NewStrategy(name, s, 3, 100)
			if err != nil {
				t.Fatal(err)
			}
			list := drive(t, strategy, batch, truth)
			got := show(list, "layers", "dropout")
			slices.Sort(got)
			want, err := s.product(100)
			if err != nil {
				t.Fatal(err)
			}
			all := show(want, "layers", "dropout")
			slices.Sort(all)
			if !slices.Equal(got, all) {
				t.Errorf("%s, batch %d: %d of %d configurations: %v", name, batch, len(got), len(all), got)
			}
			if _, ok, err := strategy.Ask(); ok || err != nil {
				t.Errorf("%s asks on at the end: %v", name, err)
			}
		}
		// Infinitely many values, one configuration: momentum has no effect.
		strategy, err := NewStrategy(name, space(t, Param{Name: "momentum", Min: 0.1, Max: 0.9}), 3, 100)
		if err != nil {
			t.Fatal(err)
		}
		if list := drive(t, strategy, 1, truth); len(list) != 1 {
			t.Errorf("%s: %d configurations, want 1", name, len(list))
		}
		strategy, err = NewStrategy(name, constrained(t, []Param{{Name: "lr", Min: 0.1, Max: 1}}, "lr > 1"), 3, 100)
		if err == nil {
			_, _, err = strategy.Ask()
		}
		if err == nil || !strings.Contains(err.Error(), "lr > 1") {
			t.Errorf("%s: an impossible constraint: %v", name, err)
		}
	}
}

// best is the least distance to the optimum among n questions, of a function of
// all parameters of mixed: least at sgd, lr = 0.03, momentum 0.6, dropout 0.2, 8 layers.
func best(t *testing.T, s Strategy) float64 {
	least := math.Inf(1)
	drive(t, s, 1, func(c Config) Answer {
		f := math.Pow(math.Log10(c.Full["lr"].(float64)/0.03), 2) + math.Pow(c.Full["dropout"].(float64)-0.2, 2) +
			math.Pow(math.Log2(float64(c.Full["layers"].(int64))/8)/3, 2)
		if m, ok := c.Full["momentum"].(float64); ok {
			f += math.Pow(m-0.6, 2)
		} else {
			f += 0.3
		}
		least = math.Min(least, f)
		return Answer{Value: -f}
	})
	return least
}

// With equal budgets the median over 15 seeds is far below that of random draws.
func TestTPELearns(t *testing.T) {
	var ours, random []float64
	for seed := range uint64(15) {
		s := space(t, mixed...)
		ours = append(ours, best(t, NewTPE(s, seed, 60)))
		draws, err := NewStrategy("random", s, seed, 60)
		if err != nil {
			t.Fatal(err)
		}
		random = append(random, best(t, draws))
	}
	slices.Sort(ours)
	slices.Sort(random)
	t.Logf("tpe %.4f, random %.4f", ours[7], random[7])
	if !(ours[7] < random[7]/2) {
		t.Errorf("median of tpe %.4f, of random %.4f", ours[7], random[7])
	}
}

// The best tenth is good; what failed, what is open and what was given up early
// is not, unless there is nothing better.
func TestTPESplit(t *testing.T) {
	s := NewTPE(space(t, mixed...), 1, 100)
	for range 24 {
		if _, ok, err := s.Ask(); !ok || err != nil {
			t.Fatal(err)
		}
	}
	good := func() []int {
		list, bad := s.split()
		if list != nil && len(list)+len(bad) != 24 {
			t.Fatalf("%d good and %d bad of 24", len(list), len(bad))
		}
		var out []int
		for i, x := range s.points {
			for _, y := range list {
				if &x[0] == &y[0] {
					out = append(out, i)
				}
			}
		}
		return out
	}
	for i := range 9 {
		s.Tell(Answer{Value: float64(i)})
	}
	s.Tell(None)
	if got := good(); got != nil {
		t.Fatalf("%v are good after nine values", got)
	}
	s.Tell(Answer{Value: 100, Part: 0.5})
	if got := good(); !slices.Equal(got, []int{8}) {
		t.Errorf("%v are good of ten values, want 8", got)
	}
	for range 9 {
		s.Tell(Answer{Value: -1, Part: 0.25})
	}
	s.Tell(Answer{Value: 200, Part: 0.25})
	if got := good(); !slices.Equal(got, []int{7, 8}) {
		t.Errorf("%v are good of twenty values, want 7 and 8", got)
	}
}
