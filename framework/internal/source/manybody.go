package source

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/assaylab/assay/framework/data"
)

// manyBody is the task of Liu et al. 2022 (EIT): bodies of two groups, which
// attract each other inside a group only, are put in random order; from the
// positions alone, tell which class of orderings it was.
type manyBody struct {
	System      string  `name:"system" default:"two-body" choices:"two-body,three-body" doc:"two pairs (4 bodies), or two triples (6)"`
	Simulations int     `name:"simulations" default:"500" min:"5" max:"100000" doc:"independent simulations, each shown in several orderings"`
	Orderings   int     `name:"orderings" default:"0" min:"0" max:"720" doc:"orderings of each simulation, drawn without replacement; 0: all 24, or 720"`
	Samples     int     `name:"samples" default:"0" min:"0" max:"199" doc:"time steps of a window; 0: 10 of two bodies, 50 of three (an earlier variant has 20 of two)"`
	Masses      string  `name:"masses" default:"separated" choices:"separated,shared" when:"system == 'two-body'" doc:"separated: U[0.8, 1.2] and U[1.2, 1.6]; shared: both U[0.8, 1.6] (an earlier variant)"`
	Atol        float64 `name:"atol" default:"1e-6" above:"0" max:"1e-3" scale:"log" doc:"absolute tolerance of the integrator (the relative one is 1e-9); 1e-9 keeps energy a thousand times better"`
	Val         float64 `name:"val" default:"0" min:"0" max:"0.7" doc:"share of the simulations to validate on, cut from the end of the 80 % to train on"`
}

const trainShare = 0.8 // of the simulations; the rest tests

var manyBodyGenerator = define(Generator{
	Name:    "many-body",
	Version: 1,
	Summary: "two groups of bodies under gravity, shuffled: who belongs together, and who is who?",
	Doc: "A trial is one window of one simulation under one ordering of the bodies; its samples are time steps, its channels positions (body 1 x, body 1 y, ...). " +
		"The groups' windows begin at different times. The recording brings its division (split: {by: given}): the first 80 % of the simulations train, the rest tests, " +
		"and all orderings of a simulation are on one side. Three bodies in all 720 orderings take 1.3 GB: set orderings.",
	Citation: "Liu et al., Seeing the forest and the tree: Building representations of both individual and collective dynamics with transformers, NeurIPS 2022",
	Shapes: map[string]Shape{data.MainRole: {Divided: true, Targets: []TargetInfo{
		{Name: "connection", Class: true, Doc: "which bodies belong together: 3 classes of two bodies, 10 of three"},
		{Name: "type", Class: true, Doc: "which body has which role in its group: 6 classes, or 90"},
		{Name: "both", Class: true, Doc: "the two together: 12 classes, or 360"},
		{Name: "simulation", Class: true, Doc: "number of the simulation: no fair division separates windows that share it"},
	}}},
}, func() *manyBody { return new(manyBody) })

// a system is what the two sets differ in.
type system struct {
	size, grid, samples int // bodies of a group; times of a simulation; of a window
}

func (g *manyBody) system() system {
	s := system{size: 2, grid: 50, samples: 10}
	if g.System == "three-body" {
		s = system{size: 3, grid: 200, samples: 50}
	}
	if g.Samples > 0 {
		s.samples = g.Samples
	}
	return s
}

func (g *manyBody) check() []data.Problem {
	var out []data.Problem
	s := g.system()
	if s.samples >= s.grid {
		out = append(out, data.Problem{Path: "samples", Fact: fmt.Sprintf("is %d, but a simulation has %d time steps", s.samples, s.grid), Hint: "a window must leave room for its start to vary"})
	}
	all := factorial(2 * s.size)
	if g.Orderings > all {
		out = append(out, data.Problem{Path: "orderings", Fact: fmt.Sprintf("is %d, but %d bodies have only %d", g.Orderings, 2*s.size, all), Hint: "0 takes all of them"})
	}
	switch train, val := g.bounds(); {
	case train == 0:
		out = append(out, data.Problem{Path: "val", Fact: fmt.Sprintf("leaves none of %d simulations to train on", g.Simulations), Hint: "lower it"})
	case g.Val > 0 && train == val:
		out = append(out, data.Problem{Path: "val", Fact: fmt.Sprintf("leaves none of %d simulations to validate on", g.Simulations), Hint: "raise val or simulations"})
	}
	windows := g.Orderings
	if windows == 0 {
		windows = all
	}
	if float64(g.Simulations)*float64(windows)*float64(s.samples)*float64(2*2*s.size)*4 > 4<<30 {
		out = append(out, data.Problem{Path: "simulations", Fact: fmt.Sprintf("%d simulations in %d orderings take more than 4 GiB", g.Simulations, windows), Hint: "lower it, or orderings"})
	}
	return out
}

