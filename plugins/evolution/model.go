package evolution

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/modelfile"
)

// model is a fit as it is saved. The last weight is that of the constant.
type model struct {
	Settings  settings          `json:"settings"`
	Inputs    int               `json:"inputs"`
	Weights   []float64         `json:"weights"`
	Kept      map[int][]float64 `json:"kept"` // weights by generation
	Alignment float64           `json:"alignment"`
	Falls     float64           `json:"falls"`
	Fixed     float64           `json:"fixed"`
}

func (m *model) check() error {
	if len(m.Weights) != m.Inputs+1 {
		return fmt.Errorf("%d weights of %d channels and a constant", len(m.Weights), m.Inputs)
	}
	for n, w := range m.Kept {
		if len(w) != len(m.Weights) {
			return fmt.Errorf("%d weights after %d generations", len(w), n)
		}
	}
	return nil
}

// Embed returns w z, [samples x 1].
func (m *model) Embed(ctx context.Context, r *data.Recording) (data.Array, error) {
	if err := m.fits(r); err != nil {
		return data.Array{}, err
	}
	out := data.NewArray(r.Len(), 1)
	for i := range r.Len() {
		out.Row(i)[0] = float32(score(m.Weights, withOne(r.Samples.Row(i))))
	}
	return out, ctx.Err()
}

func (m *model) fits(r *data.Recording) error {
	if c := r.Samples.Cols(); c != m.Inputs {
		return fmt.Errorf("the recording has %d channels, the model was trained on %d", c, m.Inputs)
	}
	return nil
}

func (m *model) Save(dir string) error { return modelfile.Write(dir, name, version, m) }

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
