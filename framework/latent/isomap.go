package latent

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// mostIsomap is how many samples Isomap takes: it holds their distances, n² numbers.
const mostIsomap = 20000

// Isomap embeds the rows of X [n x channels] in k dimensions so that distances
// along the cloud are kept (Tenenbaum, de Silva and Langford, Science 2000):
//
//  1. a graph joins every sample to its nearest neighbours, both ways;
//  2. D_ij is the length of the shortest path from i to j;
//  3. the k leading eigenvectors of −½ J D² J, J = I − 1/n, times the roots of
//     their eigenvalues, are the coordinates: classical scaling.
//
// Parts of the graph that are not joined are joined by their nearest pair of
// samples, each part with each, as scikit-learn does. The sign of a coordinate is
// that which makes its entry of largest magnitude positive. It does not embed
// samples that it was not given.
func Isomap(ctx context.Context, X *mat.Dense, k, neighbours int) (*mat.Dense, error) {
	n, _ := X.Dims()
	switch {
	case neighbours < 1 || neighbours >= n:
		return nil, fmt.Errorf("isomap: %d neighbours asked of %d samples", neighbours, n)
	case k < 1 || k >= n:
		return nil, fmt.Errorf("isomap: %d dimensions asked of %d samples", k, n)
	case n > mostIsomap:
		return nil, fmt.Errorf("isomap: %d samples are more than %d; it holds the distances of all pairs", n, mostIsomap)
	}
	g := neighbourGraph(X, neighbours)
	g.join(X)
	B := mat.NewDense(n, n, nil)
	for i := range n {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		g.paths(i, B.RawRowView(i))
	}
	centreSquares(B)
	values, V, err := leadingEigen(B, k)
	if err != nil {
		return nil, fmt.Errorf("isomap: %w", err)
	}
	Z := mat.DenseCopyOf(V.T())
	fixSigns(Z)
	for j, v := range values {
		for i, x := range Z.RawRowView(j) {
			Z.Set(j, i, x*math.Sqrt(max(v, 0)))
		}
	}
	return mat.DenseCopyOf(Z.T()), nil
}

// centreSquares makes −½ J D² J of distances D, which it symmetrises.
func centreSquares(D *mat.Dense) {
	n, _ := D.Dims()
	mean := make([]float64, n)
	all := 0.0
	for i := range n {
		for j := range i {
			d := (D.At(i, j) + D.At(j, i)) / 2 // paths there and back are added up in other orders
			D.Set(i, j, d*d)
			D.Set(j, i, d*d)
		}
	}
	for i := range n {
		for _, v := range D.RawRowView(i) {
			mean[i] += v / float64(n)
		}
		all += mean[i] / float64(n)
	}
	for i := range n {
		row := D.RawRowView(i)
		for j := range row {
			row[j] = -0.5 * (row[j] - mean[i] - mean[j] + all)
		}
	}
}
