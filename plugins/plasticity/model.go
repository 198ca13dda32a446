package plasticity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/modelfile"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// model is a trained network. Weights lie in .npy files, W transposed: row i are
// the synapses from neuron i. The rule is also in rule.json, for other trials.
type model struct {
	Settings     settings   `json:"settings"`
	Inputs       int        `json:"inputs"`
	Classes      int        `json:"classes"`
	Seed         uint64     `json:"seed"` // of the samples that Evaluate attacks
	Rule         *Rule      `json:"rule,omitempty"`
	MetaLoss     float64    `json:"meta_loss,omitempty"`
	MetaAccuracy float64    `json:"meta_accuracy,omitempty"`
	Mistakes     int        `json:"mistakes"`
	Total        int        `json:"total"`          // samples of the full budget
	Seen         int        `json:"seen,omitempty"` // samples that were presented, where these are fewer
	Snapshots    []snapshot `json:"snapshots"`

	net, surrogate *network
}

// A snapshot is U, and W where it changes, after so many samples.
type snapshot struct {
	After int `json:"after"`
	u, w  []float32
}

// graphChanges reports whether training changes W.
func (m *model) graphChanges() bool { return m.Settings.Train == "rule" && m.Rule.Graph != nil }

const ruleFile = "rule.json"

// arrays are the weights by file name.
func (m *model) arrays() map[string]*[]float32 {
	out := map[string]*[]float32{}
	for prefix, n := range map[string]*network{"": m.net, "surrogate-": m.surrogate} {
		if n != nil {
			out[prefix+"A"], out[prefix+"W"], out[prefix+"U"] = &n.A, &n.W, &n.U
			out[prefix+"input-bias"], out[prefix+"graph-bias"] = &n.InBias, &n.GraphBias
		}
	}
	for i := range m.Snapshots {
		s := &m.Snapshots[i]
		out[fmt.Sprintf("U-%d", s.After)], out[fmt.Sprintf("W-%d", s.After)] = &s.u, &s.w
	}
	return out
}

func (m *model) Save(dir string) error {
	for name, a := range m.arrays() {
		if *a == nil {
			continue
		}
		if err := data.WriteArray(filepath.Join(dir, name+".npy"), data.Array{Shape: m.shapeOf(name, len(*a)), Values: *a}); err != nil {
			return err
		}
	}
	if m.Rule != nil {
		text, err := json.Marshal(m.Rule)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, ruleFile), append(text, '\n'), 0o644); err != nil {
			return err
		}
	}
	return modelfile.Write(dir, name, version, m)
}

// shapeOf is [l x V] of U, [V x d] of A and [V x V] of W.
func (m *model) shapeOf(name string, size int) []int {
	rows := m.Settings.V
	switch {
	case strings.HasPrefix(strings.TrimPrefix(name, "surrogate-"), "U"):
		rows = m.Classes
	case size == rows:
		return []int{size}
	}
	return []int{rows, size / rows}
}

func load(dir string) (*model, error) {
	m := new(model)
	if err := modelfile.Read(dir, name, version, m); err != nil {
		return nil, err
	}
	if m.Inputs < 1 || m.Classes < 1 || m.Settings.V < 1 || m.Settings.T < 1 || m.Settings.T > 4 || m.Settings.K > m.Settings.V || (m.Settings.Train == "rule") != (m.Rule != nil) {
		return nil, fmt.Errorf("the model in %s does not fit together: %d inputs, %d classes, %d neurons, %d rounds", dir, m.Inputs, m.Classes, m.Settings.V, m.Settings.T)
	}
	s := m.Settings.shape(&lesson{inputs: m.Inputs, classes: m.Classes})
	m.net = &network{shape: s}
	if m.Settings.attacked() && m.Settings.Surrogate > 0 {
		m.surrogate = &network{shape: m.Settings.surrogateShape(s)}
	}
	for name, a := range m.arrays() {
		mapped, unmap, err := data.ReadArray(filepath.Join(dir, name+".npy"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		*a = append([]float32(nil), mapped.Values...)
		if err := unmap(); err != nil {
			return nil, err
		}
	}
	for what, n := range map[string]*network{"network": m.net, "surrogate": m.surrogate} {
		if n != nil && !n.fits() {
			return nil, fmt.Errorf("the model in %s does not fit together: the weights of the %s", dir, what)
		}
	}
	for _, s := range m.Snapshots {
		if len(s.u) != m.Classes*m.Settings.V || len(s.w) != 0 && len(s.w) != len(m.net.W) {
			return nil, fmt.Errorf("the model in %s does not fit together: the weights after %d samples", dir, s.After)
		}
	}
	return m, nil
}

func (n *network) fits() bool {
	graph := 0
	if n.T > 1 {
		graph = n.V * n.V
	}
	bias := func(b []float32) bool { return b == nil || len(b) == n.V }
	return len(n.A) == n.V*n.Inputs && len(n.W) == graph && len(n.U) == n.Classes*n.V && bias(n.InBias) && bias(n.GraphBias)
}

// run applies the network to a recording, block by block.
func (m *model) run(ctx context.Context, r *data.Recording, each func(first int, p *passes)) error {
	if c := r.Samples.Cols(); c != m.Inputs {
		return fmt.Errorf("the recording has %d channels, the model was trained on %d", c, m.Inputs)
	}
	w := kernel.NewWorkers(1)
	defer w.Close()
	p := newPasses(m.net, w, block)
	for first := 0; first < r.Len(); first += block {
		if err := ctx.Err(); err != nil {
			return err
		}
		last := min(first+block, r.Len())
		p.forward(r.Samples.Values[first*m.Inputs : last*m.Inputs])
		each(first, p)
	}
	return nil
}

// Embed returns h after the last round [samples x V], or for every neuron and
// round whether it fired [samples x V·T].
func (m *model) Embed(ctx context.Context, r *data.Recording) (data.Array, error) {
	v, cols := m.Settings.V, m.Settings.V
	if m.Settings.Embedding == "codes" {
		cols *= m.Settings.T
	}
	out := data.NewArray(r.Len(), cols)
	err := m.run(ctx, r, func(first int, p *passes) {
		for i := range p.rows {
			row := out.Row(first + i)
			if m.Settings.Embedding == "activations" {
				copy(row, p.h[m.Settings.T-1][i*v:][:v])
				continue
			}
			for t, h := range p.h {
				for j, x := range h[i*v:][:v] {
					if x > 0 {
						row[t*v+j] = 1
					}
				}
			}
		}
	})
	return out, err
}

func (method) Load(_ context.Context, dir string) (framework.Model, error) { return load(dir) }
