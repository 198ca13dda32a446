package probe

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

type golden struct {
	Fixed []struct {
		G           float64
		Probability [][]float64
	}
	Logistic, Ridge, Direction, KNN, Chance map[string]any
	LeftOut                                 map[string]any `json:"left_out"`
}

func loadSecond(t *testing.T) (golden, Parts) {
	t.Helper()
	text, err := os.ReadFile("testdata/second.json")
	if err != nil {
		t.Fatal(err)
	}
	var want golden
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	r, parts := load(t)
	for s, from := range map[data.Split]int{data.Train: 0, data.Test: r.Train} {
		for i := range parts[s].Recording.Trial {
			parts[s].Recording.Trial[i] = int32((from + i) / 3)
		}
	}
	return want, parts
}

// Values, the penalty that is chosen, and the confusion matrix are scikit-learn's.
func TestSecondAgainstScikitLearn(t *testing.T) {
	want, parts := loadSecond(t)
	for _, c := range []struct {
		spec  Spec
		split data.Split
		want  map[string]any
	}{
		{Spec{Kind: "logistic", Target: "direction"}, data.Test, want.Logistic},
		{Spec{Kind: "ridge", Target: "velocity"}, data.Test, want.Ridge},
		{Spec{Kind: "direction", Target: "direction"}, data.Test, want.Direction},
		{Spec{Kind: "knn", Target: "direction"}, data.Test, want.KNN},
		{Spec{Kind: "knn", Target: "velocity"}, data.Test, want.KNN},
		{Spec{Kind: "knn", Target: "direction"}, data.Train, want.LeftOut},
		{Spec{Kind: "knn", Target: "velocity"}, data.Train, want.LeftOut},
	} {
		c.spec.Version = "2"
		r, err := Run(context.Background(), c.spec, parts, 1)
		if err != nil {
			t.Fatal(err)
		}
		compared := 0
		for name, v := range values(r)[c.split] {
			name = strings.TrimPrefix(name, "probe/"+c.spec.Kind+"/")
			right, ok := c.want[name].(float64)
			if chance, is := strings.CutPrefix(name, "chance/"); is && c.split == data.Test {
				right, ok = want.Chance[chance].(float64)
			}
			if c.spec.Kind == "direction" && strings.HasPrefix(name, "chance/") {
				continue
			}
			if ok && !near(v, right, 1e-9) {
				t.Errorf("%s of %s: %s on %s is %v, want %v", c.spec.Kind, c.spec.Target, name, c.split, v, right)
			}
			if ok {
				compared++
			}
		}
		if compared < 3 {
			t.Errorf("%s of %s on %s: %d metrics were compared", c.spec.Kind, c.spec.Target, c.split, compared)
		}
		if m, ok := c.want["confusion"].([]any); ok && c.spec.Target == "direction" {
			for i, row := range m {
				for j, n := range row.([]any) {
					if got := r.Arrays[c.split]["confusion"].Row(i)[j]; float64(got) != n.(float64) {
						t.Errorf("%s: %v of class %d were given %d, want %v", c.spec.Kind, got, i, j, n)
					}
				}
			}
		}
		if g, ok := c.want["g"].(float64); ok {
			if got := chosen(t, c.spec, parts); !near(math.Log10(got), math.Log10(g), 1e-9) {
				t.Errorf("%s chooses the penalty %v, want %v", c.spec.Kind, got, g)
			}
		}
	}
}

// chosen is the penalty that a spec's probe chooses.
func chosen(t *testing.T, s Spec, parts Parts) (g float64) {
	t.Helper()
	p, train := fitted(t, s, parts)
	how := course{p.penalty, 1, t.Logf}
	var err error
	switch p.learner.(type) {
	case softmaxed:
		g, err = p.penalty.choose(t.Context(), how, train, nil, softmaxPath)
	default:
		y := func(t *task) samples { return t.want.values }
		if train.want.theta != nil {
			y = func(t *task) samples { return circle(t.want.theta) }
		}
		var f regression
		f, err = fitLinear(t.Context(), how, train, nil, y)
		g = f.penalty
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// fitted is the probe of a spec and what it is fitted on.
func fitted(t *testing.T, s Spec, parts Parts) (probe2, *task) {
	t.Helper()
	full, err := Complete(s)
	if err != nil {
		t.Fatal(err)
	}
	k, _ := find(full.Kind, full.Version)
	p, err := k.open(full)
	if err != nil {
		t.Fatal(err)
	}
	var r Result
	tasks, err := p.(probe2).tasks(&r, parts.count(), s.Target)
	if err != nil {
		t.Fatal(err)
	}
	return p.(probe2), tasks[data.Train]
}

func TestProbabilitiesAgainstScikitLearn(t *testing.T) {
	want, parts := loadSecond(t)
	_, train := fitted(t, Spec{Kind: "logistic", Target: "direction", Version: "2"}, parts)
	by := newScale("global", widen(parts[data.Train].X))
	for _, f := range want.Fixed {
		m := newMultinomial(train.x, train.want.labels)
		if err := m.minimise(t.Context(), f.G*m.unit, converged); err != nil {
			t.Fatal(err)
		}
		got := m.predict(by.apply(widen(parts[data.Test].X)))
		for i, row := range f.Probability {
			for c, v := range row {
				if !near(got.At(c, i), v, 1e-6) {
					t.Fatalf("penalty %v: class %d of sample %d has probability %v, want %v", f.G, c, i, got.At(c, i), v)
				}
			}
		}
	}
}