func factorial(n int) int {
	f := 1
	for i := range n {
		f *= i + 1
	}
	return f
}

// bounds are the simulations up to which one trains, and validates: ⌊S·share⌋,
// where products within 1e-9 of a whole number count as it.
func (g *manyBody) bounds() (train, val int) {
	up := func(share float64) int { return int(math.Floor(float64(g.Simulations)*share + 1e-9)) }
	return up(trainShare - g.Val), up(trainShare)
}

func (g *manyBody) generate(seed uint64) (map[string]*data.Recording, error) {
	s := g.system()
	bodies := 2 * s.size
	all := permutations(bodies)
	per := g.Orderings
	if per == 0 {
		per = len(all)
	}
	n := g.Simulations * per * s.samples
	r := &data.Recording{Samples: data.NewArray(n, 2*bodies), Trial: make([]int32, n), Split: make([]data.Split, n)}
	for b := range bodies {
		r.Channels = append(r.Channels, fmt.Sprintf("body %d x", b+1), fmt.Sprintf("body %d y", b+1))
	}
	connection, kind, both := classify(all, s.size)
	r.Targets = []data.Target{
		{Name: "connection", Labels: make([]int32, n), Classes: connection.classes()},
		{Name: "type", Labels: make([]int32, n), Classes: kind.classes()},
		{Name: "both", Labels: make([]int32, n), Classes: both.classes()},
		{Name: "simulation", Labels: make([]int32, n), Classes: g.Simulations},
	}
	rng := streams{data.Rand(seed, "many-body start"), data.Rand(seed, "many-body windows"), data.Rand(seed, "many-body orderings")}
	train, val := g.bounds()
	i := 0
	for sim := range g.Simulations {
		part := data.Test
		if sim < train {
			part = data.Train
		} else if sim < val {
			part = data.Val
		}
		tracks, err := g.tracks(s, rng)
		if err != nil {
			return nil, fmt.Errorf("simulation %d: %w", sim, err)
		}
		for k, q := range rng.choose(len(all), per) {
			labels := []int32{connection.labels[q], kind.labels[q], both.labels[q], int32(sim)}
			for t := range s.samples {
				for c, b := range all[q] {
					at := tracks[b][t]
					r.Samples.Row(i)[2*c], r.Samples.Row(i)[2*c+1] = float32(at.x), float32(at.y)
				}
				r.Trial[i], r.Split[i] = int32(sim*per+k), part
				for j, l := range labels {
					r.Targets[j].Labels[i] = l
				}
				i++
			}
		}
	}
	return map[string]*data.Recording{data.MainRole: r}, r.Check()
}

type streams struct{ start, windows, orderings *rand.Rand }

// tracks are the windows of all bodies of a new simulation, group after group.
// Each group is cut by itself, so that the groups are not aligned in time. (The
// released code never draws the last start that would fit; neither do we.)
func (g *manyBody) tracks(s system, rng streams) (tracks [][]body, err error) {
	for range 2 {
		var group []body
		if s.size == 2 {
			group = pair(g.Masses == "shared", rng.start)
		} else {
			group = triple(rng.start)
		}
		states, err := simulate(group, s.grid, g.Atol)
		if err != nil {
			return nil, err
		}
		from := rng.windows.IntN(s.grid - s.samples)
		for b := range s.size {
			track := make([]body, s.samples)
			for t := range track {
				track[t] = states[from+t][b]
			}
			tracks = append(tracks, track)
		}
	}
	return tracks, nil
}

// choose draws k of n orderings without replacement; all of them come in order.
func (rng streams) choose(n, k int) []int {
	q := rng.orderings.Perm(n)[:k]
	slices.Sort(q)
	return q
}
