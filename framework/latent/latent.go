// Package latent holds classical models that plugins share: linear ones ([PCA],
// [FactorAnalysis], symmetric [Whitening], z-scoring ([ZScore]), [Ridge]), embedding
// by [Isomap], and clusters by [KMeans] or [SubspaceClusters].
//
// A matrix has samples in rows and channels in columns, in float64. Models are
// plain data: encoding/json writes and reads them without loss, and their
// Check methods say whether what was read fits together.
package latent

import (
	"fmt"
	"math"

	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/gonum/mat"
)

// FromArray copies an array [samples x channels] into a matrix.
func FromArray(a data.Array) *mat.Dense {
	values := make([]float64, len(a.Values))
	for i, v := range a.Values {
		values[i] = float64(v)
	}
	return mat.NewDense(a.Rows(), a.Cols(), values)
}

// ToArray rounds a matrix to an array [samples x dims].
func ToArray(m *mat.Dense) data.Array {
	n, d := m.Dims()
	a := data.NewArray(n, d)
	for i := range n {
		for j, v := range m.RawRowView(i) {
			a.Values[i*d+j] = float32(v)
		}
	}
	return a
}

// Mean returns the mean of each column.
func Mean(X *mat.Dense) []float64 {
	n, d := X.Dims()
	mean := make([]float64, d)
	for i := range n {
		for j, x := range X.RawRowView(i) {
			mean[j] += x
		}
	}
	for j := range mean {
		mean[j] /= float64(n)
	}
	return mean
}

// centred returns X − mean.
func centred(X *mat.Dense, mean []float64) *mat.Dense {
	out := mat.DenseCopyOf(X)
	n, _ := out.Dims()
	for i := range n {
		row := out.RawRowView(i)
		for j := range row {
			row[j] -= mean[j]
		}
	}
	return out
}

// triangle returns R of X = QR where X has more rows than columns, and X
// itself otherwise. RᵀR = XᵀX: it has the singular values and right singular
// vectors of X in fewer rows.
func triangle(X *mat.Dense) *mat.Dense {
	n, d := X.Dims()
	if n <= d {
		return X
	}
	var qr mat.QR
	qr.Factorize(X)
	var r mat.Dense
	qr.RTo(&r)
	return mat.DenseCopyOf(r.Slice(0, d, 0, d))
}

// rightSVD returns the singular values of X in descending order and the right
// singular vectors, one per column of V.
func rightSVD(X *mat.Dense) (sigma []float64, V *mat.Dense, err error) {
	var svd mat.SVD
	if !svd.Factorize(X, mat.SVDThinV) {
		return nil, nil, fmt.Errorf("the singular value decomposition did not converge; are the samples finite?")
	}
	V = new(mat.Dense)
	svd.VTo(V)
	return svd.Values(nil), V, nil
}

// fixSigns turns each row of components so that its entry of largest magnitude
// (the first of equals) is positive.
func fixSigns(components *mat.Dense) {
	k, _ := components.Dims()
	for i := range k {
		row := components.RawRowView(i)
		best := 0.0
		for _, v := range row {
			if math.Abs(v) > math.Abs(best) {
				best = v
			}
		}
		if best < 0 {
			for j := range row {
				row[j] = -row[j]
			}
		}
	}
}

// checkDims returns an error unless k components can be found in X.
func checkDims(X *mat.Dense, k int) error {
	n, d := X.Dims()
	switch {
	case k < 1:
		return fmt.Errorf("at least one dimension is needed, got %d", k)
	case k > d:
		return fmt.Errorf("%d dimensions asked of %d channels", k, d)
	case n < 2:
		return fmt.Errorf("%d samples are too few to fit a model", n)
	case k > n-1: // centred samples span no more
		return fmt.Errorf("%d dimensions asked of %d samples", k, n)
	}
	for i := range n {
		for j, x := range X.RawRowView(i) {
			if x-x != 0 {
				return fmt.Errorf("sample %d, channel %d is %v; samples must be finite", i, j, x)
			}
		}
	}
	return nil
}
