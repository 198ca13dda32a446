package baseline

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/setting"
)

// bins is a recording of one channel: two trials, of four samples and of two.
func bins() *data.Recording {
	r := &data.Recording{Samples: data.NewArray(6, 1), Trial: []int32{0, 0, 0, 0, 5, 5}, BinSeconds: 0.1}
	copy(r.Samples.Values, []float32{1, 4, 9, 16, 100, 400})
	return r
}

func prepared(t *testing.T, r *data.Recording, s settings) [][]float64 {
	t.Helper()
	p := newPrepare(s)
	if err := p.check(); err != nil {
		t.Fatal(err)
	}
	X, err := p.rates(r)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]float64
	n, _ := X.Dims()
	for i := range n {
		out = append(out, slices.Clone(X.RawRowView(i)))
	}
	return out
}

// What is prepared stays within a trial, whose outermost bins stand for what lies
// beyond.
func TestContext(t *testing.T) {
	third := 1. / 3
	for name, c := range map[string]struct {
		s    settings
		want [][]float64
	}{
		"none":        {settings{}, [][]float64{{1}, {4}, {9}, {16}, {100}, {400}}},
		"mean":        {settings{Context: []int{-1, 1}}, [][]float64{{6 * third}, {14 * third}, {29 * third}, {41 * third}, {200}, {300}}},
		"before":      {settings{Context: []int{-1, -1}}, [][]float64{{1}, {1}, {4}, {9}, {100}, {100}}},
		"far behind":  {settings{Context: []int{9, 9}}, [][]float64{{16}, {16}, {16}, {16}, {400}, {400}}},
		"concatenate": {settings{Context: []int{-1, 1}, Combine: "concatenate"}, [][]float64{{1, 1, 4}, {1, 4, 9}, {4, 9, 16}, {9, 16, 16}, {100, 100, 400}, {100, 400, 400}}},
		"root":        {settings{Root: true, Context: []int{0, 1}}, [][]float64{{1.5}, {2.5}, {3.5}, {4}, {15}, {20}}},
	} {
		got := prepared(t, bins(), c.s)
		for i := range c.want {
			if !slices.EqualFunc(got[i], c.want[i], func(a, b float64) bool { return math.Abs(a-b) < 1e-12*b }) {
				t.Errorf("%s: sample %d is %v, want %v", name, i, got[i], c.want[i])
			}
		}
	}
}

// The Gaussian is that of its definition, sample by sample: what is constant stays so,
// and a trial sees nothing of another.
func TestSmooth(t *testing.T) {
	r := bins()
	const sigma = 0.15
	got := prepared(t, r, settings{Smooth: sigma})
	for i := range r.Len() {
		var sum, weight float64
		for k := range r.Len() {
			if r.Trial[k] == r.Trial[i] {
				x := float64(k-i) * r.BinSeconds / sigma
				sum, weight = sum+math.Exp(-x*x/2)*float64(r.Samples.Values[k]), weight+math.Exp(-x*x/2)
			}
		}
		if want := sum / weight; math.Abs(got[i][0]-want) > 1e-12*want {
			t.Errorf("sample %d is %v, want %v", i, got[i][0], want)
		}
	}
}

// Soft normalisation divides by range + c of the train part.
func TestSoft(t *testing.T) {
	r := recording(80)
	r.Samples.Row(3)[4], r.Samples.Row(5)[4] = 200, -100
	m, _, err := train(t, r, map[string]any{"normalise": "soft", "soft": 7.0})
	if err != nil {
		t.Fatal(err)
	}
	z := must(m.Embed(context.Background(), r))
	column := 3 // channel 0 is silent
	if got, want := float64(z.Row(3)[column]-z.Row(5)[column]), 300./307; math.Abs(got-want) > 1e-6 {
		t.Errorf("the range is %v, want %v", got, want)
	}
}

func TestPrepareRefuses(t *testing.T) {
	for want, change := range map[string]map[string]any{
		"from at most to":      {"context": []any{1, -1}},
		"such as [-1, 1]":      {"context": []any{1}},
		"at most 1000":         {"context": []any{-1000, 1000}},
		"is for counts":        {"root": true},
		"how long a sample is": {"smooth": 0.1},
	} {
		r := recording(80)
		r.Samples.Row(3)[4] = -1
		if _, _, err := train(t, r, change); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", change, err, want)
		}
	}
}

// What was trained before these settings is known by the settings that it had.
func TestOldSettingsStay(t *testing.T) {
	for _, values := range []map[string]any{nil, {"context": []any{0, 0}, "smooth": 0, "root": false, "normalise": "zscore", "combine": "concatenate", "soft": 9}} {
		got, err := setting.Of(settings{}).Complete(values)
		if err != nil || len(got) != 2 {
			t.Errorf("%v becomes %v, %v", values, got, err)
		}
	}
	d := New().Describe()
	for _, c := range []struct {
		values        map[string]any
		before, after int64
	}{
		{nil, 0, 0}, {map[string]any{"context": []any{-1, 2}}, 1, 2}, {map[string]any{"context": []any{-3, -2}}, 3, 0}, {map[string]any{"smooth": 0.1}, framework.WholePart, framework.WholePart},
	} {
		if before, after, ok, err := d.ContextFor(c.values); before != c.before || after != c.after || !ok || err != nil {
			t.Errorf("%v sees %d before and %d after, %v", c.values, before, after, err)
		}
	}
}
