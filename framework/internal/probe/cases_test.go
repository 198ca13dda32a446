package probe

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
)

// inTrials is a noisy ring in trials of 1 to 6 samples each.
func inTrials(n int, seed uint64) Part {
	rng := data.Rand(seed, "trials")
	p := ring(n, 3, rng)
	left, id := 0, int32(100)
	for i := range n {
		if left == 0 {
			left, id = 1+rng.IntN(6), id-1 // not in the order of their ids
		}
		left--
		p.Recording.Trial[i] = id
		v := p.Recording.Targets[1].Values.Row(i)
		v[0], v[1] = float32(rng.NormFloat64())+p.X.Row(i)[0], 1000+p.X.Row(i)[1]
	}
	return p
}

// For every kind and metric the plain mean of the numbers per case is the value, and
// those of a metric that is no mean are what deleting the case says: deleted from
// the part that is scored, not from the one that the probe is fitted on.
func TestNumbersPerCase(t *testing.T) {
	for _, s := range []Spec{
		{Kind: "direction", Target: "direction", Settings: map[string]any{"inits": 3}},
		{Kind: "logistic", Target: "direction"},
		{Kind: "state", Target: "direction", Settings: map[string]any{"passes": 2}},
		{Kind: "state", Target: "direction", Version: "2", Settings: map[string]any{"passes": 1}},
		{Kind: "knn", Target: "direction"}, {Kind: "knn", Target: "velocity"}, {Kind: "ridge", Target: "velocity"},
		{Kind: "direction", Target: "direction", Version: "2"}, {Kind: "direction", Target: "direction", Version: "2", Settings: map[string]any{"profile": "swapvae", "inits": 3}},
		{Kind: "logistic", Target: "direction", Version: "2"}, {Kind: "wiener", Target: "velocity"},
		{Kind: "knn", Target: "direction", Version: "2"}, {Kind: "knn", Target: "velocity", Version: "2"}, {Kind: "ridge", Target: "velocity", Version: "2"},
	} {
		t.Run(s.Kind+s.Version+" of "+s.Target, func(t *testing.T) {
			parts := Parts{data.Train: inTrials(200, 1), data.Val: inTrials(80, 3), data.Test: inTrials(60, 2)}
			r, err := Run(context.Background(), s, parts, 1)
			if err != nil {
				t.Fatal(err)
			}
			got := values(r)
			for split, part := range parts {
				_, n := part.Recording.Cases()
				for name, v := range got[split] {
					if err := r.Cases[split].Check(name, v, n); err != nil {
						t.Errorf("%s: %v", split, err)
					}
				}
			}
			of, n := parts[data.Test].Recording.Cases()
			theta := make([]map[string]float64, n)
			for j := range theta {
				var rows []int
				for i := range of {
					if of[i] != j {
						rows = append(rows, i)
					}
				}
				left := maps.Clone(parts)
				left[data.Test] = Part{X: parts[data.Test].X.Take(rows), Recording: parts[data.Test].Recording.Subset(rows)}
				r, err := Run(context.Background(), s, left, 1)
				if err != nil {
					t.Fatal(err)
				}
				theta[j] = values(r)[data.Test]
			}
			for name, v := range got[data.Test] {
				z := r.Cases[data.Test][name]
				want := metric.Jackknife(v, n, func(j int) float64 { return theta[j][name] })
				if overSamples(s, name) { // deleting weighs the cases otherwise
					want = byHand(v, n, of, theta, name)
				}
				for j := range z {
					if !near(z[j], want[j], 1e-10*math.Max(1, math.Abs(want[j]))) {
						t.Errorf("%s of case %d is %v, by deletion %v", name, j, z[j], want[j])
						break
					}
				}
			}
		})
	}
}

func overSamples(s Spec, name string) bool {
	info := Metrics(s)
	i := slices.IndexFunc(info, func(m metric.Info) bool { return m.Name == name })
	return metric.KindOf(info[i].Name) == metric.Proportion || strings.HasSuffix(name, "circular_error")
}

// byHand is the formula for means over samples, from the means without each case:
// x_j = (nθ − (n − w_j)θ_−j)/w_j.
func byHand(value float64, cases int, of []int, theta []map[string]float64, name string) []float64 {
	w, n := make([]float64, cases), float64(len(of))
	for _, j := range of {
		w[j]++
	}
	z := make([]float64, cases)
	for j := range z {
		x := (n*value - (n-w[j])*theta[j][name]) / w[j]
		z[j] = value + float64(cases)*w[j]/n*(x-value)
	}
	return z
}

