package search

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// climb drives a ladder with workers that finish in any order and are sometimes
// all killed, and returns the steps.
func climb(t *testing.T, fresh func() *Ladder, workers int, value func(Step) float64, choose func(n int) int, kill func() bool) *Ladder {
	t.Helper()
	known := map[int]float64{}
	l, open := fresh(), []int{}
	for {
		for len(open) < workers {
			k := len(l.Steps)
			_, ok, err := l.Next(func(k int) (float64, bool) { v, ok := known[k]; return v, ok })
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			if _, done := known[k]; !done {
				open = append(open, k)
			}
		}
		if len(open) == 0 {
			if !l.Done() {
				t.Fatalf("stuck after %d steps", len(l.Steps))
			}
			return l
		}
		i := choose(len(open))
		known[open[i]] = value(l.Steps[open[i]])
		open = append(open[:i], open[i+1:]...)
		if kill() {
			l, open = fresh(), open[:0]
		}
	}
}

// partial is what a step comes to: what the configuration is worth, less well
// seen at lower rungs, and none for some.
func partial(s Step) float64 {
	r := rand.New(rand.NewPCG(uint64(s.Question), uint64(s.Rung)))
	if r.IntN(12) == 0 {
		return math.NaN()
	}
	c := s.Config.Full
	return -math.Pow(math.Log10(c["lr"].(float64))+1.5, 2) - math.Abs(c["dropout"].(float64)-0.2) + r.NormFloat64()/float64(s.Rung+2)
}

func first(int) int { return 0 }
func never() bool   { return false }

func TestLadderObeysTheLaws(t *testing.T) {
	for seed := range uint64(12) {
		name := []string{"tpe", "cmaes", "random"}[seed%3]
		pruner := []Pruner{Asha{3}, Median{5}}[seed%2]
		batch := []int{1, 2, 8, 100}[seed%4]
		fresh := func() *Ladder {
			s, err := NewStrategy(name, space(t, mixed...), seed, 50)
			if err != nil {
				t.Fatal(err)
			}
			return &Ladder{Strategy: s, Pruner: pruner, Rungs: []float64{1, 3, 9}, Batch: batch}
		}
		r := rand.New(rand.NewPCG(seed, 2))
		want := climb(t, fresh, 1, partial, first, never)
		for _, got := range []*Ladder{
			climb(t, fresh, 100, partial, r.IntN, never),
			climb(t, fresh, 1+r.IntN(20), partial, r.IntN, func() bool { return r.IntN(15) == 0 }),
		} {
			if d := cmp.Diff(want.Steps, got.Steps); d != "" {
				t.Fatalf("%s, %v, batch %d: other steps: %s", name, pruner, batch, d)
			}
		}
		reached, questions, full := map[string]bool{}, 0, 0
		for _, s := range want.Steps {
			below := fmt.Sprint(s.Question, s.Rung-1)
			if key := fmt.Sprint(s.Question, s.Rung); reached[key] || s.Rung > 0 && !reached[below] {
				t.Fatalf("%s: step %s comes twice, or before the rung below", name, key)
			} else {
				reached[key] = true
			}
			if s.Rung == 0 {
				questions++
			}
			if s.Rung == 2 {
				full++
			}
		}
		if questions != 50 || full == 0 {
			t.Errorf("%s, %v, batch %d: %d questions, %d in full", name, pruner, batch, questions, full)
		}
	}
}

// With one rung a ladder asks what a sequence asks.
func TestLadderOfOneRungIsASequence(t *testing.T) {
	for _, batch := range []int{1, 8} {
		want := drive(t, NewTPE(space(t, mixed...), 5, 40), batch, truth)
		l := climb(t, func() *Ladder {
			return &Ladder{Strategy: NewTPE(space(t, mixed...), 5, 40), Pruner: Asha{3}, Rungs: []float64{7}, Batch: batch}
		}, 1, func(s Step) float64 { return truth(s.Config).Value }, first, never)
		var got []Config
		for _, s := range l.Steps {
			got = append(got, s.Config)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("batch %d: %s", batch, d)
		}
		if l.Spent() != 40 {
			t.Errorf("%v spent, want 40", l.Spent())
		}
	}
}

