package latent

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// PCA is principal component analysis: the K orthogonal directions of largest
// variance. The entry of largest magnitude in each component is positive, which
// fixes the signs.
type PCA struct {
	Mean       []float64 `json:"mean"`       // [channels]
	Components Matrix    `json:"components"` // [K x channels], orthonormal rows, largest variance first
	Variance   []float64 `json:"variance"`   // [K] along each component, divisor N−1
	Total      float64   `json:"total"`      // variance of all channels together
}

// FitPCA finds the first k components of X [samples x channels].
func FitPCA(X *mat.Dense, k int) (*PCA, error) {
	if err := checkDims(X, k); err != nil {
		return nil, fmt.Errorf("PCA: %w", err)
	}
	n, d := X.Dims()
	p := &PCA{Mean: Mean(X), Variance: make([]float64, k)}
	// X − mean = U diag(σ) Vᵀ: components are columns of V, variances σ²/(N−1)
	sigma, V, err := rightSVD(triangle(centred(X, p.Mean)))
	if err != nil {
		return nil, fmt.Errorf("PCA: %w", err)
	}
	for i, s := range sigma {
		v := s * s / float64(n-1)
		p.Total += v
		if i < k {
			p.Variance[i] = v
		}
	}
	p.Components.Dense = mat.DenseCopyOf(V.Slice(0, d, 0, k).T())
	fixSigns(p.Components.Dense)
	return p, nil
}

// Transform returns the scores (X − mean)·componentsᵀ [samples x K].
func (p *PCA) Transform(X *mat.Dense) *mat.Dense {
	var Z mat.Dense
	Z.Mul(centred(X, p.Mean), p.Components.T())
	return &Z
}

// Inverse returns the samples Z·components + mean that scores stand for.
func (p *PCA) Inverse(Z *mat.Dense) *mat.Dense { return reconstruct(Z, p.Components, p.Mean) }

// Check returns an error unless the parts of a PCA for d channels fit together.
func (p *PCA) Check(d int) error {
	if len(p.Mean) != d {
		return fmt.Errorf("the PCA is for %d channels, not %d", len(p.Mean), d)
	}
	return p.Components.Is("components of the PCA", len(p.Variance), d)
}

// reconstruct returns Z·W + mean.
func reconstruct(Z *mat.Dense, W Matrix, mean []float64) *mat.Dense {
	var X mat.Dense
	X.Mul(Z, W.Dense)
	n, _ := X.Dims()
	for i := range n {
		row := X.RawRowView(i)
		for j := range row {
			row[j] += mean[j]
		}
	}
	return &X
}
