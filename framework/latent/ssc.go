package latent

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// What HiWA's figures use (the authors' MATLAB release, 2019), and when the
// iteration ends.
const (
	sscAlpha      = 3000
	sscShare      = 0.8
	sscTolerance  = 2e-4
	sscIterations = 200
	sscStarts     = 20 // of k-means
)

// SubspaceClusters divides the rows of X [n x d] into k clusters, each near a
// linear subspace of its own: sparse subspace clustering (Elhamifar and Vidal,
// IEEE TPAMI 2013). Every sample is written as a combination of few others,
//
//	min ‖C‖₁ + (λ/2)‖X − XC‖²  with diag C = 0, columns of X being samples,
//	λ = α / min_i max_{j≠i} |x_iᵀx_j|,
//
// because those lie in its own subspace; the clusters are those of the graph |C| +
// |C|ᵀ. It returns the cluster of each row, 0 to k−1.
func SubspaceClusters(ctx context.Context, X *mat.Dense, k int, rng *rand.Rand) ([]int32, error) {
	n, _ := X.Dims()
	if k < 1 || k >= n {
		return nil, fmt.Errorf("subspace clustering: %d clusters asked of %d samples", k, n)
	}
	C, err := sparseCombinations(ctx, X)
	if err != nil {
		return nil, fmt.Errorf("subspace clustering: %w", err)
	}
	return spectralClusters(affinity(C), k, rng)
}

// sparseCombinations solves for C by the alternating direction method of
// multipliers with penalty α:
//
//	Z ← (λXᵀX + αI)⁻¹ (λXᵀX + αC − Λ),  diag Z = 0
//	C ← soft(Z + Λ/α, 1/α),              diag C = 0
//	Λ ← Λ + α(Z − C)
//
// The inverse is applied through the d x d matrix H = (α/λ I + XXᵀ)⁻¹:
// (λXᵀX + αI)⁻¹ M = (M − XᵀH X M)/α.
func sparseCombinations(ctx context.Context, rows *mat.Dense) (*mat.Dense, error) {
	n, d := rows.Dims()
	var G mat.Dense // XᵀX
	G.Mul(rows, rows.T())
	coherence := math.Inf(1)
	for i := range n {
		most := 0.0
		for j := range n {
			if j != i {
				most = max(most, math.Abs(G.At(i, j)))
			}
		}
		coherence = min(coherence, most)
	}
	if !(coherence > 0) || math.IsInf(coherence, 0) {
		return nil, fmt.Errorf("a sample is zero, or at a right angle to all others, or not finite")
	}
	lambda := sscAlpha / coherence
	var S, H mat.Dense
	S.Mul(rows.T(), rows)
	for i := range d {
		S.Set(i, i, S.At(i, i)+sscAlpha/lambda)
	}
	if err := H.Inverse(&S); err != nil {
		return nil, fmt.Errorf("the samples are too far apart in size: %w", err)
	}
	C, L, Z := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	var XM, HXM, inner mat.Dense
	for range sscIterations {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i := range n {
			z, g, c, l := Z.RawRowView(i), G.RawRowView(i), C.RawRowView(i), L.RawRowView(i)
			for j := range z {
				z[j] = lambda*g[j] + sscAlpha*c[j] - l[j]
			}
		}
		XM.Mul(rows.T(), Z)
		HXM.Mul(&H, &XM)
		inner.Mul(rows, &HXM)
		far := 0.0
		for i := range n {
			z, c, l, x := Z.RawRowView(i), C.RawRowView(i), L.RawRowView(i), inner.RawRowView(i)
			for j := range z {
				z[j], c[j] = (z[j]-x[j])/sscAlpha, 0
				if i == j {
					z[j] = 0
				} else if v := z[j] + l[j]/sscAlpha; math.Abs(v) > 1.0/sscAlpha {
					c[j] = v - math.Copysign(1.0/sscAlpha, v)
				}
				l[j] += sscAlpha * (z[j] - c[j])
				far = max(far, math.Abs(z[j]-c[j]))
			}
		}
		if far <= sscTolerance {
			break
		}
	}
	return C, nil
}

// affinity keeps of each column of C the largest entries, as many as hold their
// share of its absolute sum, divides it by the largest and returns |C| + |C|ᵀ.
func affinity(C *mat.Dense) *mat.Dense {
	n, _ := C.Dims()
	W := mat.NewDense(n, n, nil)
	order := make([]int, n)
	for j := range n {
		column := mat.Col(nil, j, C)
		total := 0.0
		for i, v := range column {
			column[i], order[i] = math.Abs(v), i
			total += column[i]
		}
		slices.SortStableFunc(order, func(a, b int) int {
			switch {
			case column[a] > column[b]:
				return -1
			case column[a] < column[b]:
				return 1
			}
			return 0
		})
		held := 0.0
		for _, i := range order {
			if held >= sscShare*total || column[i] == 0 {
				break
			}
			held += column[i]
			w := column[i] / column[order[0]]
			W.Set(i, j, W.At(i, j)+w)
			W.Set(j, i, W.At(j, i)+w)
		}
	}
	return W
}

// spectralClusters divides the nodes of a graph with weights W (Ng, Jordan and
// Weiss, NIPS 2001): k-means on the rows, made unit vectors, of the k leading
// eigenvectors of D^{-1/2} W D^{-1/2}.
func spectralClusters(W *mat.Dense, k int, rng *rand.Rand) ([]int32, error) {
	n, _ := W.Dims()
	root := make([]float64, n)
	for i := range n {
		sum := 0.0
		for _, w := range W.RawRowView(i) {
			sum += w
		}
		root[i] = 1 / math.Sqrt(max(sum, 1e-12))
	}
	W.Apply(func(i, j int, w float64) float64 { return w * root[i] * root[j] }, W)
	_, V, err := leadingEigen(W, k)
	if err != nil {
		return nil, err
	}
	for i := range n {
		row := V.RawRowView(i)
		size := math.Sqrt(squaredDistance(row, make([]float64, k)))
		for j := range row {
			row[j] /= max(size, 1e-300)
		}
	}
	labels, _, err := KMeans(V, k, sscStarts, rng)
	return labels, err
}
