package decoder

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
	"github.com/assaylab/assay/framework/methodtest"
)

// withClass adds the sign of the first dimension as a class.
func withClass(r *data.Recording) *data.Recording {
	t := data.Target{Name: "side", Classes: 2, Labels: make([]int32, r.Len())}
	for i := range t.Labels {
		if r.Targets[0].Values.Row(i)[0] > 0 {
			t.Labels[i] = 1
		}
	}
	r.Targets = append(r.Targets, t)
	return r
}

func TestConformance(t *testing.T) {
	r, _ := reference(t)
	recs := map[string]*data.Recording{data.MainRole: withClass(r)}
	methodtest.Run(t, New(),
		methodtest.Case{Name: "wiener", Settings: map[string]any{"decoder": "wiener"}, Data: recs},
		methodtest.Case{Name: "kalman", Settings: map[string]any{"decoder": "kalman"}, Data: recs},
		methodtest.Case{Name: "class", Settings: map[string]any{"target": "side", "context": []int{0, 0}}, Data: recs},
	)
}

// A class is decoded by its scores, better than chance.
func TestClass(t *testing.T) {
	r, _ := reference(t)
	m, err := train(t, withClass(r), map[string]any{"target": "side", "context": []int{0, 0}})
	if err != nil {
		t.Fatal(err)
	}
	own, err := m.Evaluate(t.Context(), r.On(data.Test))
	if err != nil || !(own["accuracy"] > 0.7) {
		t.Errorf("%v, %v", own, err)
	}
}

// A trial is decoded by itself: whatever the others are, and whatever the order.
func TestTrialsAreApart(t *testing.T) {
	r, _ := reference(t)
	for _, decoder := range []string{"wiener", "kalman"} {
		m, err := train(t, r, map[string]any{"decoder": decoder})
		if err != nil {
			t.Fatal(err)
		}
		all, err := m.Embed(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		last := slices.Index(r.Trial, 20)
		var rows []int
		for i := last; i < r.Len(); i++ {
			rows = append(rows, i)
		}
		one, err := m.Embed(t.Context(), r.Subset(rows))
		if err != nil || !slices.Equal(one.Values, all.Take(rows).Values) {
			t.Errorf("%s: a trial alone is decoded otherwise, %v", decoder, err)
		}
	}
}

// The penalty that is chosen leaves the least of trials that the fit has not seen.
func TestPenaltyIsChosen(t *testing.T) {
	r, _ := reference(t)
	r.Split = nil
	X := mat.NewDense(r.Len(), 9, nil)
	for i := range r.Len() {
		for j, v := range r.Samples.Row(i) {
			X.Set(i, j, float64(v))
		}
	}
	Y := targets(&r.Targets[0])
	loss := func(penalty float64) (sum float64) {
		for f := range 5 {
			var in, out []int
			n := 0
			trials(r.Trial, func(first, end int) {
				for i := first; i < end; i++ {
					if n%5 == f {
						out = append(out, i)
					} else {
						in = append(in, i)
					}
				}
				n++
			})
			fit, err := latent.FitRidge(rows(X, in), rows(Y, in), penalty)
			if err != nil {
				t.Fatal(err)
			}
			got, want := fit.Predict(rows(X, out)), rows(Y, out)
			got.Sub(got, want)
			sum += math.Pow(mat.Norm(got, 2), 2)
		}
		return sum
	}
	got, err := choosePenalty(t.Context(), X, Y, r.Trial)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range penalties() {
		if loss(p) < loss(got)*(1-1e-9) {
			t.Errorf("penalty %v leaves %v, the chosen %v leaves %v", p, loss(p), got, loss(got))
		}
	}
}

func TestRefusals(t *testing.T) {
	r, _ := reference(t)
	withClass(r)
	short := r.Subset([]int{0, 20, 40})
	short.Split = nil
	for want, c := range map[string]struct {
		r      *data.Recording
		values map[string]any
	}{
		"no target \"speed\"":     {r, map[string]any{"target": "speed"}},
		"is a class":              {r, map[string]any{"target": "side", "decoder": "kalman"}},
		"from at most to":         {r, map[string]any{"context": []int{1, 0}}},
		"needs at least":          {short, map[string]any{"decoder": "kalman"}},
		"is for counts and rates": {r, map[string]any{"root": true}},
	} {
		if _, err := train(t, c.r, c.values); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", c.values, err, want)
		}
	}
}
