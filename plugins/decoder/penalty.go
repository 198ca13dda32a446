package decoder

import (
	"context"
	"fmt"
	"math"

	"github.com/assaylab/assay/framework/latent"
	"gonum.org/v1/gonum/mat"
)

// innerFolds is into how many folds of whole trials the train part is dealt.
const innerFolds = 5

// penalties are what is chosen from: 10^-3, 10^-2.5 .. 10, the largest first, to which
// ties go.
func penalties() []float64 {
	var out []float64
	for e := 1.0; e >= -3; e -= 0.5 {
		out = append(out, math.Pow(10, e))
	}
	return out
}

// choosePenalty returns the penalty with the least squared error over the inner folds:
// trial i of the train part is in fold i mod 5, whatever the seed. Of fewer trials each is
// a fold.
func choosePenalty(ctx context.Context, X, Y *mat.Dense, trial []int32) (float64, error) {
	fold, n := make([]int, len(trial)), 0
	trials(trial, func(first, end int) {
		for i := first; i < end; i++ {
			fold[i] = n % innerFolds
		}
		n++
	})
	if n == 1 { // one long trial: stretches of it
		for i := range fold {
			fold[i] = i * innerFolds / len(fold)
		}
		n = min(innerFolds, len(fold))
	}
	if n < 2 {
		return 0, fmt.Errorf("one sample is too little to choose a penalty by; give penalty")
	}
	grid := penalties()
	loss := make([]float64, len(grid))
	for f := range min(n, innerFolds) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		var in, out []int
		for i, g := range fold {
			if g == f {
				out = append(out, i)
			} else {
				in = append(in, i)
			}
		}
		if err := tryPenalties(rows(X, in), rows(Y, in), rows(X, out), rows(Y, out), grid, loss); err != nil {
			return 0, err
		}
	}
	best := 0
	for i, l := range loss {
		if l < loss[best] {
			best = i
		}
	}
	return grid[best], nil
}

// tryPenalties adds to loss what each penalty leaves of the held-out rows. The Gram
// matrix is made once for all of them.
func tryPenalties(X, Y, Xout, Yout *mat.Dense, grid, loss []float64) error {
	centre, shift := latent.Mean(X), latent.Mean(Y)
	for _, c := range []struct {
		M *mat.Dense
		m []float64
	}{{X, centre}, {Xout, centre}, {Y, shift}, {Yout, shift}} {
		n, d := c.M.Dims()
		for i := range n {
			row := c.M.RawRowView(i)
			for j := range d {
				row[j] -= c.m[j]
			}
		}
	}
	var G mat.SymDense
	G.SymOuterK(1, X.T())
	d := G.SymmetricDim()
	var b mat.Dense
	b.Mul(X.T(), Y)
	mean := mat.Trace(&G) / float64(d)
	for k, share := range grid {
		A := mat.NewSymDense(d, nil)
		A.CopySym(&G)
		for j := range d {
			A.SetSym(j, j, A.At(j, j)+share*mean)
		}
		var c mat.Cholesky
		if !c.Factorize(A) {
			return fmt.Errorf("the %d columns of the regression depend on each other", d)
		}
		var W, E mat.Dense
		if err := c.SolveTo(&W, &b); err != nil {
			return err
		}
		E.Mul(Xout, &W)
		E.Sub(Yout, &E)
		loss[k] += math.Pow(mat.Norm(&E, 2), 2)
	}
	return nil
}
