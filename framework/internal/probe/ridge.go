package probe

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/assaylab/assay/framework/internal/problem"
)

// ridge is linear regression with a squared penalty: with X and Y centred by the
// means of the fitted part,
//
//	W = argmin ‖Y - XW‖² + α‖W‖²,  ŷ = ȳ + (x - x̄)W
//
// so the intercept is not penalised. The penalty is given, or the first of a grid
// with the least generalised cross-validation score (Golub, Heath and Wahba 1979)
// summed over the dimensions of Y.
type ridge struct {
	Choose  string    `name:"choose" default:"gcv" choices:"gcv,fixed" doc:"penalty by generalised cross-validation over the grid, or the one given"`
	Penalty float64   `name:"penalty" default:"1" min:"0" scale:"log" when:"choose == 'fixed'" doc:"weight of the squared coefficients against the sum of squared errors"`
	Grid    []float64 `name:"grid" default:"1e-3,1e-2,1e-1,1,1e1,1e2,1e3,1e4,1e5,1e6" above:"0" scale:"log" when:"choose == 'gcv'" doc:"penalties to choose from"`
}

func (p ridge) Run(ctx context.Context, parts Parts, target string, _ uint64) (Result, error) {
	y, err := continuous(parts.fitted().Recording, target)
	if err != nil {
		return Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	f, err := p.fit(widen(parts.fitted().X), y)
	if err != nil {
		return Result{}, err
	}
	return scoreValues(parts, target, func(x samples) (samples, error) { return f.predict(x), ctx.Err() })
}

// regression is ŷ = shift + (x - centre)·w.
type regression struct {
	centre, shift []float64  // [d], [dims of y]
	w             *mat.Dense // [d x dims of y]
	penalty       float64    // the one used
}

func (p ridge) fit(x, y samples) (regression, error) {
	f := regression{centre: columnMeans(x), shift: columnMeans(y)}
	var svd mat.SVD
	if !svd.Factorize(centred(x, f.centre), mat.SVDThin) {
		return f, problem.Problem{Fact: "the singular value decomposition of the embedding did not converge"}
	}
	yc := centred(y, f.shift)
	s := svd.Values(nil)
	var u, v, uy mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	uy.Mul(u.T(), yc)
	f.penalty = p.Penalty
	if p.Choose == "gcv" {
		if len(p.Grid) == 0 {
			return f, problem.New("the grid of penalties is empty", "give at least one, or choose: fixed")
		}
		var rest mat.Dense // Y - UUᵀY
		rest.Mul(&u, &uy)
		rest.Sub(yc, &rest)
		outside := squares(&rest)
		f.penalty = p.Grid[0]
		least := math.Inf(1)
		for _, a := range p.Grid {
			if score := gcv(a, s, &uy, outside, x.n); score < least {
				f.penalty, least = a, score
			}
		}
	}
	// W = V diag(s / (s² + α)) UᵀY
	for i, si := range s {
		row := uy.RawRowView(i)
		for j := range row {
			row[j] *= filter(si, f.penalty, s[0])
		}
	}
	f.w = new(mat.Dense)
	f.w.Mul(&v, &uy)
	return f, nil
}

// filter is s/(s² + α), and 0 for a singular value that is nothing but rounding.
func filter(s, penalty, largest float64) float64 {
	if nothing(s, largest) {
		return 0
	}
	return s / (s*s + penalty)
}

func nothing(s, largest float64) bool { return s <= 1e-12*largest }

// gcv is the generalised cross-validation score of a penalty,
//
//	n⁻¹‖Y - Ŷ‖² / (1 - df/n)²,  df = 1 + Σ s²/(s² + α),
//
// where the 1 is the intercept's, from the singular values s, UᵀY and the squared
// size of what lies outside U's columns, ‖Y - UUᵀY‖². It is +Inf where no degree of
// freedom is left. Both parts are sums of what is left over: with as many dimensions
// as samples, to subtract what is explained would leave rounding alone.
func gcv(penalty float64, s []float64, uy *mat.Dense, outside float64, n int) float64 {
	residual, whole, partly := outside, n-1, 0.0 // n - df = whole + partly
	for i, si := range s {
		rest := 1.0 // 1 - s²/(s² + α)
		if !nothing(si, s[0]) {
			rest = penalty / (si*si + penalty)
			whole--
			partly += rest
		}
		for _, v := range uy.RawRowView(i) {
			residual += rest * rest * v * v
		}
	}
	left := (float64(whole) + partly) / float64(n)
	if left <= 0 {
		return math.Inf(1)
	}
	return residual / float64(n) / (left * left)
}

func squares(m *mat.Dense) (sum float64) {
	for _, v := range m.RawMatrix().Data {
		sum += v * v
	}
	return sum
}

func centred(x samples, mean []float64) *mat.Dense {
	out := mat.NewDense(x.n, x.d, nil)
	for i := range x.n {
		row := out.RawRowView(i)
		for j, v := range x.row(i) {
			row[j] = v - mean[j]
		}
	}
	return out
}

func (f regression) predict(x samples) samples {
	var out mat.Dense
	out.Mul(centred(x, f.centre), f.w)
	y := samples{x.n, len(f.shift), out.RawMatrix().Data}
	for i := range y.n {
		row := y.row(i)
		for j := range row {
			row[j] += f.shift[j]
		}
	}
	return y
}
