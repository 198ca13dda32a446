package swapvae

import (
	"math"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
)

// What is computed from sums without a case is what the metric is on a recording
// that lacks it: m−1 times the differences of both are the numbers per case.
func TestCasesAreThoseOfDeletions(t *testing.T) {
	m := trained(t, with(map[string]any{"epochs": 20, "batch": 64, "learning_rate": 5e-3, "min_speed": 0.5}), 1)
	r := toy()
	rate := data.NewArray(r.Len(), r.Samples.Cols())
	rng := data.Rand(2, "rate")
	for i := range rate.Values {
		rate.Values[i] = r.Samples.Values[i] + float32(rng.NormFloat64())
	}
	r.Targets = append(r.Targets, data.Target{Name: "rate", Values: rate})
	metrics, cases, err := m.EvaluateCases(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := m.Evaluate(t.Context(), r)
	if err != nil || len(plain) != len(metrics) {
		t.Fatalf("%d metrics without cases, %d with; %v", len(plain), len(metrics), err)
	}
	n := float64(r.Trials())
	for _, name := range []string{"rate_correlation", "disentanglement_dynamics"} {
		var left []float64
		for trial := range r.Trials() {
			var rows []int
			for i := range r.Len() {
				if int(r.Trial[i]) != trial {
					rows = append(rows, i)
				}
			}
			part, err := m.Evaluate(t.Context(), r.Subset(rows))
			if err != nil {
				t.Fatal(err)
			}
			left = append(left, part[name])
		}
		for j := range left {
			want := (n - 1) * (left[0] - left[j])
			if got := cases[name][j] - cases[name][0]; math.Abs(got-want) > 1e-6 {
				t.Errorf("%s: case %d is %v away from case 0, by deletion %v", name, j, got, want)
			}
		}
	}
	if len(cases["kl"]) != r.Trials() || len(cases["poisson_nll"]) != r.Trials() || len(cases["generation_rates"]) != r.Trials() {
		t.Errorf("cases of %v", cases)
	}
}

// Mean rates of generated activity without a case are those of the other samples.
func TestRatesWithoutACase(t *testing.T) {
	r := toy()
	y := data.NewArray(r.Len(), r.Samples.Cols())
	rng := data.Rand(3, "y")
	for i := range y.Values {
		y.Values[i] = r.Samples.Values[i] + 2*float32(rng.NormFloat64())
	}
	for i := range r.Len() { // a silent unit has no rate to correlate with
		r.Samples.Row(i)[8] = 1
	}
	target := &r.Targets[0]
	without := ratesWithout(r.Samples, y, target, framework.NewSheet(r, true))
	for j := range r.Trials() {
		var rows []int
		for i := range r.Len() {
			if int(r.Trial[i]) != j {
				rows = append(rows, i)
			}
		}
		part := r.Subset(rows)
		want := meanRates(part.Samples, y.Take(rows), &part.Targets[0])
		if got := without(j); math.Abs(got-want) > 1e-9 {
			t.Errorf("without trial %d: %v, want %v", j, got, want)
		}
	}
	if slices.Equal(r.Samples.Values, y.Values) {
		t.Fatal("nothing to tell apart")
	}
}