// When rungs show what configurations are worth, the best one gets the full
// budget, for a third of the cost of all at most; even of one or two somebody does.
func TestAshaFindsTheBest(t *testing.T) {
	worth := func(s Step) float64 { return math.Sin(float64(s.Question) * 12.9898) }
	for _, n := range []int{1, 2, 3, 60, 200} {
		for _, batch := range []int{1, 8} {
			list := &List{Configs: make([]Config, n)}
			l := climb(t, func() *Ladder {
				list.asked = 0
				return &Ladder{Strategy: list, Pruner: Asha{3}, Rungs: []float64{1, 3, 9}, Batch: batch}
			}, 1, worth, first, never)
			best := 0
			for i := range n {
				if worth(Step{Question: i}) > worth(Step{Question: best}) {
					best = i
				}
			}
			full := map[int]bool{}
			for _, s := range l.Steps {
				full[s.Question] = full[s.Question] || s.Rung == 2
			}
			if !full[best] {
				t.Errorf("%d configurations, batch %d: the best one, %d, is not trained in full", n, batch, best)
			}
			if n < 3 && len(l.Steps) != n+2 {
				t.Errorf("%d configurations, batch %d: %d steps, want only the best to go on", n, batch, len(l.Steps))
			}
			if n >= 60 && l.Spent() > 0.4*float64(n) {
				t.Errorf("%d configurations, batch %d: %.1f full budgets spent", n, batch, l.Spent())
			}
			t.Logf("%d configurations, batch %d: %.2f of the cost", n, batch, l.Spent()/float64(n))
		}
	}
}

// Who is further goes on first, before anything new is asked.
func TestLadderPrefersTheHighest(t *testing.T) {
	list := &List{Configs: make([]Config, 9)}
	l := &Ladder{Strategy: list, Pruner: Asha{3}, Rungs: []float64{1, 2, 3, 4}, Batch: 1, questions: make([]Config, 9), rungs: make([]rung, 4)}
	for r := range 3 {
		l.rungs[r] = rung{questions: []int{3, 5 + r}, on: []bool{true, true}, gone: []bool{true, false}}
	}
	for _, want := range []Step{{Question: 7, Rung: 3}, {Question: 6, Rung: 2}, {Question: 5, Rung: 1}, {Question: 9}} {
		got, ok, err := l.Next(func(int) (float64, bool) { return math.NaN(), true })
		if !ok || err != nil || cmp.Diff(want, got) != "" {
			t.Fatalf("%v, %t, %v, want %v", got, ok, err, want)
		}
	}
}

// Where everything fails it ends.
func TestLadderEndsWhenAllFails(t *testing.T) {
	for _, p := range []Pruner{Asha{3}, Median{5}} {
		l := climb(t, func() *Ladder {
			return &Ladder{Strategy: NewTPE(space(t, mixed...), 1, 15), Pruner: p, Rungs: []float64{1, 3, 9}, Batch: 4}
		}, 3, func(Step) float64 { return math.NaN() }, first, never)
		if len(l.Steps) != 15 {
			t.Errorf("%v: %d steps, want 15", p, len(l.Steps))
		}
	}
}

// diary is a strategy that writes down what it is told.
type diary struct {
	List
	told    []Answer
	revised map[int][]Answer
}

func (d *diary) Tell(a Answer) { d.told = append(d.told, a) }
func (d *diary) Revise(q int, a Answer) {
	d.revised[q] = append(d.revised[q], a)
}

// A strategy hears of every rung which part of the budget the value is of, and
// keeps what it knew when a later rung fails.
func TestLadderTellsParts(t *testing.T) {
	d := &diary{List: List{Configs: make([]Config, 2)}, revised: map[int][]Answer{}}
	climb(t, func() *Ladder { return &Ladder{Strategy: d, Pruner: Median{5}, Rungs: []float64{1, 2, 8}, Batch: 1} }, 1,
		func(s Step) float64 {
			if s.Question == 1 && s.Rung == 1 {
				return math.NaN()
			}
			return float64(10*s.Question + s.Rung)
		}, first, never)
	if diff := cmp.Diff([]Answer{{0, 0.125}, {10, 0.125}}, d.told); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[int][]Answer{0: {{1, 0.25}, {2, 1}}}, d.revised); diff != "" {
		t.Error(diff)
	}
}
