package nemo

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/modelfile"
)

// model is what was learned and how it behaves. Graphs are not kept: they follow
// from the seed, and all that is asked of them is in the shares.
type model struct {
	Settings settings    `json:"settings"`
	Symbols  int         `json:"symbols"`
	Names    []string    `json:"names,omitempty"`
	Counts   [][]int     `json:"counts,omitempty"`  // [contexts][m] T, presentations
	Weights  [][]float64 `json:"weights,omitempty"` // [contexts][m] w

	P     [][][]float64 `json:"p,omitempty"`     // [graphs][contexts][m] shares of outcomes
	PCap  [][][]float64 `json:"p_cap,omitempty"` // [graphs][contexts][m] shares of leaders of the first cap
	Tally tally         `json:"tally"`

	Curve    []float64 `json:"curve,omitempty"` // [offsets] mean over graphs
	CurveCap []float64 `json:"curve_cap,omitempty"`

	Text *text `json:"text,omitempty"`

	Shown []shownFlip `json:"shown,omitempty"` // for figures
}

// Embed returns for every sample what its symbol leads to, [samples x m] (of a coin
// the same for all), or the neurons of its assembly, [samples x k].
func (m *model) Embed(ctx context.Context, r *data.Recording) (data.Array, error) {
	x, err := m.symbols(r)
	if err != nil {
		return data.Array{}, err
	}
	if m.Settings.Embedding == "cap" {
		out := data.NewArray(len(x), m.Settings.K)
		for i, s := range x {
			for j, neuron := range neurons(s, m.Settings.K) {
				out.Row(i)[j] = float32(neuron)
			}
		}
		return out, ctx.Err()
	}
	out := data.NewArray(len(x), m.Symbols)
	mean := m.mean()
	for i, s := range x {
		if len(mean) == 1 {
			s = 0
		}
		for j, p := range mean[s] {
			out.Row(i)[j] = float32(p)
		}
	}
	return out, ctx.Err()
}

// mean is the mean of P [contexts][m] over the graphs on which a flip was decided;
// without any, nothing is known and all are equal.
func (m *model) mean() [][]float64 {
	if m.Text != nil {
		return m.Text.Next
	}
	out := make([][]float64, len(m.P[0]))
	for s := range out {
		out[s] = make([]float64, m.Symbols)
		for g := range m.P {
			for i, p := range m.P[g][s] {
				out[s][i] += p
			}
		}
		total := sum(out[s])
		for i := range out[s] {
			if total > 0 {
				out[s][i] /= total
			} else {
				out[s][i] = 1 / float64(m.Symbols)
			}
		}
	}
	return out
}

func (m *model) Save(dir string) error { return modelfile.Write(dir, name, version, m) }

// check says whether what was read fits together.
func (m *model) check() error {
	if m.Symbols < 2 || m.Settings.K < 1 || m.Settings.Draws < 1 {
		return fmt.Errorf("%d symbols, k = %d, %d draws", m.Symbols, m.Settings.K, m.Settings.Draws)
	}
	if m.Text != nil {
		return m.Text.check(m.Symbols)
	}
	if len(m.P) == 0 || len(m.PCap) != len(m.P) || len(m.Weights) != len(m.Counts) || len(m.Curve) != len(m.CurveCap) || len(m.Curve) > maxOffsets {
		return fmt.Errorf("%d graphs, %d contexts, %d rows of weights", len(m.P), len(m.Counts), len(m.Weights))
	}
	if len(m.Curve) > 0 && len(m.Curve) != len(m.Settings.Offsets) {
		return fmt.Errorf("a curve of %d points for %d offsets", len(m.Curve), len(m.Settings.Offsets))
	}
	contexts := m.Symbols
	if m.Settings.Task == "coin" {
		contexts = 1
	}
	for _, rows := range append([][][]float64{m.Weights}, append(m.P, m.PCap...)...) {
		if len(rows) != contexts || len(m.Counts) != contexts {
			return fmt.Errorf("%d rows for %d contexts", len(rows), contexts)
		}
		for s, row := range rows {
			if len(row) != m.Symbols || len(m.Counts[s]) != m.Symbols {
				return fmt.Errorf("a row of %d for %d symbols", len(row), m.Symbols)
			}
		}
	}
	return nil
}

func (method) Load(_ context.Context, dir string) (framework.Model, error) {
	m := new(model)
	if err := modelfile.Read(dir, name, version, m); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("the model in %s does not fit together: %w", dir, err)
	}
	return m, nil
}
