package model

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func mustNew(t interface{ Fatal(...any) }, c Config) Area {
	a, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// some returns count of n indices, ascending.
func some(rng *rand.Rand, n, count int) []int32 {
	out := make([]int32, 0, count)
	for _, i := range rng.Perm(n)[:count] {
		out = append(out, int32(i))
	}
	slices.Sort(out)
	return out
}

// plain is the model as it is written down: matrices of weights, one loop.
type plain struct {
	Config
	w    [][][]float64 // [fibre][i][j], NaN where there is no synapse
	bias []float64
}

func newPlain(d *dense) *plain {
	p := &plain{Config: d.Config, bias: make([]float64, d.N)}
	for _, f := range d.fibres {
		w := make([][]float64, f.From)
		for i := range w {
			w[i] = make([]float64, d.N)
			for j := range w[i] {
				set := setOf(f.graph.targets(int32(i), f.edges.key(int32(i)), j/blockSize))
				w[i][j] = math.NaN()
				if set[j>>6&3]>>(j&63)&1 == 1 {
					w[i][j] = 1
				}
			}
		}
		p.w = append(p.w, w)
	}
	p.normalise()
	return p
}

func (p *plain) normalise() {
	if !p.Normalise {
		return
	}
	for _, w := range p.w {
		for j := range p.N {
			sum := 0.0
			for i := range w {
				if w[i][j] == w[i][j] {
					sum += w[i][j]
				}
			}
			for i := range w {
				w[i][j] /= sum
			}
		}
	}
}

func (p *plain) inputs(firing [][]int32) []float64 {
	a := slices.Clone(p.bias)
	for x, w := range p.w {
		for _, i := range firing[x] {
			for j, v := range w[i] {
				if v == v {
					a[j] += v
				}
			}
		}
	}
	return a
}

func (p *plain) reinforce(firing [][]int32, cap []int32, beta float64) {
	for x, w := range p.w {
		for _, i := range firing[x] {
			for _, j := range cap {
				w[i][j] *= 1 + beta
			}
		}
	}
}

// Both dense engines follow the plain model round by round, and agree with each
// other in every bit, whatever the number of threads.
func TestExactAndHashFollowTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		n := rapid.IntRange(20, 600).Draw(t, "n")
		k := rapid.IntRange(1, n/4).Draw(t, "k")
		from := rapid.IntRange(k, 300).Draw(t, "sources")
		beta := rapid.SampledFrom([]float64{0, .05, 1}).Draw(t, "beta")
		c := Config{N: n, K: k, Rule: Multiplicative(beta), Engine: Exact, Seed: rng.Uint64(),
			Normalise: rapid.Bool().Draw(t, "normalise"),
			Fibres: []Fibre{{From: from, P: rapid.SampledFrom([]float64{.05, .3, .8}).Draw(t, "p")},
				{From: n, P: .2, Recurrent: true, SelfLoops: rapid.Bool().Draw(t, "loops")}}}
		exact := mustNew(t, c).(*dense)
		c.Engine, c.Threads, c.Rule = Hash, 3, Multiplicative(beta)
		hash := mustNew(t, c).(*dense)
		ref := newPlain(exact)
		var cap []int32
		for round := range 8 {
			if round == 5 {
				exact.Homeostasis()
				hash.Homeostasis()
				ref.normalise()
				exact.Penalise(cap, .5)
				hash.Penalise(cap, .5)
				for _, j := range cap {
					ref.bias[j] -= .5
				}
				cap = nil
			}
			firing := [][]int32{some(rng, from, k), cap}
			want := ref.inputs(firing)
			a, b := make([]float64, n), make([]float64, n)
			exact.inputs(firing, a)
			hash.inputs(firing, b)
			if !slices.Equal(a, b) {
				t.Fatalf("round %d: activations of exact and hash differ", round)
			}
			for j := range a {
				if !(math.Abs(a[j]-want[j]) <= 1e-9*(1+math.Abs(want[j]))) {
					t.Fatalf("round %d: activation of %d is %v, by definition %v", round, j, a[j], want[j])
				}
			}
			var drawn [2]*rand.Rand
			for x := range drawn {
				drawn[x] = rand.New(rand.NewPCG(uint64(round), 2))
			}
			sigma := float64(round%2) * .3
			cap = exact.Project(Drive{firing, sigma, drawn[0]})
			if other := hash.Project(Drive{firing, sigma, drawn[1]}); !slices.Equal(cap, other) {
				t.Fatalf("round %d: caps of exact and hash differ: %v, %v", round, cap, other)
			}
			if sigma == 0 && !slices.Equal(cap, KCap(a, k)) {
				t.Fatalf("round %d: the cap is not that of the activations", round)
			}
			exact.Reinforce(firing, cap)
			hash.Reinforce(firing, cap)
			ref.reinforce(firing, cap, beta)
		}
		if d := gocmp(exact.State(), hash.State()); d != "" {
			t.Fatalf("states differ: %s", d)
		}
	})
}

