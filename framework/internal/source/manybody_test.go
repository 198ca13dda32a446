package source

import (
	"math"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

// Groups that swap names, or roles, fall into as many classes as the
// specification counts, each with equally many orderings: any guess that does not
// look at the bodies is right in 1/classes.
func TestClassesOfOrderings(t *testing.T) {
	for _, c := range []struct {
		size                   int
		connection, kind, both [2]int // classes, orderings of each
	}{
		{2, [2]int{3, 8}, [2]int{6, 4}, [2]int{12, 2}},
		{3, [2]int{10, 72}, [2]int{90, 8}, [2]int{360, 2}},
	} {
		all := permutations(2 * c.size)
		connection, kind, both := classify(all, c.size)
		for _, x := range []struct {
			name string
			got  labelling
			want [2]int
		}{{"connection", connection, c.connection}, {"type", kind, c.kind}, {"both", both, c.both}} {
			counts := map[int32]int{}
			for _, l := range x.got.labels {
				counts[l]++
			}
			if len(counts) != x.want[0] || x.got.classes() != x.want[0] {
				t.Errorf("%d bodies, %s: %d classes, want %d", 2*c.size, x.name, len(counts), x.want[0])
			}
			for l, n := range counts {
				if n != x.want[1] || int(l) >= x.want[0] {
					t.Errorf("%d bodies, %s: class %d has %d orderings, want %d", 2*c.size, x.name, l, n, x.want[1])
				}
			}
		}
		// What a class means: orderings are in one class of connection exactly if
		// they put partners in the same places, of type if the same roles.
		for i, q := range all {
			for j := range i {
				together, alike := true, true
				for k := range q {
					for l := range k {
						together = together && (q[k]/c.size == q[l]/c.size) == (all[j][k]/c.size == all[j][l]/c.size)
					}
					alike = alike && q[k]%c.size == all[j][k]%c.size
				}
				if together != (connection.labels[i] == connection.labels[j]) || alike != (kind.labels[i] == kind.labels[j]) ||
					(together && alike) != (both.labels[i] == both.labels[j]) {
					t.Fatalf("orderings %v and %v: together %v, alike %v", q, all[j], together, alike)
				}
			}
		}
	}
}

func TestTwoBodies(t *testing.T) {
	r := generate(t, "many-body", nil, 1)["main"]
	s := r.Summarize()
	if s.Samples != 120_000 || s.Channels != 8 || s.Trials != 12_000 {
		t.Errorf("%d samples of %d channels in %d trials", s.Samples, s.Channels, s.Trials)
	}
	// 9,600 and 2,400 windows of 10 steps, and balance: every class as often in either part.
	for split, windows := range map[data.Split]int{data.Train: 9600, data.Test: 2400} {
		part := r.On(split)
		if part.Trials() != windows || part.Len() != 10*windows {
			t.Errorf("%s: %d windows, %d samples, want %d and %d", split, part.Trials(), part.Len(), windows, 10*windows)
		}
		for i, target := range part.Summarize().Targets[:3] {
			if classes := []int{3, 6, 12}[i]; target.Classes != classes || slices.Min(target.Counts) != part.Len()/classes || slices.Max(target.Counts) != part.Len()/classes {
				t.Errorf("%s: %s has counts %v", split, target.Name, target.Counts)
			}
		}
	}
	checkWindows(t, r, 4, 10, 24)
}

// checkWindows holds a recording to what its trials are: all orderings of a
// simulation are its first ordering permuted, lie in one part, and have constant
// labels.
func checkWindows(t *testing.T, r *data.Recording, bodies, samples, per int) {
	t.Helper()
	simulation, err := r.ClassTarget("simulation")
	if err != nil {
		t.Fatal(err)
	}
	path := func(window, body int) (out []float32) {
		for i := range samples {
			out = append(out, r.Samples.Row(window*samples + i)[2*body:2*body+2]...)
		}
		return out
	}
	for w := range r.Len() / samples {
		first := w - w%per
		from := w * samples
		if r.Split[from] != r.Split[first*samples] || int(simulation.Labels[from]) != w/per {
			t.Fatalf("window %d of simulation %d is torn from it: %s", w, simulation.Labels[from], r.Split[from])
		}
		for i := from; i < from+samples; i++ {
			for _, target := range r.Targets {
				if target.Labels[i] != target.Labels[from] {
					t.Fatalf("%s changes in trial %d", target.Name, w)
				}
			}
			if int(r.Trial[i]) != w || r.Split[i] != r.Split[from] {
				t.Fatalf("sample %d is not in trial %d", i, w)
			}
		}
		used := map[int]bool{}
		for b := range bodies {
			at := -1
			for k := range bodies {
				if slices.Equal(path(w, b), path(first, k)) {
					at = k
				}
			}
			if at < 0 || used[at] {
				t.Fatalf("window %d, body %d: not one of its simulation", w, b)
			}
			used[at] = true
		}
	}
}

// Three bodies in a subset of the orderings: distinct, another one for every
// simulation, and together fair to the classes.
func TestThreeBodiesInSomeOrderings(t *testing.T) {
	const per, simulations = 16, 120
	r := generate(t, "many-body", map[string]any{"system": "three-body", "orderings": per, "simulations": simulations}, 1)["main"]
	if s := r.Summarize(); s.Samples != simulations*per*50 || s.Channels != 12 || s.Trials != simulations*per {
		t.Errorf("%d samples of %d channels in %d trials", s.Samples, s.Channels, s.Trials)
	}
	checkWindows(t, r, 6, 50, per)
	both, _ := r.ClassTarget("both")
	connection, _ := r.ClassTarget("connection")
	subsets := map[string]bool{}
	counts := make([]float64, 10)
	for sim := range simulations {
		var labels []byte
		for k := range per {
			i := (sim*per + k) * 50
			labels = append(labels, byte(both.Labels[i]), byte(both.Labels[i]>>8))
			counts[connection.Labels[i]]++
		}
		subsets[string(labels)] = true
	}
	if len(subsets) != simulations {
		t.Errorf("%d different subsets of orderings in %d simulations", len(subsets), simulations)
	}
	for c, n := range counts { // 1920 draws, standard deviation 13
		if math.Abs(n-192) > 60 {
			t.Errorf("connection %d is %v of 1920 windows", c, n)
		}
	}
	if train := r.On(data.Train).Trials(); train != 96*per {
		t.Errorf("%d training windows, want %d", train, 96*per)
	}
}

func TestManyBodyVariants(t *testing.T) {
	r := generate(t, "many-body", map[string]any{"simulations": 50, "samples": 20, "masses": "shared", "val": 0.1}, 1)["main"]
	got := map[data.Split]int{}
	for _, p := range r.Summarize().Parts {
		got[p.Split] = p.Trials
	}
	if r.Len() != 50*24*20 || got[data.Train] != 35*24 || got[data.Val] != 5*24 || got[data.Test] != 10*24 {
		t.Errorf("%d samples, parts %v", r.Len(), got)
	}
	// Tolerances do not change what is drawn: the same orbits, a little off.
	fine := generate(t, "many-body", map[string]any{"simulations": 50, "samples": 20, "masses": "shared", "val": 0.1, "atol": 1e-9}, 1)["main"]
	far := 0.0
	for i, v := range fine.Samples.Values {
		far = max(far, math.Abs(float64(v-r.Samples.Values[i])))
	}
	if !(far > 0 && far < 0.01) {
		t.Errorf("other tolerances move bodies by up to %v", far)
	}
}

// Each group is cut at a start of its own from {0, ..., 39}, and a window is that
// stretch of its simulation.
func TestGroupsAreCutApart(t *testing.T) {
	g := &manyBody{Masses: "separated", Atol: 1e-6}
	rng := streams{data.Rand(1, "start"), data.Rand(1, "windows"), nil}
	again, counts, aligned := data.Rand(1, "start"), make([]int, 50), 0
	for range 400 {
		tracks, err := g.tracks(g.system(), rng)
		if err != nil {
			t.Fatal(err)
		}
		var starts []int
		for group := range 2 {
			states, err := simulate(pair(false, again), 50, 1e-6)
			if err != nil {
				t.Fatal(err)
			}
			at := slices.IndexFunc(states, func(s []body) bool { return s[0] == tracks[2*group][0] })
			if at < 0 {
				t.Fatal("a window does not begin at a state of its simulation")
			}
			for i := range 10 {
				if tracks[2*group][i] != states[at+i][0] || tracks[2*group+1][i] != states[at+i][1] {
					t.Fatalf("step %d of the window from %d is not that of the simulation", i, at)
				}
			}
			counts[at]++
			starts = append(starts, at)
		}
		if starts[0] == starts[1] {
			aligned++
		}
	}
	for at, n := range counts { // 800 draws: 20 each, standard deviation 4.4
		if at < 40 && (n < 3 || n > 45) || at >= 40 && n > 0 {
			t.Errorf("%d of 800 windows begin at %d", n, at)
		}
	}
	if aligned > 30 { // 10 are expected
		t.Errorf("%d of 400 simulations have groups cut at the same start", aligned)
	}
}
