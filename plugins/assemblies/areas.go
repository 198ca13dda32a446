package assemblies

import (
	"fmt"

	"github.com/assaylab/assay/framework"
	assembly "github.com/assaylab/assay/plugins/assemblies/model"
)

// area is one area of the architecture.
type area struct {
	N     int            `json:"n"`
	K     int            `json:"k"`
	First int            `json:"first"` // its neurons have the numbers First, First+1, ... among all
	Only  int            `json:"only"`  // the one class that it sees, or -1
	Seed  uint64         `json:"seed"`  // of its synapses
	State assembly.State `json:"state"`

	area assembly.Area
}

// layOut makes the areas of the architecture:
//
//	large   one area of n neurons, cap k
//	random  n/area_n areas of area_n neurons, caps k·area_n/n
//	split   one area of n/classes neurons for each class, caps k/classes
func (m *model) layOut(req framework.TrainRequest) error {
	s := &m.Settings
	count := 1
	switch s.Architecture {
	case "random":
		count = s.N / s.AreaN
		if count == 0 || s.N%s.AreaN != 0 {
			return framework.Refuse(fmt.Sprintf("%d neurons cannot be divided into areas of %d", s.N, s.AreaN), "make n a multiple of area_n")
		}
	case "split":
		count = m.Classes
	}
	if s.N%count != 0 || s.K%count != 0 {
		return framework.Refuse(fmt.Sprintf("n = %d and k = %d cannot be divided into %d areas", s.N, s.K, count), "choose multiples")
	}
	if s.Engine == assembly.Lazy && (s.Noise > 0 || count > 1) {
		return framework.Refuse("the lazy engine simulates one area, without noise", "use the engine hash")
	}
	if s.Decision == "threshold" && m.Classes != 2 {
		return framework.Refuse(fmt.Sprintf("a threshold tells two classes apart, not %d", m.Classes), "use the decision argmax")
	}
	rng := req.Rand("synapses")
	for i := range count {
		a := area{N: s.N / count, K: s.K / count, First: i * (s.N / count), Only: -1, Seed: rng.Uint64()}
		if s.Architecture == "split" {
			a.Only = i
		}
		if err := m.open(&a, req.Threads); err != nil {
			return framework.Refuse(err.Error(), "see the settings n, k, p and engine")
		}
		m.Areas = append(m.Areas, a)
	}
	return nil
}

// open makes the synapses A (fibre 0) and W (fibre 1).
func (m *model) open(a *area, threads int) (err error) {
	s := &m.Settings
	engine := s.Engine
	if engine == "auto" {
		engine = ""
	}
	a.area, err = assembly.New(assembly.Config{
		N: a.N, K: a.K, Rule: assembly.Multiplicative(s.Beta), Normalise: s.Normalise != "none",
		Engine: engine, Seed: a.Seed, Threads: threads,
		Fibres: []assembly.Fibre{{From: m.Inputs, P: s.P}, {From: a.N, P: s.P, Recurrent: true, SelfLoops: s.SelfLoops}},
	})
	return err
}
