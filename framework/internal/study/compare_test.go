package study

import (
	"iter"
	"math/rand/v2"
	"testing"

	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// stateOf has two methods with 10 seeds and 100 cases each; the first is moved.
func stateOf(moved float64, noise uint64) State {
	var rows []Row
	for m, name := range []string{"a", "b"} {
		for seed := range uint64(10) {
			cases := rand.New(rand.NewPCG(7, 0)) // the cases are hard or easy for everybody
			own := rand.New(rand.NewPCG(seed, noise*uint64(m)))
			z := make([]float64, 100)
			var sum float64
			for i := range z {
				z[i] = 0.5 + 0.1*cases.NormFloat64() + 0.02*own.NormFloat64()
				if m == 0 {
					z[i] += moved
				}
				sum += z[i]
			}
			r := Row{MethodID: name, Dataset: "d", Record: trial.Record{Key: name + string(rune('0'+seed)), Status: trial.Succeeded}}
			r.Spec = trial.Spec{Method: name, Seed: seed, Settings: trial.Settings{"rate": moved}}
			r.Metrics = []metric.Value{{Name: "score", Split: "test", Goal: metric.Max, Value: sum / 100}}
			r.Cases = []trial.Cases{{Split: "test", Unit: trial.CaseTrial, Values: map[string][]float64{"score": z}}}
			rows = append(rows, r)
		}
	}
	sw := &sweep.Sweep{Name: "s", Tables: []table.Spec{{Name: "t", Rows: "method", Cols: "dataset", Cell: "score", Split: "test"}}}
	return State{sw, iter.Seq2[Row, error](func(yield func(Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	})}
}

func TestCompare(t *testing.T) {
	same, err := Compare(stateOf(0, 1), stateOf(0, 1))
	if err != nil || len(same) != 2 || same[0].Verdict != Same || same[1].Verdict != Same || len(same[0].Settings) != 0 {
		t.Fatal(same, err)
	}
	now, err := Compare(stateOf(0, 1), stateOf(0.05, 2))
	if err != nil || len(now) != 2 {
		t.Fatal(now, err)
	}
	a, b := now[0], now[1]
	if a.Verdict != Beyond || a.Diff == nil || *a.Diff < 0.04 || *a.Lo > *a.Diff || *a.Hi < *a.Diff || len(a.Settings) != 1 || a.Settings[0] != "rate" {
		t.Errorf("a method that moved by 0.05: %+v", a)
	}
	if b.Verdict != Within {
		t.Errorf("a method that moved by chance: %+v", b)
	}
	back, err := Compare(stateOf(0.05, 1), stateOf(0, 1))
	if err != nil || back[0].Verdict != Beyond || *back[0].Hi >= 0 {
		t.Error("the other way round", back, err)
	}
}
