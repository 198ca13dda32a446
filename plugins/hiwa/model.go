package hiwa

import (
	"context"
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
	"github.com/assaylab/assay/framework/modelfile"
	"gonum.org/v1/gonum/mat"
)

// model is a fit as it is saved: views, normalisation, R̃, the correspondence,
// and the target's points, which accuracies are scored against. Projections
// shape the fit and are not needed afterwards.
type model struct {
	Settings settings               `json:"settings"`
	Channels int                    `json:"channels"` // of the source recording
	Varying  *latent.ZScore         `json:"varying,omitempty"`
	FA       *latent.FactorAnalysis `json:"fa,omitempty"`
	WhitenX  *latent.Whitening      `json:"whiten_x"`
	WhitenY  *latent.Whitening      `json:"whiten_y"`

	R            latent.Matrix `json:"r"` // R̃ [D x D]
	P            latent.Matrix `json:"p"` // [Ka x Kb]
	C            latent.Matrix `json:"c"` // [Ka x Kb] of the last iteration, with the R_ij
	SourceLabels []int32       `json:"source_labels"`
	TargetLabels []int32       `json:"target_labels"`
	Iterations   int           `json:"iterations"`
	Restart      int           `json:"restart"`
	Score        float64       `json:"score"`

	Target       latent.Matrix `json:"target"`        // train points of the target view [n x D], as they came
	TargetPoints []int32       `json:"target_points"` // their labels [n]
}

// keep takes over what a run has found.
func (m *model) keep(p *problem, f *found, target labelled) {
	ka, kb := len(p.source), len(p.target)
	m.R.Dense, m.P.Dense, m.C.Dense = f.R, mat.NewDense(ka, kb, f.P), mat.NewDense(ka, kb, f.C)
	m.Iterations, m.Restart, m.Score = f.n, f.restart, f.score
	m.SourceLabels, m.TargetLabels = labelsIn(p.source), labelsIn(p.target)
	m.Target.Dense, m.TargetPoints = target.points, slices.Clone(target.labels)
}

func labelsIn(cs []cluster) []int32 {
	out := make([]int32, len(cs))
	for i, c := range cs {
		out[i] = c.label
	}
	return out
}

// aligned returns R̃ Σ_x^{-1/2} (x − m_x) for the rows x of X: points of the
// whitened target space. R̃ acts on points that are neither projected nor
// divided by √D; both only shaped the fit.
func (m *model) aligned(X *mat.Dense) *mat.Dense { return turned(m.WhitenX.Transform(X), m.R.Dense) }

// turned returns the rows R x.
func turned(X, R *mat.Dense) *mat.Dense {
	var Z mat.Dense
	Z.Mul(X, R.T())
	return &Z
}

func (m *model) Embed(ctx context.Context, r *data.Recording) (data.Array, error) {
	X, err := m.sourceView(r)
	if err != nil {
		return data.Array{}, err
	}
	Z := m.aligned(X)
	if m.Settings.Output == "target" {
		Z = m.WhitenY.Inverse(Z) // Σ_y^{1/2} z + m_y
	}
	return latent.ToArray(Z), ctx.Err()
}

func (m *model) Save(dir string) error { return modelfile.Write(dir, name, version, m) }

// check says whether what was read fits together.
func (m *model) check() error {
	if m.R.Dense == nil {
		return fmt.Errorf("the rotation is missing")
	}
	D, _ := m.R.Dims()
	if err := m.R.Is("the rotation", D, D); err != nil {
		return err
	}
	dims := m.Channels
	if m.Settings.SourceView == "factors" {
		if m.Varying == nil || m.FA == nil {
			return fmt.Errorf("the factor analysis is missing")
		}
		if err := m.Varying.Check(); err != nil {
			return err
		}
		if err := m.FA.Check(len(m.Varying.Kept)); err != nil {
			return err
		}
		if m.Varying.Channels != m.Channels {
			return fmt.Errorf("the factors are of %d channels, the source has %d", m.Varying.Channels, m.Channels)
		}
		dims, _ = m.FA.Loadings.Dims()
	}
	if dims != D {
		return fmt.Errorf("the source view has %d dimensions, the rotation %d", dims, D)
	}
	for side, w := range map[string]*latent.Whitening{sourceRole: m.WhitenX, targetRole: m.WhitenY} {
		if w == nil {
			return fmt.Errorf("the normalisation of the %s is missing", side)
		}
		if err := w.Check(D); err != nil {
			return fmt.Errorf("%s: %w", side, err)
		}
	}
	if err := m.P.Is("the correspondence", len(m.SourceLabels), len(m.TargetLabels)); err != nil {
		return err
	}
	if err := m.C.Is("the cost", len(m.SourceLabels), len(m.TargetLabels)); err != nil {
		return err
	}
	return m.Target.Is("the target", len(m.TargetPoints), D)
}
