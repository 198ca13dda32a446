package assemblies

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/methodtest/recordings"
	assembly "github.com/assaylab/assay/plugins/assemblies/model"
)

// noLinear leaves out what the laws are not about.
func noLinear(s map[string]any) map[string]any {
	out := map[string]any{"linear_epochs": 0, "baselines": false}
	for k, v := range s {
		out[k] = v
	}
	return out
}

// Two classes, with all their symptoms, against two independent simulations of the
// paper's experiment that agree within 0.07: overlaps of assemblies rise with that
// of the cores at every plasticity, and at beta = 1 two classes that share half
// their cores end as one assembly.
func TestTwoClasses(t *testing.T) {
	for _, c := range []struct {
		beta, alpha, recall, other, overlap, support, accuracy float64
	}{
		{.01, 0, .41, .08, .09, 2.7, 1}, {.01, .25, .41, .14, .12, 2.7, 1}, {.01, .5, .40, .21, .18, 2.7, 1},
		{.1, 0, .70, .04, .06, 2.0, 1}, {.1, .25, .71, .25, .27, 2.0, 1}, {.1, .5, .75, .51, .54, 2.0, 1},
		{1, 0, 1, 0, 0, 1.07, 1}, {1, .25, .98, .95, .96, 1.07, 1}, {1, .5, 1, 1, 1, 1.07, .5},
	} {
		m := means(t, noLinear(map[string]any{"beta": c.beta}), "stimulus-classes",
			map[string]any{"classes": 2, "cores": "shared", "alpha": c.alpha, "test": 100}, 4)
		for name, want := range map[string]float64{"recall_last": c.recall, "recall_other": c.other, "assembly_overlap": c.overlap} {
			if math.Abs(m[name]-want) > 0.08 {
				t.Errorf("beta %v, alpha %v: %s %.3f, want %.2f ± 0.08", c.beta, c.alpha, name, m[name], want)
			}
		}
		if math.Abs(m["support"]/c.support-1) > 0.1 {
			t.Errorf("beta %v, alpha %v: support %.2f k, want %.2f", c.beta, c.alpha, m["support"], c.support)
		}
		// At beta = 1 and alpha = 0.25 caps coincide to 96 %, and accuracy hangs on a few neurons.
		if tol := map[bool]float64{true: .25, false: .01}[c.beta == 1 && c.alpha == .25]; math.Abs(m["accuracy_r1"]-c.accuracy) > tol {
			t.Errorf("beta %v, alpha %v: accuracy %.3f, want %.2f", c.beta, c.alpha, m["accuracy_r1"], c.accuracy)
		}
	}
}

// beta0 is the plasticity of Theorem 1.
func beta0(n, k, p, r float64) float64 {
	log := math.Sqrt(2 * math.Log(n/k))
	return (math.Sqrt(2-r*r)*log + math.Sqrt(6)) / (r * r * (math.Sqrt(k*p) + log))
}

// Theorem 1: for beta >= beta_0 the support is at most k/(1 - exp(-(beta/beta_0)²)).
// The statement is of n to infinity. At n = 1000 it holds at beta_0 (1.58 k), while
// the samples' own noise keeps the support near 1.1 k however strong plasticity is
// (measured 1.123 at 1.5 beta_0, where the bound is 1.118), so a tenth is added.
func TestSupportTheorem(t *testing.T) {
	if b := beta0(1000, 100, .1, .9); math.Abs(b-1.114) > 1e-3 {
		t.Fatalf("beta_0 = %v, want 1.114", b)
	}
	for _, times := range []float64{1, 1.5, 2} {
		beta := times * beta0(1000, 100, .1, .9)
		m := means(t, noLinear(map[string]any{"beta": beta}), "stimulus-classes", map[string]any{"classes": 2, "test": 1}, 4)
		if bound := 1 / (1 - math.Exp(-times*times)); m["support"] > 1.1*bound || m["support"] < 1 {
			t.Errorf("beta = %v beta_0: support %.3f k, the bound is %.3f k", times, m["support"], bound)
		}
	}
}

