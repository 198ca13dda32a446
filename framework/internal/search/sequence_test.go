package search

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// truth is what a configuration comes to in these tests: a number, or none of
// every seventh.
func truth(c Config) Answer {
	h := fnv.New64a()
	fmt.Fprint(h, c.Full)
	if x := h.Sum64(); x%7 != 0 {
		return Answer{Value: float64(x%1000) / 1000}
	}
	return None
}

// lab drives a sequence with workers that finish in any order and are sometimes
// all killed, so that everything is asked anew from what was answered.
type lab struct {
	make    func() Strategy
	batch   int
	workers int
	most    int // questions
	answer  func(Config) Answer
	choose  func(n int) int // which of n open questions is answered next
	kill    func() bool
}

// run returns the questions in order.
func (l lab) run(t testing.TB) []Config {
	answers := map[int]Answer{}
	fresh := func() *Sequence { return &Sequence{Strategy: l.make(), Batch: l.batch} }
	s, open := fresh(), []int{}
	for {
		for len(open) < l.workers && len(s.Asked) < l.most {
			i := len(s.Asked)
			_, ok, err := s.Next(func(i int) (Answer, bool) { a, known := answers[i]; return a, known })
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			if _, known := answers[i]; !known { // else it was answered before a kill
				open = append(open, i)
			}
		}
		if len(open) == 0 {
			return s.Asked
		}
		k := l.choose(len(open))
		answers[open[k]] = l.answer(s.Asked[open[k]])
		open = append(open[:k], open[k+1:]...)
		if l.kill() {
			s, open = fresh(), open[:0]
		}
	}
}

// obeysLaws checks what makes a search reproducible: one worker and a hundred,
// answers in any order and kills at any time ask the same, and nothing twice.
func obeysLaws(t *testing.T, most int, make func(seed uint64) Strategy, answer func(Config) Answer) {
	t.Helper()
	for seed := range uint64(20) {
		batch := []int{1, 2, 8, 200}[seed%4]
		r := rand.New(rand.NewPCG(seed, 1))
		l := lab{make: func() Strategy { return make(seed) }, batch: batch, workers: 1, most: most, answer: answer,
			choose: func(int) int { return 0 }, kill: func() bool { return false }}
		want := l.run(t)
		l.workers, l.choose = 100, r.IntN
		if d := cmp.Diff(want, l.run(t)); d != "" {
			t.Fatalf("seed %d, batch %d: 100 workers ask something else than one: %s", seed, batch, d)
		}
		l.workers, l.kill = 1+r.IntN(100), func() bool { return r.IntN(10) == 0 }
		if d := cmp.Diff(want, l.run(t)); d != "" {
			t.Fatalf("seed %d, batch %d: a killed search asks something else: %s", seed, batch, d)
		}
		seen := map[string]bool{}
		for i, c := range want {
			key := fmt.Sprint(c.Full)
			if seen[key] {
				t.Fatalf("seed %d, batch %d: question %d, %s, was asked before", seed, batch, i, key)
			}
			seen[key] = true
		}
	}
}

// learner asks what its answers add up to, so that any difference in what it was
// told, or in which order, shows in all later questions.
type learner struct {
	sum         float64
	asked, told int
}

func (l *learner) Ask() (Config, bool, error) {
	l.asked++
	return Config{Full: map[string]any{"question": l.asked, "told": l.told, "sum": l.sum}}, l.asked <= 60, nil
}

func (l *learner) Tell(a Answer) {
	l.told++
	if !math.IsNaN(a.Value) {
		l.sum = math.Mod(3*l.sum+a.Value, 1)
	}
}

func TestSequenceObeysTheLaws(t *testing.T) {
	obeysLaws(t, 80, func(uint64) Strategy { return new(learner) }, truth)
}

func TestListObeysTheLaws(t *testing.T) {
	obeysLaws(t, 80, func(seed uint64) Strategy {
		list, _, err := space(t, Param{Name: "lr", Min: 1e-4, Max: 1, Log: true}).Random(seed, 60)
		if err != nil {
			t.Fatal(err)
		}
		return &List{Configs: list}
	}, truth)
}

// Question k is asked when the answers to questions 0 … k−Batch have been told.
func TestSequenceTellsInTime(t *testing.T) {
	for _, batch := range []int{1, 2, 8, 100} {
		l := lab{make: func() Strategy { return new(learner) }, batch: batch, workers: 100, most: 80, answer: truth,
			choose: func(n int) int { return n - 1 }, kill: func() bool { return false }}
		asked := l.run(t)
		if len(asked) != 60 {
			t.Fatalf("%d questions, want 60", len(asked))
		}
		for k, c := range asked {
			if want := max(0, k-batch+1); c.Full["told"] != want {
				t.Errorf("batch %d: question %d was asked with %v answers told, want %d", batch, k, c.Full["told"], want)
			}
		}
	}
}

// A sequence that waits says so, and goes on; one that ended stays ended.
func TestSequenceWaitsAndEnds(t *testing.T) {
	answers := map[int]Answer{}
	s := &Sequence{Strategy: &List{Configs: make([]Config, 3)}, Batch: 2}
	next := func() bool {
		_, open, err := s.Next(func(i int) (Answer, bool) { a, known := answers[i]; return a, known })
		if err != nil {
			t.Fatal(err)
		}
		return open
	}
	expect := func(why string, want ...bool) {
		for i := range want {
			if next() != want[i] {
				t.Fatalf("%s: call %d returned a question: %t", why, i+1, !want[i])
			}
		}
	}
	expect("two questions may be open, the third waits", true, true, false)
	answers[1] = None // the older one is still missing
	expect("answers are told in order", false)
	answers[0] = None
	expect("the third question may be asked", true)
	if s.Done() {
		t.Fatal("done before the strategy said so")
	}
	expect("three are all", false, false)
	if !s.Done() {
		t.Fatal("not done")
	}
}
