package hiwa

import (
	"context"
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework"
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
	SourceSizes  []int         `json:"source_sizes"` // points of each cluster
	TargetSizes  []int         `json:"target_sizes"`
	Iterations   int           `json:"iterations"`
	Restart      int           `json:"restart"`
	Score        float64       `json:"score"`
	Gap          *float64      `json:"gap,omitempty"` // match_gap

	AlignmentCost  *float64 `json:"alignment_cost,omitempty"`
	AlignmentBound *float64 `json:"alignment_bound,omitempty"`
	FoundSource    *float64 `json:"found_source,omitempty"` // clusters_found_source
	FoundTarget    *float64 `json:"found_target,omitempty"`

	// Of otda, which moves points one by one: the source's, normalised, and where
	// they go [n x D].
	Points latent.Matrix `json:"points,omitzero"`
	Images latent.Matrix `json:"images,omitzero"`

	Target       latent.Matrix `json:"target"`        // train points of the target view [n x D], as they came
	TargetPoints []int32       `json:"target_points"` // their labels [n], none where it has none
}

// keep takes over what a run has found.
func (m *model) keep(p *problem, f *found, target labelled) {
	ka, kb := len(p.source), len(p.target)
	m.R.Dense, m.P.Dense, m.C.Dense = f.R, mat.NewDense(ka, kb, f.P), mat.NewDense(ka, kb, f.C)
	m.Iterations, m.Restart, m.Score, m.Gap = f.iterations, f.restart, f.score, f.gap
	for _, c := range p.source {
		m.SourceLabels, m.SourceSizes = append(m.SourceLabels, c.label), append(m.SourceSizes, c.n)
	}
	for _, c := range p.target {
		m.TargetLabels, m.TargetSizes = append(m.TargetLabels, c.label), append(m.TargetSizes, c.n)
	}
	m.Target.Dense, m.TargetPoints = target.points, slices.Clone(target.labels)
	if f.images != nil {
		m.Points.Dense, m.Images.Dense = p.x.points, f.images
	}
}

// aligned returns R̃ Σ_x^{-1/2} (x − m_x) for the rows x of X: points of the
// whitened target space. R̃ acts on points that are neither projected nor
// divided by √D; both only shaped the fit.
func (m *model) aligned(X *mat.Dense) *mat.Dense { return m.mapped(m.WhitenX.Transform(X)) }

// mapped applies the alignment to normalised points.
func (m *model) mapped(X *mat.Dense) *mat.Dense {
	if m.Images.Dense != nil {
		return nearestShift(X, m.Points.Dense, m.Images.Dense)
	}
	return turned(X, m.R.Dense)
}

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
	if len(m.SourceSizes) != len(m.SourceLabels) || len(m.TargetSizes) != len(m.TargetLabels) {
		return fmt.Errorf("%d and %d clusters have %d and %d sizes", len(m.SourceLabels), len(m.TargetLabels), len(m.SourceSizes), len(m.TargetSizes))
	}
	if m.Images.Dense != nil {
		n, _ := m.Images.Dims()
		if err := m.Images.Is("the images", n, D); err != nil {
			return err
		}
		if err := m.Points.Is("the points of the source", n, D); err != nil {
			return err
		}
	}
	if m.Target.Dense == nil || len(m.TargetPoints) > 0 {
		return m.Target.Is("the target", len(m.TargetPoints), D)
	}
	n, _ := m.Target.Dims()
	return m.Target.Is("the target", n, D)
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
