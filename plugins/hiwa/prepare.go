package hiwa

import (
	"fmt"
	"math"
	"slices"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/latent"
	"gonum.org/v1/gonum/mat"
)

// cluster is the points of one label as the iteration sees them.
type cluster struct {
	label   int32
	n       int
	points  []float64 // [n x D], projected and divided by √D
	columns []float64 // [D x n], the same
	weights []float64 // [n], 1/n each
}

// fitNormalisation learns the whitening of both sides, or the identity. Both
// use the symmetric root: if Y = R X, then so are the whitened sets.
func (m *model) fitNormalisation(x, y labelled, rec framework.Recorder) (err error) {
	dx, dy := x.points.RawMatrix().Cols, y.points.RawMatrix().Cols
	if dx != dy {
		return fmt.Errorf("the source has %d dimensions and the target %d, but a rotation keeps their number; set source_view, factors or target_view so that they agree", dx, dy)
	}
	if m.Settings.Normalise == "none" {
		m.WhitenX, m.WhitenY = latent.Identity(dx), latent.Identity(dx)
		return nil
	}
	if m.WhitenX, err = latent.FitWhitening(x.points); err != nil {
		return fmt.Errorf("source: %w", err)
	}
	if m.WhitenY, err = latent.FitWhitening(y.points); err != nil {
		return fmt.Errorf("target: %w", err)
	}
	for side, w := range map[string]*latent.Whitening{sourceRole: m.WhitenX, targetRole: m.WhitenY} {
		if w.Floored > 0 {
			rec.Log("the covariance of the %s is singular: %d of %d eigenvalues were floored", side, w.Floored, dx)
		}
	}
	return nil
}

// prepare divides normalised points into clusters, projects these if asked to, and scales
// them by 1/√D, which makes squared distances the 1/D ‖·‖² of the objective.
// Clusters are not centred: their means carry much of what tells them apart.
func prepare(s *settings, x, y labelled) (*problem, error) {
	p := &problem{s: s, D: x.points.RawMatrix().Cols, threads: 1}
	var err error
	if p.source, err = clusters(s, x); err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	if p.target, err = clusters(s, y); err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	p.p, p.q = uniform(len(p.source)), uniform(len(p.target))
	return p, nil
}

// clusters returns the labels that occur, in ascending order, with their points.
func clusters(s *settings, l labelled) ([]cluster, error) {
	points := l.points
	rows := map[int32][]int{}
	for i, label := range l.labels {
		rows[label] = append(rows[label], i)
	}
	var labels []int32
	for label := range rows {
		labels = append(labels, label)
	}
	slices.Sort(labels)
	D := points.RawMatrix().Cols
	var out []cluster
	for _, label := range labels {
		n := len(rows[label])
		X := mat.NewDense(n, D, nil)
		for k, i := range rows[label] {
			X.SetRow(k, points.RawRowView(i))
		}
		if s.Projection == "cluster" {
			if err := project(X, s.Rank); err != nil {
				return nil, fmt.Errorf("cluster %d: %w", label, err)
			}
		}
		X.Scale(1/math.Sqrt(float64(D)), X)
		out = append(out, cluster{label: label, n: n, points: X.RawMatrix().Data,
			columns: mat.DenseCopyOf(X.T()).RawMatrix().Data, weights: uniform(n)})
	}
	return out, nil
}

// project replaces the points of a cluster by A Aᵀ x, with A the rank leading
// directions of the uncentred points (right singular vectors of the rows).
func project(X *mat.Dense, rank int) error {
	var svd mat.SVD
	if !svd.Factorize(X, mat.SVDThinV) {
		return fmt.Errorf("the singular value decomposition did not converge")
	}
	var V, scores mat.Dense
	svd.VTo(&V)
	D, most := V.Dims()
	A := V.Slice(0, D, 0, min(rank, most))
	scores.Mul(X, A)
	X.Mul(&scores, A.T())
	return nil
}

func uniform(n int) []float64 { return constant(n, 1/float64(n)) }

func constant(n int, v float64) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = v
	}
	return w
}
