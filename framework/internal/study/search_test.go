package study

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

const learning = `
methods:
  tuned: {plugin: tuned, search: {rate: {min: 0, max: 10}, noise: [0, 1, 2]}}
seeds: 2
search: {strategy: tpe, configurations: 20, seed: 4, batch: 3}
select: {metric: loss, split: val}
`

// questions lists the configurations of a ledger in the order of the questions.
func questions(l *Ledger) (out []string) {
	for _, c := range l.cells {
		for _, s := range c.steps {
			p := s.points[0]
			line := fmt.Sprintf("%s to %d:", p.Variant, p.Until)
			for _, p := range s.points {
				line += fmt.Sprint(" ", p.Seed)
			}
			out = append(out, line)
		}
	}
	return out
}

// bumpy is a loss that is hard to find the least of, and fails at times.
func bumpy(req trial.Request) trial.Record {
	rate, noise := req.Spec.Settings["rate"].(float64), req.Spec.Settings["noise"].(float64)
	if rate > 9 {
		return fails(failure.Invalid)
	}
	v := math.Abs(rate-3) + noise + 0.01*float64(req.Spec.Seed)
	if b := req.Spec.Budget; b > 0 {
		v += 1 / b
	}
	return trial.Record{Status: trial.Succeeded, Metrics: []metric.Value{{Name: "loss", Split: "val", Goal: metric.Min, Value: v}}}
}

// runSearch runs a sweep to its end, and stops and goes on kills times.
func runSearch(t *testing.T, study func() *Study, workers, kills int, answer func(trial.Request) trial.Record) (*Ledger, []trial.Request) {
	t.Helper()
	st := openStore(t)
	var all []trial.Request
	for k := range kills + 1 {
		drain, ended := make(chan struct{}), 0
		f := newFake(workers, answer)
		l, _, err := study().Run(t.Context(), st, RunOptions{Execute: f.open, Drain: drain, Watch: func(e Event) {
			if e.Result != nil {
				if ended++; ended == 5 && k < kills {
					close(drain)
				}
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f.order...)
		if k == kills {
			return l, all
		}
	}
	panic("unreachable")
}

// One worker and four, never stopped and nine times: the same questions in the same
// order, and nothing that succeeded runs twice.
func TestSearchIsReproducible(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"tpe", learning},
		{"cmaes", strings.Replace(learning, "tpe", "cmaes", 1)},
		{"asha", strings.Replace(learning, "batch: 3", "batch: 3, prune: {strategy: asha}", 1)},
		{"median", strings.Replace(learning, "batch: 3", "batch: 3, prune: {strategy: median, start: 3}", 1)},
		{"race", strings.Replace(learning, "batch: 3", "batch: 3, seeds: 5, race: true", 1)},
		{"budget", learning + "budget: {trials: 21}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			study := func() *Study { return toy(t, c.text) }
			l, _ := runSearch(t, study, 1, 0, bumpy)
			want := questions(l)
			for _, other := range []struct{ workers, kills int }{{4, 0}, {1, 9}, {4, 9}} {
				l, ran := runSearch(t, study, other.workers, other.kills, bumpy)
				if d := cmp.Diff(want, questions(l)); d != "" {
					t.Fatalf("%+v: %s", other, d)
				}
				seen := map[string]bool{}
				for _, req := range ran {
					if seen[req.Key] && req.Spec.Settings["rate"].(float64) <= 9 {
						t.Errorf("%+v: %s ran twice", other, req.Label)
					}
					seen[req.Key] = true
				}
			}
			t.Log(strings.Join(want, "\n"))
		})
	}
}

