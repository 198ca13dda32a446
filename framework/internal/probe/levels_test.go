package probe

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

// Chance is what is known from train alone, scored on each part.
func TestChance(t *testing.T) {
	train := toy(make2(10, 1), make2(10, 2), []int{2, 2, 2, 2, 1, 1, 1, 0, 0, 3}, 5)
	test := toy(make2(6, 1), make2(6, 2), []int{2, 1, 1, 1, 0, 0}, 5)
	for i := range 10 {
		train.X.Row(i)[0] = float32(i)
		train.Recording.Targets[1].Values.Row(i)[0] = float32(i)
	}
	for i := range 6 {
		copy(test.Recording.Targets[1].Values.Row(i), []float32{float32(i), float32(3 * i)})
	}
	parts := Parts{data.Train: train, data.Test: test}
	for _, c := range []struct {
		spec Spec
		want map[string]float64
	}{
		// class 2, seen once in test; classes 0, 1 and 2 occur there
		{Spec{Kind: "knn", Target: "direction"}, map[string]float64{"accuracy": 1. / 6, "balanced_accuracy": 1. / 3, "macro_f1": 2. / 7 / 3}},
		// 1 - Σ(y - 4.5)²/Σ(y - 2.5)² and 1 - Σy²/Σ(y - 7.5)²
		{Spec{Kind: "knn", Target: "velocity"}, map[string]float64{"r2_0": 1 - (17.5+6*4)/17.5, "r2_1": 1 - 9*55./(9*17.5), "r2": 1 - (41.5+9*55)/(10*17.5)}},
		// Class l of 0, 1, 2, 3 stands for 90l degrees. In reach of one angle is one class; least
		// off on average is class 1 with (3·180 + 4·90 + ...).
		{Spec{Kind: "direction", Target: "direction"}, map[string]float64{"accuracy": 1. / 6, "delta_accuracy": 1. / 6}},
	} {
		c.spec.Version, c.spec.Name = "2", "x"
		if c.spec.Kind == "knn" {
			c.spec.Settings = map[string]any{"k": 1}
		}
		r, err := Run(context.Background(), c.spec, parts, 1)
		if err != nil {
			t.Fatal(err)
		}
		got := values(r)[data.Test]
		for name, v := range c.want {
			if !near(got["probe/x/chance/"+name], v, 1e-12) {
				t.Errorf("%s of %s: chance of %s is %v, want %v", c.spec.Kind, c.spec.Target, name, got["probe/x/chance/"+name], v)
			}
		}
	}
	// Classes that train lacks are counted, where there are such.
	rare := toy(make2(4, 1), make2(4, 2), []int{4, 4, 4, 1}, 5)
	r, err := Run(context.Background(), Spec{Kind: "logistic", Target: "direction", Version: "2", Settings: map[string]any{"penalty": "fixed"}}, Parts{data.Train: train, data.Test: rare}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if v := values(r); v[data.Test]["probe/logistic/unseen"] != 0.75 || v[data.Test]["probe/logistic/accuracy"] > 0.25 {
		t.Errorf("of samples of which three in four are of a strange class: %v", v[data.Test])
	} else if _, ok := v[data.Train]["probe/logistic/unseen"]; ok {
		t.Error("train has classes that it lacks")
	}
	// Angles are the best of 3600.
	rng := data.Rand(1, "angles")
	for range 50 {
		theta := make([]float64, 3+rng.IntN(20))
		for i := range theta {
			theta[i] = 7 * rng.Float64()
		}
		off := func(a float64) (mean, within float64) {
			for _, b := range theta {
				mean += distance(a, b) / float64(len(theta))
				if distance(a, b) < tolerance {
					within++
				}
			}
			return mean, within
		}
		least, _ := off(leastOff(theta))
		_, most := off(mostWithin(theta, tolerance))
		for i := range 3600 {
			mean, within := off(2 * math.Pi * float64(i) / 3600)
			if mean < least-1e-12 || within > most {
				t.Fatalf("angle %d is off by %v and near %v, the best by %v and %v", i, mean, within, least, most)
			}
		}
	}
}

// Where labels say nothing of the embedding, a neighbour in the same trial does: kNN
// that leaves the case out is at chance on the part it is fitted on, and one that
// leaves out nothing is far above.
func TestNeighboursOfOtherCases(t *testing.T) {
	rng := data.Rand(3, "still")
	p := toy(make2(400, 3), make2(400, 2), make([]int, 400), 8)
	for i := range 400 {
		if i%10 == 0 {
			for j := range 3 {
				p.X.Row(i)[j] = float32(rng.NormFloat64())
			}
			p.Recording.Targets[0].Labels[i] = int32(rng.IntN(8))
		} else {
			copy(p.X.Row(i), p.X.Row(i-1))
			p.X.Row(i)[0] += 0.01
			p.Recording.Targets[0].Labels[i] = p.Recording.Targets[0].Labels[i-1]
		}
		p.Recording.Trial[i] = int32(i / 10)
	}
	accuracy := func(version string) float64 {
		return mustRun(t, Spec{Kind: "knn", Target: "direction", Version: version}, Parts{data.All: p}, 1)[0].Value
	}
	if first, second := accuracy(""), accuracy("2"); first < 0.9 || second > 0.3 {
		t.Errorf("accuracy %v with neighbours of the same trial, %v without", first, second)
	}
}

// Ties do not go by the order of samples: equally far, the more frequent class comes
// first, then the lower; equally far values share a place.
func TestTiesOfNeighbours(t *testing.T) {
	x := [][]float64{{0}, {3}, {-1}, {1}, {1}, {9}, {9}}
	y := [][]float64{{10, 0}, {0, 0}, {2, 0}, {4, 0}, {6, 0}, {0, 0}, {0, 0}}
	labels := []int{4, 0, 2, 1, 3, 3, 1}
	query := toy([][]float64{{0}}, make2(1, 2), []int{0}, 5)
	for range 20 {
		order := data.Rand(1, "order").Perm(len(x))
		train := toy(x, y, labels, 5)
		train = Part{X: train.X.Take(order), Recording: train.Recording.Subset(order)}
		for k, want := range map[int]int32{1: 4, 2: 1, 3: 1} { // 1, 2 and 3 are equally far; 1 and 3 have two samples each
			p, fit := fitted(t, Spec{Kind: "knn", Target: "direction", Version: "2", Settings: map[string]any{"k": k, "scale": "none"}}, Parts{data.Train: train})
			read, err := p.learner.learn(t.Context(), course{}, fit, nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := read[0](t.Context(), &task{x: widen(query.X)}, false)
			if err != nil {
				t.Fatal(err)
			}
			if got.labels[0] != want {
				t.Errorf("of %d neighbours class %d, want %d", k, got.labels[0], want)
			}
		}
		p, fit := fitted(t, Spec{Kind: "knn", Target: "velocity", Version: "2", Settings: map[string]any{"k": 2, "scale": "none"}}, Parts{data.Train: train})
		read, err := p.learner.learn(t.Context(), course{}, fit, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := read[0](t.Context(), &task{x: widen(query.X)}, false)
		if err != nil {
			t.Fatal(err)
		}
		if want := (10 + (2.+4+6)/3) / 2; !near(got.values.row(0)[0], want, 1e-12) {
			t.Errorf("value %v of two neighbours, want %v", got.values.row(0)[0], want)
		}
	}
}

// The Wiener filter reads what a trial's earlier samples say of a later one, and
// nothing of another trial.
func TestWiener(t *testing.T) {
	make1 := func(seed uint64) Part {
		rng := data.Rand(seed, "wiener")
		p := toy(make2(300, 2), make2(300, 2), make([]int, 300), 8)
		for i := range 300 {
			p.Recording.Trial[i] = int32(i / 10)
			p.X.Row(i)[0], p.X.Row(i)[1] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
			at := max(i-2, i/10*10) // two samples before, in the trial
			copy(p.Recording.Targets[1].Values.Row(i), []float32{p.X.Row(at)[0], 3 * p.X.Row(i)[1]})
		}
		return p
	}
	parts := Parts{data.Train: make1(1), data.Test: make1(2)}
	r2 := func(lags int) (first, second float64) {
		r, err := Run(context.Background(), Spec{Kind: "wiener", Target: "velocity", Settings: map[string]any{"lags": lags}}, parts, 1)
		if err != nil {
			t.Fatal(err)
		}
		v := values(r)[data.Test]
		return v["probe/wiener/r2_0"], v["probe/wiener/r2_1"]
	}
	a, b := r2(3)
	if c, d := r2(2); a < 0.7 || c > 0.2 || b < 0.999 || d < 0.999 {
		t.Errorf("with 3 and 2 lags r2 is %v and %v of what is two samples old, %v and %v of what is now", a, c, b, d)
	}
	p := parts[data.Train]
	h := history(p, 3)
	if want := []float32{p.X.Row(11)[0], p.X.Row(11)[1], p.X.Row(10)[0], p.X.Row(10)[1], p.X.Row(10)[0], p.X.Row(10)[1]}; !slices.Equal(h.Row(11), want) {
		t.Errorf("history %v of the second sample of a trial, want %v", h.Row(11), want)
	}
}

// Trials are dealt to folds by class and number, so that each fold has some of each,
// whatever the order of the samples.
func TestFolds(t *testing.T) {
	p := reaches(1, 1, 2)[data.Train]
	_, fit := fitted(t, Spec{Kind: "logistic", Target: "direction", Version: "2"}, Parts{data.Train: p})
	of, n, err := fit.fold()
	if err != nil || n != 5 {
		t.Fatal(n, err)
	}
	trials := map[int32]int{}
	count := map[[2]int]map[int32]bool{}
	for i, u := range fit.unit {
		if f, ok := trials[u]; ok && f != of[i] {
			t.Fatalf("trial %d is in two folds", u)
		}
		trials[u] = of[i]
		at := [2]int{of[i], int(fit.want.labels[i])}
		if count[at] == nil {
			count[at] = map[int32]bool{}
		}
		count[at][u] = true
	}
	for l := range 8 {
		lo, hi := math.MaxInt, 0
		for f := range 5 {
			lo, hi = min(lo, len(count[[2]int{f, l}])), max(hi, len(count[[2]int{f, l}]))
		}
		if hi-lo > 1 {
			t.Errorf("folds have %d to %d trials of class %d", lo, hi, l)
		}
	}
	// Of a large part enough trials of every class are looked at, whole.
	large := &task{x: samples{n: 30000, d: 0}, unit: make([]int32, 30000), want: answer{labels: make([]int32, 30000), classes: 5}}
	for i := range large.unit {
		large.unit[i], large.want.labels[i] = int32(i/10), int32(i/10%5)
	}
	thin := large.thinned()
	size := map[int32]int{}
	for _, u := range thin.unit {
		size[u]++
	}
	if n := frequencies(thin.want); thin.x.n != 5000 || len(size) != 500 || size[0] != 10 || slices.Min(n) != slices.Max(n) {
		t.Errorf("%d samples of %d trials, by class %v", thin.x.n, len(size), n)
	}
	if fit.thinned() != fit {
		t.Error("a small part is thinned")
	}
	still := toy(make2(30, 2), make2(30, 2), make([]int, 30), 8)
	if _, n, err := (&task{unit: units(still)}).fold(); n != 5 || err != nil {
		t.Errorf("one stretch makes %d folds, %v", n, err)
	}
	if _, _, err := (&task{unit: []int32{4, 4, 4}}).fold(); err == nil {
		t.Error("one unit makes folds")
	}
}

// Targets are permuted among whole trials, and a probe of them is at chance.
func TestShuffled(t *testing.T) {
	parts := reaches(2, 1, 1, 1, 1)
	_, fit := fitted(t, Spec{Kind: "logistic", Target: "direction", Version: "2"}, parts)
	got := fit.permuted(data.Rand(1, "x").Perm)
	moved := 0
	first := map[int32]int32{}
	for i, u := range fit.unit {
		if l, ok := first[u]; ok && l != got.labels[i] {
			t.Fatalf("trial %d is of two classes", u)
		}
		first[u] = got.labels[i]
		if got.labels[i] != fit.want.labels[i] {
			moved++
		}
	}
	if moved < len(fit.unit)/2 {
		t.Errorf("%d of %d samples have another class", moved, len(fit.unit))
	}
	s := Spec{Kind: "ridge", Target: "velocity", Version: "2", Settings: map[string]any{"shuffled": 20}}
	r, err := Run(context.Background(), s, parts, 1)
	if err != nil {
		t.Fatal(err)
	}
	v := values(r)[data.Test]
	if v["probe/ridge/r2"] < 0.3 || v["probe/ridge/shuffled/r2"] > 0.05 || v["probe/ridge/shuffled95/r2"] < v["probe/ridge/shuffled/r2"] || v["probe/ridge/shuffled95/r2"] > 0.1 {
		t.Errorf("r2 %v, shuffled %v, 95th percentile %v", v["probe/ridge/r2"], v["probe/ridge/shuffled/r2"], v["probe/ridge/shuffled95/r2"])
	}
	if z := r.Cases[data.Test]; z["probe/ridge/shuffled/r2"] == nil || z["probe/ridge/shuffled95/r2"] != nil {
		t.Error("the mean has numbers per case, a percentile has none")
	}
	s.Settings = map[string]any{"shuffled": 5}
	if _, err := Run(context.Background(), s, parts, 1); err == nil || !strings.Contains(err.Error(), "say little") {
		t.Errorf("5 permutations: %v", err)
	}
}