// Theorem 3, in the protocol in which it holds below beta_0 too: feed-forward
// only, nothing else fires, ten samples, normalised once. A fresh sample's cap lies
// in the union of the training caps: measured 0.998 to 1.000, the bound is 0.989.
func TestRecallTheorem(t *testing.T) {
	const n, k, p, r = 10_000, 100, .05, .9
	for _, beta := range []float64{.05, .5, 4} {
		a, err := assembly.New(assembly.Config{N: n, K: k, Rule: assembly.Multiplicative(beta), Normalise: true, Seed: 3,
			Fibres: []assembly.Fibre{{From: k, P: p}}}) // only the core can fire
		if err != nil {
			t.Fatal(err)
		}
		rng := data.Rand(1, "recall")
		sample := func() (x []int32) {
			for i := range int32(k) {
				if rng.Float64() < r {
					x = append(x, i)
				}
			}
			return x
		}
		var all []int32
		for range 10 {
			all = union(all, assembly.Step(a, assembly.Drive{Firing: [][]int32{sample()}}, true))
		}
		recall := 0.0
		for range 50 {
			recall += float64(shared(all, a.Project(assembly.Drive{Firing: [][]int32{sample()}}))) / (50 * k)
		}
		if bound := 1 - math.Exp(-k*p*r); recall < bound {
			t.Errorf("beta %v: recall %.4f, the bound is %.4f", beta, recall, bound)
		}
	}
}

// Linear thresholds: overlaps with the assembly of the positives after one and
// after five recurrent rounds (five runs of another implementation: 40 to 42 and 4
// to 5 of 100 neurons, then 98.4 to 99.4 and 6.6 to 14.4). The negatives are
// bimodal, so that shares of them are asserted beside the mean, which is 0.055 in 24
// runs of ours (0.022 to 0.121).
func TestLinearThresholds(t *testing.T) {
	params := map[string]any{"direction": 125, "delta": 3.0, "test": 150}
	for rounds, want := range map[int][2]float64{1: {.41, .045}, 5: {.99, .075}} {
		m := means(t, noLinear(map[string]any{"beta": 1, "decision": "threshold", "test_rounds": rounds}), "linear-threshold", params, 5)
		if math.Abs(m["recall_last"]-want[0]) > .03 || math.Abs(m["recall_other"]-want[1]) > .05 {
			t.Errorf("%d rounds: positives share %.3f, negatives %.3f of the assembly, want %v", rounds, m["recall_last"], m["recall_other"], want)
		}
		if rounds == 5 && (m["over_three_quarters"] < .97 || m["under_one_quarter"] < .78 || m["under_one_quarter"] > .98) {
			t.Errorf("%.3f of the positives have 3k/4, %.3f of the negatives at most k/4", m["over_three_quarters"], m["under_one_quarter"])
		}
	}
}

// Points of the accuracy curves of figure 3, against two simulations.
func TestAccuracyCurves(t *testing.T) {
	for r, want := range map[float64]float64{.2: .53, .432: .79, .526: .895, .7: .997} {
		m := means(t, noLinear(nil), "stimulus-classes", map[string]any{"classes": 2, "q": 1.0, "r": r, "test": 300}, 8)
		if math.Abs(m["accuracy_r1"]-want) > .05 {
			t.Errorf("r = %v: accuracy %.3f, want %.3f ± 0.05", r, m["accuracy_r1"], want)
		}
	}
	// With the best threshold in place of k/2, at delta = 2 (two simulations: 0.91 to 0.97).
	m := means(t, noLinear(map[string]any{"beta": 1, "decision": "threshold"}), "linear-threshold", map[string]any{"delta": 2.0, "test": 300}, 4)
	if m["accuracy_r1_best"] < .88 || m["accuracy_r2_best"] < .88 || m["accuracy_r2"] > .6 {
		t.Errorf("delta = 2: %.3f and %.3f with the best threshold, %.3f with k/2", m["accuracy_r1_best"], m["accuracy_r2_best"], m["accuracy_r2"])
	}
	for delta, want := range map[float64]float64{1.9: .5, 3.316: .86, 4.26: 1} {
		m := means(t, noLinear(map[string]any{"beta": 1, "decision": "threshold"}), "linear-threshold", map[string]any{"delta": delta, "test": 300}, 8)
		if math.Abs(m["accuracy_r2"]-want) > .05 {
			t.Errorf("delta = %v: accuracy %.3f, want %.3f ± 0.05", delta, m["accuracy_r2"], want)
		}
	}
}