// Most configurations are trained to a part of the budget only; those that go on
// continue their own training.
func TestPruning(t *testing.T) {
	s := toy(t, strings.NewReplacer("configurations: 20", "configurations: 27, seeds: 2, prune: {strategy: asha}").Replace(learning))
	l, ran := runSearch(t, func() *Study { return s }, 2, 0, bumpy)
	at := map[float64]int{}
	keys := map[string]trial.Request{}
	for _, req := range ran {
		at[req.Spec.Budget]++
		keys[req.Key] = req
		if req.Parent != "" {
			p, ok := keys[req.Parent]
			if !ok || fmt.Sprint(p.Spec.Settings, p.Spec.Seed) != fmt.Sprint(req.Spec.Settings, req.Spec.Seed) || p.Spec.Budget == 0 || req.Spec.Budget != 0 && req.Spec.Budget <= p.Spec.Budget {
				t.Errorf("%s goes on from %q", req.Label, p.Label)
			}
		} else if req.Spec.Seed > 2 && req.Spec.Budget != 11 {
			t.Errorf("%s begins anew", req.Label)
		}
	}
	if at[11] != 54 || at[33] < 2*9 || at[33] > 2*20 || at[0]-2 < 2 || at[0]-2 > 2*12 {
		t.Errorf("trials by budget: %v", at)
	}
	stages := map[string]int{}
	stage := l.stages()
	for _, p := range l.Points() {
		stages[stage(p)]++
	}
	if stages[Pruned]+stages[Rung] != at[11]+at[33] || stages[Pruned] == 0 || stages[Chosen] != 2 || stages[Searched] != at[0]-2 {
		t.Errorf("stages %v, by budget %v", stages, at)
	}
	if tried := l.Searches()[0]; tried.Pruned+stages[Chosen]/2+stages[Searched]/2 < 25 || tried.Asked != 27 || !tried.Over {
		t.Errorf("%+v", tried)
	}
	if v := l.cells[0].chosen.Mean(); v > 10001.5 {
		t.Errorf("the best has %v", v)
	}
}

// The report has seeds of its own, after the search.
func TestSeedsOfTheReport(t *testing.T) {
	s := toy(t, strings.Replace(learning, "batch: 3", "batch: 3, seeds: 3", 1)+"ablations: [{of: tuned, variants: {noisy: {noise: 1.5}}}]\ntables: [{name: main, cell: loss, split: val}]\n")
	l, ran := runSearch(t, func() *Study { return s }, 4, 0, bumpy)
	if n := len(ran); n < 64 || ran[n-4].Spec.Seed != 1 || ran[n-3].Spec.Seed != 2 || ran[0].Spec.Seed != 1_000_001 {
		t.Errorf("%d trials", n)
	}
	tables, err := l.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := l.cells[0].chosen.Settings
	for _, p := range l.cells[0].reported {
		if !p.Finished() || p.Settings["rate"] != want["rate"] || p.Seed > 2 {
			t.Errorf("reported %+v", p.Point)
		}
	}
	if len(tables) != 1 || len(l.cells[0].reported) != 2 {
		t.Errorf("%d tables", len(tables))
	}
}

// A race runs a third seed of what may still win, and of nothing that is far behind.
func TestRaceSparesSeeds(t *testing.T) {
	s := toy(t, strings.Replace(learning, "batch: 3", "batch: 3, seeds: 5, race: true", 1))
	l, ran := runSearch(t, func() *Study { return s }, 2, 0, func(req trial.Request) trial.Record {
		rec := bumpy(req)
		for i := range rec.Metrics {
			rec.Metrics[i].Value += 0.1 * math.Sin(float64(req.Spec.Seed%7)*1000*req.Spec.Settings["rate"].(float64))
		}
		return rec
	})
	c := l.cells[0]
	if c.spared() < 15 || len(ran) != 20*5-c.spared()+2 {
		t.Errorf("%d trials ran, %d were spared", len(ran), c.spared())
	}
	if n := len(c.chosen.Values); n != 5 {
		t.Errorf("what was chosen has %d seeds", n)
	}
}

// A budget of time ends the questions, and what was begun is finished.
func TestBudgetOfTime(t *testing.T) {
	for text, want := range map[string]int{"cpu: 90s": 11, "wall: 300s": 7, "cpu: 1h": 20, "trials: 9": 4, "trials: 1": 1} {
		s := toy(t, learning+"budget: {"+text+"}\nrun: {jobs: 2}\n")
		l, ran := runSearch(t, func() *Study { return s }, 2, 0, func(req trial.Request) trial.Record {
			rec := bumpy(req)
			rec.Provenance.CPUSec, rec.Provenance.WallSec = 5, 60
			return rec
		})
		if n := l.cells[0].questions; n != want || len(ran) != 2*want {
			t.Errorf("%s: %d configurations, want %d; %d trials", text, n, want, len(ran))
		}
		if !l.cells[0].done || l.cells[0].spent != (want < 20) {
			t.Errorf("%s: %+v", text, l.cells[0])
		}
	}
}
