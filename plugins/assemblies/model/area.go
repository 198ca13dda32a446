package model

import (
	"fmt"
	"math/rand/v2"
)

// Config describes an area and the fibres that lead to it.
type Config struct {
	N, K      int // neurons, and how many of them fire
	Fibres    []Fibre
	Rule      *Rule
	Normalise bool   // divide the weights into a neuron, of every fibre by itself, by their sum: now, and at every Homeostasis
	Engine    string // Exact, Hash, Lazy, or "" for the first that suits the size
	Seed      uint64 // of the graph; the lazy engine draws all its chances from it
	Threads   int    // the hash engine shares large areas among them; results are the same
}

// Fibre is a random graph: every synapse from one of From sources to one of the
// area's neurons exists with probability P.
type Fibre struct {
	From      int
	P         float64
	Recurrent bool // the sources are the area's own neurons
	SelfLoops bool // of a recurrent fibre: neurons may feed themselves
	Within    int  // of a recurrent fibre: synapses only among each stretch of so many neurons; 0: among all
}

// The engines.
const (
	Exact = "exact"
	Hash  = "hash"
	Lazy  = "lazy"
)

// exactBytes is what the bits of all synapses may take before New prefers hash.
const exactBytes = 256 << 20

// Drive is what an area receives in one round.
type Drive struct {
	Firing [][]int32  // of each fibre, the sources that fire, ascending; nil: silent
	Sigma  float64    // standard deviation of noise on every neuron, 0: none
	Rand   *rand.Rand // of the noise
}

// Area is a population of neurons under k-cap, with the fibres that lead to it.
// The caller keeps the state (which neurons fire) and so decides on the schedule,
// on inhibition (fire nil) and on what is forced (Reinforce a cap of one's own).
type Area interface {
	// Project returns the cap of a = Σ_fibres Wᵀx + b + z, ascending, with the
	// weights as they are. Where all of a is 0 nothing fires.
	Project(Drive) []int32
	// Reinforce applies the rule to every synapse from firing to cap.
	Reinforce(firing [][]int32, cap []int32)
	// Homeostasis normalises the columns again; without Normalise it does nothing.
	Homeostasis()
	// Penalise subtracts step from the bias b of these neurons.
	Penalise(neurons []int32, step float64)
	// ClearBias sets b to 0.
	ClearBias()
	// Support is the number of neurons that were ever reinforced.
	Support() int
	// Fork returns an area for reading: it shares the synapses and has scratch of
	// its own. The lazy engine's fork draws from the stream of that number. A fork
	// is valid until the area changes and is not reinforced itself.
	Fork(stream uint64) Area
	// Fresh returns an area with the same synapses that has learned nothing.
	Fresh() Area
	// State is what training has changed; Restore puts it back into a new area of
	// equal configuration.
	State() State
	Restore(State) error
}

// New makes an area.
func New(c Config) (Area, error) {
	if c.K < 1 || c.K > c.N || int64(c.N) > 1<<31-1 {
		return nil, fmt.Errorf("a cap of %d of %d neurons is not possible", c.K, c.N)
	}
	if c.Rule == nil || len(c.Fibres) == 0 {
		return nil, fmt.Errorf("an area needs a plasticity rule and a fibre")
	}
	bytes := 0
	for i, f := range c.Fibres {
		if f.Recurrent && f.From != c.N {
			return nil, fmt.Errorf("fibre %d is recurrent, but comes from %d neurons into %d", i, f.From, c.N)
		}
		if f.From < 1 || !(f.P >= 0 && f.P <= 1) {
			return nil, fmt.Errorf("fibre %d from %d sources with probability %v is not possible", i, f.From, f.P)
		}
		if f.Within < 0 || f.Within > 0 && !f.Recurrent {
			return nil, fmt.Errorf("fibre %d: only a recurrent fibre has stretches", i)
		}
		bytes += f.From / 8 * c.N
	}
	if c.Normalise && !c.Rule.homogeneous {
		return nil, fmt.Errorf("normalisation rescales weights, which only the multiplicative rule allows")
	}
	engine := c.Engine
	if engine == "" {
		engine = Hash
		if bytes <= exactBytes {
			engine = Exact
		}
	}
	switch engine {
	case Exact, Hash:
		if c.K > MostFiring {
			return nil, fmt.Errorf("of an area of the %s engine at most %d neurons can fire, not %d", engine, MostFiring, c.K)
		}
		return newDense(c, engine == Exact), nil
	case Lazy:
		return newLazy(c)
	}
	return nil, fmt.Errorf("there is no engine %q", engine)
}

// Step is one round: the cap of the drive, and with plastic the rule applied to
// the synapses from what fired to what fires now.
func Step(a Area, d Drive, plastic bool) []int32 {
	cap := a.Project(d)
	if plastic && len(cap) > 0 {
		a.Reinforce(d.Firing, cap)
	}
	return cap
}