func gocmp(a, b any) string { return cmp.Diff(a, b) }

// Reinforced more often than levels are kept, an area goes on with lists: the caps
// and the state are those of the hash engine all the while, and so is what a reader
// sees before and after.
func TestDeepLevelsBecomeLists(t *testing.T) {
	c := Config{N: 900, K: 30, Rule: Multiplicative(.01), Engine: Exact, Seed: 8, Normalise: true,
		Fibres: []Fibre{{From: 200, P: .1}, {From: 900, P: .1, Recurrent: true}}}
	exact := mustNew(t, c).(*dense)
	c.Engine, c.Rule = Hash, Multiplicative(.01)
	hash := mustNew(t, c).(*dense)
	rng := rand.New(rand.NewPCG(8, 1))
	x := some(rng, 200, 60)
	var cap []int32
	for round := range deepest + 8 {
		d := Drive{Firing: [][]int32{x, cap}}
		fork := exact.Fork(0).Project(d)
		a, b := Step(exact, d, true), Step(hash, d, true)
		if !slices.Equal(a, b) || !slices.Equal(a, fork) {
			t.Fatalf("round %d: %v exact, %v hash, %v read", round, a, b, fork)
		}
		cap = a
		if round%10 == 9 {
			exact.Homeostasis()
			hash.Homeostasis()
		}
	}
	if _, ok := exact.fibres[0].learned.(*lists); !ok {
		t.Error("levels were kept: the test shows nothing")
	}
	state := exact.State()
	if d := gocmp(state, hash.State()); d != "" {
		t.Errorf("states differ: %s", d)
	}
	c.Engine = Exact
	again := mustNew(t, c)
	if err := again.Restore(state); err != nil {
		t.Fatal(err)
	}
	d := Drive{Firing: [][]int32{some(rng, 200, 60), cap}}
	if a, b := again.Project(d), exact.Project(d); !slices.Equal(a, b) {
		t.Errorf("%v after restoring, %v before", a, b)
	}
}

// More sources than one count can hold.
func TestDegreesOfManySources(t *testing.T) {
	c := Config{N: 40, K: 4, Rule: Multiplicative(.1), Engine: Hash, Seed: 2, Normalise: true, Fibres: []Fibre{{From: 150_000, P: .5}}}
	for j, n := range mustNew(t, c).(*dense).fibres[0].degree {
		if math.Abs(n-75_000) > 5*math.Sqrt(150_000./4) {
			t.Errorf("neuron %d has %v synapses of 150000 at p = 0.5", j, n)
		}
	}
	c.K, c.N = 1<<16, 1<<17
	if _, err := New(c); err == nil {
		t.Error("a cap that cannot be counted was accepted")
	}
}

// Large enough that threads share the work.
func TestThreadsDoNotMatter(t *testing.T) {
	run := func(threads int) []int32 {
		a := mustNew(t, Config{N: 300_000, K: 300, Rule: Multiplicative(.05), Engine: Hash, Seed: 5, Threads: threads,
			Fibres: []Fibre{{From: 300, P: .01}, {From: 300_000, P: .01, Recurrent: true}}})
		var cap []int32
		for range 3 {
			cap = Step(a, Drive{Firing: [][]int32{some(rand.New(rand.NewPCG(1, 1)), 300, 300), cap}}, true)
		}
		return cap
	}
	if one, four := run(1), run(4); len(one) != 300 || !slices.Equal(one, four) {
		t.Error("caps depend on the number of threads")
	}
}

// A state survives JSON, and a restored area goes on as the first would have.
func TestStateRoundTrip(t *testing.T) {
	for _, engine := range []string{Exact, Hash, Lazy} {
		c := Config{N: 2000, K: 50, Rule: Multiplicative(.1), Engine: engine, Seed: 3, Normalise: true,
			Fibres: []Fibre{{From: 2000, P: .05}, {From: 2000, P: .05, Recurrent: true}}}
		a := mustNew(t, c)
		rng := rand.New(rand.NewPCG(1, 1))
		x := some(rng, 2000, 50)
		var h []int32
		for range 4 {
			h = Step(a, Drive{Firing: [][]int32{x, h}}, true)
		}
		a.Homeostasis()
		a.Penalise(h[:5], .25)
		h = Step(a, Drive{Firing: [][]int32{x, h}}, true) // after the homeostasis: the sums differ from those held
		text, err := json.Marshal(a.State())
		if err != nil {
			t.Fatal(err)
		}
		var s State
		if err := json.Unmarshal(text, &s); err != nil {
			t.Fatal(err)
		}
		c.Rule = Multiplicative(.1)
		b := mustNew(t, c)
		if err := b.Restore(s); err != nil {
			t.Fatal(err)
		}
		for round := range 4 {
			d := Drive{Firing: [][]int32{x, h}}
			next, again := Step(a, d, true), Step(b, d, true)
			if !slices.Equal(next, again) {
				t.Fatalf("%s: round %d after restoring differs", engine, round)
			}
			h = next
		}
		s.Fibres[0].Slot[0] = 1 << 30
		if err := mustNew(t, c).Restore(s); err == nil {
			t.Errorf("%s: a slot out of range was restored", engine)
		}
	}
}

