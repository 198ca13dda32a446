package assemblies

import (
	"context"
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/modelfile"
	assembly "github.com/assaylab/assay/plugins/assemblies/model"
)

// model is a trained architecture as it is saved. Synapses are not saved: they
// follow from the seeds.
type model struct {
	Settings settings `json:"settings"`
	Inputs   int      `json:"inputs"`
	Classes  int      `json:"classes"`
	Areas    []area   `json:"areas"`

	Last   [][]int32 `json:"last"`   // [classes] A_c: the last training cap, R1
	Union  [][]int32 `json:"union"`  // [classes] A*: all neurons that fired in training
	Before []int     `json:"before"` // [classes] neurons shared by the last two caps

	Raster   [][]int32 `json:"raster"`    // [rounds] the cap of every training round
	RasterOf [][2]int  `json:"raster_of"` // [rounds] its area and class

	Linear    *linear `json:"linear,omitempty"` // R3
	Untrained *linear `json:"untrained,omitempty"`
	Raw       *linear `json:"raw,omitempty"`
}

// known bounds the numbers of neurons in assemblies: of the lazy engine, those
// that ever fired.
func (m *model) known() int {
	if m.Settings.Engine == assembly.Lazy {
		return m.Areas[0].area.Support()
	}
	return m.Settings.N
}

func (m *model) Embed(ctx context.Context, r *data.Recording) (data.Array, error) {
	s := &m.Settings
	x, err := m.encode(r)
	if err != nil {
		return data.Array{}, err
	}
	if s.Embedding == "binary" && s.Engine == assembly.Lazy {
		return data.Array{}, framework.Refuse("the lazy engine has no positions for all neurons", "use the embedding overlaps or caps")
	}
	y, err := caps(ctx, m.Areas, trained, x, s.TestRounds)
	if err != nil {
		return data.Array{}, err
	}
	cols := map[string]int{"overlaps": m.Classes, "caps": s.K, "binary": s.N}[s.Embedding]
	out := data.NewArray(r.Len(), cols)
	in := newMembers(m.Last, m.known())
	meets := make([]int, m.Classes)
	for i, cap := range y {
		row := out.Row(i)
		switch s.Embedding {
		case "overlaps":
			in.meet(cap, meets)
			for c, n := range meets {
				row[c] = float32(n) / float32(s.K)
			}
		case "caps":
			for x := range row { // where nothing fires: -1
				row[x] = -1
			}
			for x, j := range cap {
				row[x] = float32(j) // exact up to 2²⁴ neurons
			}
		case "binary":
			for _, j := range cap {
				row[j] = 1
			}
		}
	}
	return out, nil
}

func (m *model) Save(dir string) error {
	for i := range m.Areas {
		m.Areas[i].State = m.Areas[i].area.State()
	}
	return modelfile.Write(dir, name, version, m)
}

// restore checks what was read and brings the areas back.
func (m *model) restore() error {
	s := &m.Settings
	if m.Inputs < 1 || m.Classes < 1 || s.TestRounds < 1 || len(m.Areas) == 0 {
		return fmt.Errorf("%d inputs, %d classes, %d areas, %d rounds", m.Inputs, m.Classes, len(m.Areas), s.TestRounds)
	}
	first := 0
	for i := range m.Areas {
		a := &m.Areas[i]
		if a.First != first {
			return fmt.Errorf("area %d begins at neuron %d, not %d", i, a.First, first)
		}
		first += a.N
		if first > s.N {
			return fmt.Errorf("the areas have more than %d neurons", s.N)
		}
		if err := m.open(a, 1); err != nil {
			return err
		}
		if err := a.area.Restore(a.State); err != nil {
			return err
		}
	}
	if len(m.Last) != m.Classes || len(m.Union) != m.Classes || len(m.Before) != m.Classes || len(m.Raster) != len(m.RasterOf) {
		return fmt.Errorf("assemblies of %d classes, unions of %d, for %d", len(m.Last), len(m.Union), m.Classes)
	}
	for _, list := range slices.Concat(m.Last, m.Union) {
		for x, j := range list {
			if j < 0 || int(j) >= m.known() || x > 0 && j <= list[x-1] {
				return fmt.Errorf("an assembly has neuron %d of %d out of place", j, m.known())
			}
		}
	}
	for l, features := range map[*linear]int{m.Linear: s.N, m.Untrained: s.N, m.Raw: m.Inputs} {
		if l == nil {
			continue
		}
		if err := l.check(); err != nil {
			return err
		}
		if l.Features != features || l.Classes != m.Classes {
			return fmt.Errorf("a read-out of %d features and %d classes, for %d and %d", l.Features, l.Classes, features, m.Classes)
		}
	}
	return nil
}

func (method) Load(_ context.Context, dir string) (framework.Model, error) {
	m := new(model)
	if err := modelfile.Read(dir, name, version, m); err != nil {
		return nil, err
	}
	if err := m.restore(); err != nil {
		return nil, fmt.Errorf("the model in %s does not fit together: %w", dir, err)
	}
	return m, nil
}
