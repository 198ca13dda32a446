package baseline

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
	"github.com/assaylab/assay/framework/modelfile"
	"gonum.org/v1/gonum/mat"
)

// model is a fit as it is saved.
type model struct {
	Embedding string                 `json:"embedding"`
	ZScore    *latent.ZScore         `json:"zscore"`
	PCA       *latent.PCA            `json:"pca,omitempty"`
	FA        *latent.FactorAnalysis `json:"fa,omitempty"`
	Prepare   *prepare               `json:"prepare,omitempty"` // nil: each sample by itself, as it is
}

func (m *model) check() error {
	if m.ZScore == nil {
		return fmt.Errorf("the z-scoring is missing")
	}
	if err := m.ZScore.Check(); err != nil {
		return err
	}
	if err := m.Prepare.check(); err != nil {
		return err
	}
	if m.ZScore.Channels%m.Prepare.width() != 0 {
		return fmt.Errorf("%d columns are no %d bins", m.ZScore.Channels, m.Prepare.width())
	}
	d := len(m.ZScore.Kept)
	switch {
	case m.Embedding == "raw":
		return nil
	case m.Embedding == "pca" && m.PCA != nil:
		return m.PCA.Check(d)
	case m.Embedding == "fa" && m.FA != nil:
		return m.FA.Check(d)
	}
	return fmt.Errorf("the embedding is %q, but its parameters are missing", m.Embedding)
}

// channels is how many a recording must have.
func (m *model) channels() int { return m.ZScore.Channels / m.Prepare.width() }

// units counts the channels that are kept, in whichever bin of the context.
func (m *model) units() int {
	kept := map[int]bool{}
	for _, column := range m.ZScore.Kept {
		kept[column%m.channels()] = true
	}
	return len(kept)
}

// zscored returns the kept channels of r, prepared and scaled as in training.
func (m *model) zscored(r *data.Recording) (*mat.Dense, error) {
	if c := r.Samples.Cols(); c != m.channels() {
		return nil, fmt.Errorf("the model was trained on %d channels; this recording has %d", m.channels(), c)
	}
	rates, err := m.Prepare.rates(r)
	if err != nil {
		return nil, err
	}
	return m.ZScore.Transform(rates), nil
}

// scores returns the embedding of z-scored samples.
func (m *model) scores(X *mat.Dense) (*mat.Dense, error) {
	switch m.Embedding {
	case "pca":
		return m.PCA.Transform(X), nil
	case "fa":
		return m.FA.Transform(X)
	}
	return X, nil
}

func (m *model) Embed(ctx context.Context, r *data.Recording) (data.Array, error) {
	if r.Len() == 0 {
		return data.Array{}, fmt.Errorf("the recording has no samples")
	}
	X, err := m.zscored(r)
	if err != nil {
		return data.Array{}, err
	}
	Z, err := m.scores(X)
	if err != nil {
		return data.Array{}, err
	}
	return latent.ToArray(Z), ctx.Err()
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
