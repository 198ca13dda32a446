package decoder

import (
	"context"
	"fmt"
	"math"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
	"github.com/assaylab/assay/framework/modelfile"
	"gonum.org/v1/gonum/mat"
)

// model is a fit as it is saved.
type model struct {
	Decoder string         `json:"decoder"`
	Target  string         `json:"target"`
	Classes int            `json:"classes,omitempty"` // of a class target
	Root    bool           `json:"root,omitempty"`
	ZScore  *latent.ZScore `json:"zscore"`
	From    int            `json:"from,omitempty"` // bins of the Wiener filter
	To      int            `json:"to,omitempty"`
	Wiener  *latent.Ridge  `json:"wiener,omitempty"`
	Kalman  *kalman        `json:"kalman,omitempty"`
}

func (m *model) check() error {
	if m.ZScore == nil {
		return fmt.Errorf("the z-scoring is missing")
	}
	if err := m.ZScore.Check(); err != nil {
		return err
	}
	d := len(m.ZScore.Kept)
	switch {
	case m.Decoder == "wiener" && m.Wiener != nil && m.From <= m.To && m.To-m.From < mostBins:
		return m.Wiener.Check(d * (m.To - m.From + 1))
	case m.Decoder == "kalman" && m.Kalman != nil:
		return m.Kalman.check(d)
	}
	return fmt.Errorf("the decoder is %q, but its parameters are missing", m.Decoder)
}

// rates are the samples before scaling.
func (m *model) rates(r *data.Recording) (*mat.Dense, error) {
	X := latent.FromArray(r.Samples)
	if !m.Root {
		return X, nil
	}
	for i, v := range X.RawMatrix().Data {
		if v < 0 {
			return nil, fmt.Errorf("root: sample %d is %v in channel %d; the square root is for counts and rates", i/r.Samples.Cols(), v, i%r.Samples.Cols())
		}
		X.RawMatrix().Data[i] = math.Sqrt(v)
	}
	return X, nil
}

// decode returns what is decoded: [samples x dims] in the unit of the target, or a
// score for each class.
func (m *model) decode(r *data.Recording) (*mat.Dense, error) {
	if c := r.Samples.Cols(); c != m.ZScore.Channels {
		return nil, fmt.Errorf("the model was trained on %d channels; this recording has %d", m.ZScore.Channels, c)
	}
	rates, err := m.rates(r)
	if err != nil {
		return nil, err
	}
	Z := m.ZScore.Transform(rates)
	if m.Kalman != nil {
		return m.Kalman.filter(Z, r.Trial)
	}
	return m.Wiener.Predict(lagged(Z, r.Trial, m.From, m.To)), nil
}

func (m *model) Embed(ctx context.Context, r *data.Recording) (data.Array, error) {
	if r.Len() == 0 {
		return data.Array{}, fmt.Errorf("the recording has no samples")
	}
	Y, err := m.decode(r)
	if err != nil {
		return data.Array{}, err
	}
	return latent.ToArray(Y), ctx.Err()
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