// The four classes of figure 6: all right, and overlaps within the bands of other
// implementations.
func TestFourClasses(t *testing.T) {
	m := means(t, map[string]any{"test_rounds": 5}, "stimulus-classes", map[string]any{"test": 60}, 3)
	for _, name := range []string{"accuracy_r1", "accuracy_r2", "accuracy_r3", "accuracy_r3_untrained", "accuracy_r3_inputs"} {
		if m[name] < .999 {
			t.Errorf("%s is %.4f", name, m[name])
		}
	}
	if m["overlap_within"] < .76 || m["overlap_within"] > .91 || m["overlap_between"] < .07 || m["overlap_between"] > .15 {
		t.Errorf("caps share %.3f within, %.3f between classes", m["overlap_within"], m["overlap_between"])
	}
	if math.Abs(m["input_overlap_within"]-.81) > .01 || m["support"] < 1.8 || m["support"] > 2.3 {
		t.Errorf("inputs share %.3f, support %.2f", m["input_overlap_within"], m["support"])
	}
}

// Against re-use: with 10 classes of k = n/10 the last caps partition the area.
func TestBiasPreventsReuse(t *testing.T) {
	recs := recordings.Generate(t, "stimulus-classes", map[string]any{"classes": 10, "q": 1.0, "test": 1}, 1)
	with := train(t, noLinear(map[string]any{"beta": 1, "bias": 1}), recs, 1)
	seen := map[int32]bool{}
	for _, a := range with.Last {
		for _, j := range a {
			seen[j] = true
		}
	}
	if len(seen) != 1000 {
		t.Errorf("ten caps of 100 use %d neurons", len(seen))
	}
	without := train(t, noLinear(map[string]any{"beta": 1}), recs, 1)
	if all := slices.Concat(without.Last...); len(all) == len(slices.Compact(slices.Sorted(slices.Values(all)))) {
		t.Error("without bias no neuron was used twice: the test shows nothing")
	}
}

// Split areas see their own class only.
func TestSplitAreas(t *testing.T) {
	recs := recordings.Generate(t, "stimulus-classes", map[string]any{"test": 1}, 1)
	m := train(t, noLinear(map[string]any{"architecture": "split"}), recs, 1)
	for c, a := range m.Last {
		if len(a) != 25 || int(a[0]) < 250*c || int(a[24]) >= 250*(c+1) {
			t.Errorf("class %d has the assembly %v", c, a)
		}
	}
}

// A saved layout that was tampered with is refused.
func TestRestoreRefuses(t *testing.T) {
	for name, damage := range map[string]func(*model){
		"assembly":    func(m *model) { m.Last[0][0] = 5000 },
		"classes":     func(m *model) { m.Classes = 9 },
		"area":        func(m *model) { m.Areas[0].First = 7 },
		"read-out":    func(m *model) { m.Linear.W = m.Linear.W[1:] },
		"synapses":    func(m *model) { m.Areas[0].State.Fibres[0].Slot[0] = -1 },
		"no neuron":   func(m *model) { m.Areas[0].State.Neurons[0] = 1 << 20 },
		"test rounds": func(m *model) { m.Settings.TestRounds = 0 },
	} {
		m := train(t, map[string]any{"n": 240, "k": 12, "p": .3, "linear_epochs": 1}, tiny(), 1)
		dir := t.TempDir()
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		damage(m)
		if err := m.restore(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestBoxFilter(t *testing.T) {
	pixels := []float32{1, 0, 0, 0, 1, 0, 0, 0, 0.5}
	got := make([]float64, 9)
	boxFilter(got, pixels, 3)
	half := math.Round(0.5 * 255 * 256)
	one := 255 * 256.0
	if want := []float64{2 * one, 2 * one, one, 2 * one, 2*one + half, one + half, one, one + half, one + half}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
