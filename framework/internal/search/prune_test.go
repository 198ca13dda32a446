package search

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// rungValues draws what configurations come to, with ties and none among them.
func rungValues(t *rapid.T) []float64 {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float64 {
		if x := rapid.IntRange(-1, 30).Draw(t, "value"); x >= 0 {
			return float64(x)
		}
		return math.NaN()
	}), 1, 60).Draw(t, "values")
}

// More values never take a promotion back, nobody without a value goes on, and
// at the end somebody has.
func TestPrunersObeyTheLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom([]Pruner{Asha{3}, Asha{1.5}, Asha{4}, Median{5}, Median{}}).Draw(t, "pruner")
		values := rungValues(t)
		n := rapid.IntRange(0, len(values)).Draw(t, "n")
		few, many, end := p.Promote(values[:n], false), p.Promote(values, false), p.Promote(values, true)
		if len(few) != n || len(many) != len(values) || len(end) != len(values) {
			t.Fatalf("%v: %d, %d and %d decisions of %d, %d and %d values", p, len(few), len(many), len(end), n, len(values), len(values))
		}
		some := false
		for i, v := range values {
			if i < n && few[i] && !many[i] || many[i] && !end[i] {
				t.Fatalf("%v of %v: configuration %d was promoted, and then not", p, values, i)
			}
			if end[i] && math.IsNaN(v) {
				t.Fatalf("%v of %v: configuration %d goes on without a value", p, values, i)
			}
			some = some || end[i]
		}
		if !some && slices.ContainsFunc(values, func(v float64) bool { return v == v }) {
			t.Fatalf("%v of %v: nobody goes on", p, values)
		}
	})
}

// Asha is what its definition says: the top ⌊m/η⌋ of the first m, for any m.
func TestAshaIsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		eta := rapid.IntRange(2, 5).Draw(t, "factor")
		values := rungValues(t)
		want := make([]bool, len(values))
		for m := 1; m <= len(values); m++ {
			var order []int
			for i := range m {
				if !math.IsNaN(values[i]) {
					order = append(order, i)
				}
			}
			slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(values[j], values[i]) })
			for _, i := range order[:min(m/eta, len(order))] {
				want[i] = true
			}
		}
		if got := (Asha{float64(eta)}).Promote(values, false); !slices.Equal(got, want) {
			t.Fatalf("factor %d of %v:\ngot  %v\nwant %v", eta, values, got, want)
		}
	})
}

// A decision of Median is one of the values before it.
func TestMedian(t *testing.T) {
	nan := math.NaN()
	got := Median{3}.Promote([]float64{5, nan, 1, 2, 1.9, 1.92, 2, 3, 0, nan, 1.97}, false)
	// before 1.9: 1 2 5; before 1.92: 1 1.9 2 5, median 1.95; before 2: 1 1.9 1.92 2 5; before 1.97: 0 1 1.9 1.92 2 2 3 5
	want := []bool{true, false, true, true, false, false, true, true, false, false, true}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestRungs(t *testing.T) {
	for _, c := range []struct {
		least, budget, factor float64
		whole                 bool
		want                  []float64
	}{
		{1, 27, 3, true, []float64{1, 3, 9, 27}},
		{1, 10, 3, true, []float64{1, 3, 10}},
		{2, 10, 3, true, []float64{3, 10}},
		{1, 10, 1.2, true, []float64{1, 2, 3, 4, 5, 6, 7, 8, 10}},
		{0.1, 0.9, 3, false, []float64{0.1, 0.3, 0.9}},
		{5, 5, 3, true, []float64{5}},
		{4, 10, 3, true, []float64{10}},
	} {
		got, err := Rungs(c.least, c.budget, c.factor, c.whole)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%v to %v by %v: %v, want %v (%v)", c.least, c.budget, c.factor, got, c.want, err)
		}
	}
	for _, bad := range [][3]float64{{0, 10, 3}, {11, 10, 3}, {1, 10, 1}, {1, math.Inf(1), 3}, {math.NaN(), 10, 3}} {
		if _, err := Rungs(bad[0], bad[1], bad[2], false); err == nil || !strings.HasPrefix(err.Error(), "rungs need") {
			t.Errorf("%v: %v", bad, err)
		}
	}
}
