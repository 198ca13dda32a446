package hiwa

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"
)

// chance is δ of the theorem of recovery: it holds with probability 1 − δ.
const chance = 0.05

// deviation is B of the theorem of recovery, what the Wasserstein distance of n
// points from their law exceeds with probability at most δ:
//
//	B = c n^{-2/d} + √(log(1/δ)/(2n)),  c = 1458 (2 + 1/(3^{d/2−2} − 1)),
//
// for more than four dimensions d; elsewhere it is not a number.
func deviation(n, d int) float64 {
	if d <= 4 {
		return math.NaN()
	}
	c := 1458 * (2 + 1/(math.Pow(3, float64(d)/2-2)-1))
	return c*math.Pow(float64(n), -2/float64(d)) + math.Sqrt(math.Log(1/chance)/(2*float64(n)))
}

// swapBound is what C_ij + C_ji − C_ii − C_jj must exceed for all pairs if no swap is
// to be better: the largest B_x,i + B_y,i + B_x,j + B_y,j.
func swapBound(source, target []int, d int) float64 {
	bound := math.Inf(-1)
	for i := range source {
		for j := range i {
			bound = math.Max(bound, deviation(source[i], d)+deviation(target[i], d)+deviation(source[j], d)+deviation(target[j], d))
		}
	}
	return bound
}

// bounds compares the alignment with the theorem on it. Y are the target points
// and X, a column for each, the barycentres of what the matched source cluster
// sends them under R; with ε² = ‖YᵀY − XᵀX‖_F,
//
//	min over R of ‖R X − Y‖²_F ≤ (‖X‖‖X⁺‖ + 2)² ‖X⁺‖² ε⁴  where ε‖X⁺‖ ≤ 1/√2
//
// and X has full rank; elsewhere the theorem says nothing. It applies to linear maps.
func (m *model) bounds(ctx context.Context, p *problem) error {
	if m.Images.Dense != nil || len(p.source) != len(p.target) {
		return nil
	}
	gamma := m.Settings.EpsInner * float64(len(p.source))
	w := newWorkspace(p.D)
	var XX, YY, XY mat.Dense // X Xᵀ, Y Yᵀ and X Yᵀ
	for _, s := range []*mat.Dense{&XX, &YY, &XY} {
		s.ReuseAs(p.D, p.D)
	}
	cost := 0.0
	for i, j := range matched(m.P.RawMatrix().Data, len(p.source), len(p.target)) {
		X, Y := p.source[i], p.target[j]
		w.transport(ctx, p.s, X, Y, m.R.Dense, gamma)
		if err := ctx.Err(); err != nil {
			return err
		}
		y := mat.NewDense(Y.n, p.D, Y.points)
		var x, step, moved mat.Dense // rows Σ_k Q_kl x_k · m_j
		x.Mul(mat.NewDense(X.n, Y.n, w.plan).T(), mat.NewDense(X.n, p.D, X.points))
		x.Scale(float64(Y.n), &x)
		moved.Mul(&x, m.R.T())
		moved.Sub(&moved, y)
		f := mat.Norm(&moved, 2)
		cost += f * f
		step.Mul(x.T(), &x)
		XX.Add(&XX, &step)
		step.Mul(y.T(), y)
		YY.Add(&YY, &step)
		step.Mul(x.T(), y)
		XY.Add(&XY, &step)
	}
	m.AlignmentCost = finite(cost)
	m.AlignmentBound = finite(procrustesBound(&XX, &YY, &XY))
	return nil
}

// procrustesBound is the right side of the theorem, from products of X and Y, or not
// a number where it does not apply. ‖YᵀY − XᵀX‖² = ‖YYᵀ‖² + ‖XXᵀ‖² − 2‖XYᵀ‖².
func procrustesBound(XX, YY, XY *mat.Dense) float64 {
	square := func(A *mat.Dense) float64 { f := mat.Norm(A, 2); return f * f }
	epsilon2 := math.Sqrt(math.Max(square(YY)+square(XX)-2*square(XY), 0))
	var svd mat.SVD
	if !svd.Factorize(XX, mat.SVDNone) {
		return math.NaN()
	}
	values := svd.Values(nil) // squares of the singular values of X
	most, least := math.Sqrt(values[0]), math.Sqrt(values[len(values)-1])
	inverse := 1 / least
	if !(epsilon2*inverse*inverse <= 0.5) {
		return math.NaN()
	}
	factor := (most*inverse + 2) * inverse * epsilon2
	return factor * factor
}

// finite is a pointer to v, nil where that is not finite.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
