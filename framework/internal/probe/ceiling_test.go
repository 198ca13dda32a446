package probe

import (
	"context"
	"math"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
)

// tuned is trials of four conditions: a mean for each condition and time, of variance
// signal in each dimension, and noise.
func tuned(seed uint64, trials, length, dims int, signal, noise float64) Part {
	means, rng := data.Rand(1, "means"), data.Rand(seed, "noise")
	cells := make([]float64, 4*length*dims)
	for i := range cells {
		cells[i] = math.Sqrt(signal) * means.NormFloat64()
	}
	n := trials * length
	r := &data.Recording{Samples: data.NewArray(n, 1), Trial: make([]int32, n), Targets: []data.Target{{Name: "direction", Labels: make([]int32, n), Classes: 4}}}
	x := data.NewArray(n, dims)
	for i := range n {
		trial, t := i/length, i%length
		class := trial % 4
		r.Trial[i], r.Targets[0].Labels[i] = int32(trial), int32(class)
		for d := range dims {
			x.Row(i)[d] = float32(cells[(class*length+t)*dims+d] + math.Sqrt(noise)*rng.NormFloat64())
		}
	}
	return Part{X: x, Recording: r}
}

func ceilings(t *testing.T, p Part) (map[string]float64, metric.Cases) {
	t.Helper()
	r, err := Run(context.Background(), Spec{Kind: "ceiling", Target: "direction"}, Parts{data.All: p}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return values(r)[data.All], r.Cases[data.All]
}

// Both are what they estimate: of signal variance S and noise N in each of n trials of
// a condition S/(S + N) of single trials, S/(S + N/n) of means of n.
func TestCeilingEstimates(t *testing.T) {
	const trials, each = 48, 12
	for _, c := range []struct{ signal, noise float64 }{{1, 0.5}, {1, 4}, {0.2, 4}, {0, 1}} {
		var half, explained float64
		const draws = 60
		for seed := range uint64(draws) {
			v, _ := ceilings(t, tuned(seed, trials, 6, 40, c.signal, c.noise))
			half += v["probe/ceiling/split_half"] / draws
			explained += v["probe/ceiling/explainable"] / draws
		}
		wantHalf, want := c.signal/(c.signal+c.noise/each), c.signal/(c.signal+c.noise)
		if math.Abs(explained-want) > 0.02 || math.Abs(half-wantHalf) > 0.03 {
			t.Errorf("signal %v, noise %v: split_half %.3f, want %.3f; explainable %.3f, want %.3f", c.signal, c.noise, half, wantHalf, explained, want)
		}
	}
}

// It has numbers per case, whose interval covers; a unit and an order change nothing.
func TestCeilingLaws(t *testing.T) {
	p := tuned(3, 48, 6, 10, 1, 2)
	want, cases := ceilings(t, p)
	for _, name := range []string{"probe/ceiling/split_half", "probe/ceiling/explainable"} {
		if err := cases.Check(name, want[name], 48); err != nil {
			t.Error(err)
		}
	}
	scaled, _ := ceilings(t, changed(Parts{data.All: p}, times(1024))[data.All])
	for name, v := range want {
		if math.Abs(scaled[name]-v) > 1e-9 {
			t.Errorf("%s times 1024 is %v, was %v", name, scaled[name], v)
		}
	}
}

func TestCeilingRefuses(t *testing.T) {
	one := tuned(1, 48, 6, 3, 1, 1)
	clear(one.Recording.Trial)
	few := tuned(1, 12, 6, 3, 1, 1)
	flat := tuned(1, 48, 6, 3, 0, 0)
	turns := tuned(1, 48, 6, 3, 1, 1)
	turns.Recording.Targets[0].Labels[7] = 3
	for name, p := range map[string]Part{"no trials": one, "three of a class": few, "a constant": flat, "a class that changes": turns} {
		if r, err := Run(context.Background(), Spec{Kind: "ceiling", Target: "direction"}, Parts{data.All: p}, 1); err == nil {
			t.Errorf("%s: %+v", name, r.Values)
		}
	}
}
