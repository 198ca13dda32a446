//go:build unix

package search

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

// processor is the time that this process has used so far.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// 100,000 points of a method of twenty settings are listed and completed in two
// seconds of one processor and 400 MB. Processor time, since tests share the
// machine.
func TestGridOfAHundredThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	s, err := New(wideSchema, nil, []Param{
		{Name: "b", Min: 0, Max: 9, Step: 1}, {Name: "c", Min: 1, Max: 10}, {Name: "d", Min: 1, Max: 10},
		{Name: "e", Min: 1, Max: 50}, {Name: "a", Values: []any{"x", "y"}}}, "b + d < 100")
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := processor()
	list, err := s.Grid()
	took := processor() - began
	if err != nil || len(list) != 100_000 {
		t.Fatalf("%d configurations, %v", len(list), err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	held := (after.HeapAlloc - before.HeapAlloc) >> 20
	t.Logf("%v of processor time, %d MB", took, held)
	if took > 2*time.Second || held > 400 {
		t.Errorf("took %v and %d MB, want 2 s and 400 MB at most", took, held)
	}
	runtime.KeepAlive(list)
}

// 1,000 questions of five parameters of all kinds; the last of them take less
// than 20 ms each, of processor time since tests share the machine.
func TestTPEThousandQuestions(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	s := NewTPE(space(t, mixed...), 1, 1010)
	ask := func(n int) {
		for range n {
			c, ok, err := s.Ask()
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			s.Tell(truth(c))
		}
	}
	ask(1000)
	began := processor()
	ask(10)
	took := (processor() - began) / 10
	t.Logf("%v a question", took)
	if took > 20*time.Millisecond {
		t.Errorf("a question takes %v, want 20 ms at most", took)
	}
}