// A fork reads what its area knows and leaves it as it was.
func TestForkLeavesTheAreaAlone(t *testing.T) {
	for _, engine := range []string{Exact, Hash, Lazy} {
		c := Config{N: 3000, K: 40, Rule: Multiplicative(.1), Engine: engine, Seed: 3,
			Fibres: []Fibre{{From: 100, P: .05}, {From: 3000, P: .05, Recurrent: true}}}
		a := mustNew(t, c)
		rng := rand.New(rand.NewPCG(1, 1))
		x := some(rng, 100, 40)
		var h []int32
		for range 3 {
			h = Step(a, Drive{Firing: [][]int32{x, h}}, true)
		}
		before := a.State()
		one := a.Fork(9).Project(Drive{Firing: [][]int32{some(rng, 100, 60), h}})
		if len(one) != 40 {
			t.Errorf("%s: a fork's cap has %d neurons", engine, len(one))
		}
		y := some(rng, 100, 60)
		p, q := a.Fork(9).Project(Drive{Firing: [][]int32{y, nil}}), a.Fork(9).Project(Drive{Firing: [][]int32{y, nil}})
		if !slices.Equal(p, q) {
			t.Errorf("%s: equal forks differ", engine)
		}
		if d := gocmp(before, a.State()); d != "" {
			t.Errorf("%s: reading changed the area: %s", engine, d)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	good := Config{N: 100, K: 10, Rule: Multiplicative(.1), Fibres: []Fibre{{From: 50, P: .1}}}
	for name, change := range map[string]func(*Config){
		"cap":         func(c *Config) { c.K = 101 },
		"probability": func(c *Config) { c.Fibres = []Fibre{{From: 50, P: 1.5}} },
		"recurrent":   func(c *Config) { c.Fibres = []Fibre{{From: 50, P: .1, Recurrent: true}} },
		"rule":        func(c *Config) { c.Rule = nil },
		"coin flip":   func(c *Config) { c.Rule, c.Normalise = CoinFlip(.5, 26), true },
		"engine":      func(c *Config) { c.Engine = "eager" },
		"lazy":        func(c *Config) { c.Engine = Lazy; c.Fibres = append(c.Fibres, Fibre{From: 9, P: .2}) },
	} {
		c := good
		change(&c)
		if _, err := New(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, ok := mustNew(t, good).(*dense).fibres[0].graph.(stored); !ok {
		t.Error("a small area is not kept exactly")
	}
	big := good
	big.N, big.Fibres = 1_000_000, []Fibre{{From: 1_000_000, P: .01, Recurrent: true}}
	if _, ok := mustNew(t, big).(*dense).fibres[0].graph.(hashed); !ok {
		t.Error("a large area is kept in memory")
	}
}

// Weights by ranges do what reinforcing every synapse does: T presentations of
// forced assemblies with the coin-flip rule, against one number.
func TestPatchIsReinforcement(t *testing.T) {
	const n, k, T = 1500, 150, 7
	stretch := func(s int) (out []int32) {
		for j := range int32(k) {
			out = append(out, int32(s*k)+j)
		}
		return out
	}
	for _, engine := range []string{Exact, Hash} {
		c := Config{N: n, K: k, Rule: CoinFlip(.5, 26), Engine: engine, Seed: 4,
			Fibres: []Fibre{{From: 3 * k, P: .2}, {From: n, P: .1, Recurrent: true}}}
		full, short := mustNew(t, c), mustNew(t, c)
		for range T {
			full.Reinforce([][]int32{stretch(1), nil}, stretch(2))
		}
		block := func(s int) Range { return Range{s * k, (s + 1) * k} }
		if err := Patch(short, 0, block(1), block(2), 9); err != nil {
			t.Fatal(err)
		}
		if err := Patch(short, 0, block(1), block(2), c.Rule.Weight(T)); err != nil { // replaces the first
			t.Fatal(err)
		}
		for _, fired := range [][]int32{stretch(1), stretch(0), some(rand.New(rand.NewPCG(1, 1)), 3*k, 200)} {
			a, b := Inputs(full, [][]int32{fired, nil}), Inputs(short, [][]int32{fired, nil})
			for j := range a {
				if math.Abs(a[j]-b[j]) > 1e-9*a[j] {
					t.Fatalf("%s: input of %d is %v reinforced, %v patched", engine, j, a[j], b[j])
				}
			}
		}
	}
	lazy := mustNew(t, Config{N: 100, K: 10, Rule: CoinFlip(.5, 26), Engine: Lazy, Fibres: []Fibre{{From: 9, P: .2}}})
	if Patch(lazy, 0, Range{0, 1}, Range{0, 1}, 2) == nil {
		t.Error("the lazy engine took weights by ranges")
	}
}