func values(r Result) map[data.Split]map[string]float64 {
	out := map[data.Split]map[string]float64{}
	for _, v := range r.Values {
		s := data.Split(v.Split)
		if out[s] == nil {
			out[s] = map[string]float64{}
		}
		out[s][v.Name] = v.Value
	}
	return out
}

// A probe of some samples has a number for each case of the part all the same: that
// of a case without such samples is the value.
func TestCasesWithoutFastSamples(t *testing.T) {
	part := ring(120, 3, data.Rand(1, "a"))
	for i := range 120 {
		part.Recording.Trial[i] = int32(i / 10)
	}
	for _, s := range []Spec{{Kind: "knn", Target: "direction"}, {Kind: "knn", Target: "velocity"}} {
		s.Settings = map[string]any{"min_speed": 35.5} // speeds count up: the first three trials and a part of the fourth
		r, err := Run(context.Background(), s, Parts{data.All: part}, 1)
		if err != nil {
			t.Fatal(err)
		}
		v := r.Values[0]
		z := r.Cases[data.All][v.Name]
		if err := r.Cases[data.All].Check(v.Name, v.Value, 12); err != nil {
			t.Fatal(err)
		}
		for j, x := range z[:3] {
			if s.Target == "direction" && !near(x, v.Value, 1e-12) {
				t.Errorf("%s: case %d is %v of %v", v.Name, j, x, v.Value)
			}
		}
	}
}

// What a part without one of its cases does not define has no numbers per case.
func TestCasesThatNothingIsLeftWithout(t *testing.T) {
	part := ring(40, 1, data.Rand(1, "a"))
	for i := range 40 {
		part.Recording.Trial[i] = int32(i / 4)
		copy(part.Recording.Targets[1].Values.Row(i), []float32{0, 0})
	}
	part.Recording.Targets[1].Values.Row(3)[1] = 1
	r, err := Run(context.Background(), Spec{Kind: "ridge", Target: "velocity"}, Parts{data.All: part}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if z := r.Cases[data.All]["probe/ridge/r2"]; z != nil {
		t.Errorf("r2 varies in one case alone, and its numbers are %v", z)
	}
}

// Of blocks of one recording, and of them alone, the correlation is told; what a part
// without one of its cases does not define says so.
func TestCasesOfBlocks(t *testing.T) {
	part := ring(200, 3, data.Rand(1, "a"))
	for i := range 200 { // what is hard to read out comes in stretches
		if i/50%2 == 0 {
			part.X.Row(i)[0] += 40
		}
	}
	for _, s := range []Spec{{Kind: "direction", Target: "direction"}, {Kind: "logistic", Target: "direction", Version: "2"}, {Kind: "ridge", Target: "velocity", Version: "2"}} {
		r, err := Run(context.Background(), s, Parts{data.All: part}, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range r.Values {
			if strings.Contains(v.Name, "balanced") && strings.Contains(v.Name, "chance") {
				continue // the same on every sample
			}
			if lag, ok := r.Lag1[data.All][v.Name]; !ok || math.Abs(lag) > 1 || len(r.Cases[data.All][v.Name]) != 10 {
				t.Errorf("%s: correlation %v (%v) of %d blocks", v.Name, lag, ok, len(r.Cases[data.All][v.Name]))
			}
		}
	}
	trials := inTrials(60, 1)
	still := trials.Recording.Targets[1].Values
	for i := 1; i < 60; i++ {
		copy(still.Row(i), []float32{0, 0})
	}
	r, err := Run(context.Background(), Spec{Kind: "ridge", Target: "velocity", Version: "2"}, Parts{data.All: trials}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if r.Lag1 != nil || r.Problems[data.All]["probe/ridge/r2"] == "" {
		t.Errorf("trials have correlations %v; what is undefined says %q", r.Lag1, r.Problems)
	}
}

func ExampleRun() {
	part := ring(16, 0, data.Rand(1, "a"))
	for i := range 16 {
		part.Recording.Trial[i] = int32(i / 8)
	}
	r, _ := Run(context.Background(), Spec{Kind: "knn", Target: "direction", Settings: map[string]any{"k": 1}}, Parts{data.All: part}, 1)
	fmt.Println(r.Values, r.Cases)
	// Output: [{probe/knn/accuracy all max 1}] map[all:map[probe/knn/accuracy:[1 1]]]
}
