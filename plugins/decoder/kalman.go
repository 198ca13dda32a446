package decoder

import (
	"fmt"

	"github.com/assaylab/assay/framework/latent"
	"gonum.org/v1/gonum/mat"
)

// kalman is a linear Gaussian model of the centred target x_t [k] and of the z-scored
// rates z_t [d]; each trial begins anew:
//
//	x_0 ~ N(m, P),   x_t = A x_{t−1} + w,  w ~ N(0, W),   z_t = H x_t + q,  q ~ N(0, Q)
//
// All are least squares and the covariances of what these leave (Wu et al. 2006, eqs.
// 2.5 to 2.8), A over pairs of samples that follow each other in a trial.
type kalman struct {
	Centre  []float64     `json:"centre"`  // mean of the target over the train part [k]
	A       latent.Matrix `json:"a"`       // [k x k]
	W       latent.Matrix `json:"w"`       // [k x k]
	H       latent.Matrix `json:"h"`       // [d x k]
	Q       latent.Matrix `json:"q"`       // [d x d]
	Start   []float64     `json:"start"`   // m [k]
	Initial latent.Matrix `json:"initial"` // P [k x k]
}

func fitKalman(Z, Y *mat.Dense, trial []int32, shrink float64) (*kalman, error) {
	n, d := Z.Dims()
	_, k := Y.Dims()
	f := &kalman{Centre: latent.Mean(Y)}
	X := mat.NewDense(n, k, nil)
	for i := range n {
		for j := range k {
			X.Set(i, j, Y.At(i, j)-f.Centre[j])
		}
	}
	var first, before, after []int
	trials(trial, func(from, end int) {
		first = append(first, from)
		for i := from + 1; i < end; i++ {
			before, after = append(before, i-1), append(after, i)
		}
	})
	if len(before) < k+2 || n < k+2 {
		return nil, fmt.Errorf("%d pairs of samples follow each other in a trial; a Kalman filter needs at least %d", len(before), k+2)
	}
	A, W, err := regress(rows(X, before), rows(X, after))
	if err != nil {
		return nil, fmt.Errorf("the course of the target: %w", err)
	}
	H, Q, err := regress(X, Z)
	if err != nil {
		return nil, fmt.Errorf("rates given the target: %w", err)
	}
	share := shrink * mat.Trace(Q) / float64(d)
	for j := range d {
		Q.Set(j, j, Q.At(j, j)+share)
	}
	start := rows(X, first)
	f.Start = latent.Mean(start)
	f.A.Dense, f.W.Dense, f.H.Dense, f.Q.Dense = A, W, H, Q
	f.Initial.Dense = W // where there is one trial nothing else is known
	if len(first) > k+1 {
		f.Initial.Dense = covariance(start, f.Start)
	}
	return f, nil
}

// regress returns B [q x p] with y ≈ B x, without a constant, and the covariance of
// what it leaves: B = Y'X (X'X)⁻¹, (Y − XB')'(Y − XB')/n.
func regress(X, Y *mat.Dense) (B, left *mat.Dense, err error) {
	var G mat.SymDense
	G.SymOuterK(1, X.T())
	var c mat.Cholesky
	if !c.Factorize(&G) {
		return nil, nil, fmt.Errorf("the dimensions of the target depend on each other")
	}
	var XY, T, fit, E mat.Dense
	XY.Mul(X.T(), Y)
	if err := c.SolveTo(&T, &XY); err != nil {
		return nil, nil, err
	}
	fit.Mul(X, &T)
	E.Sub(Y, &fit)
	_, q := Y.Dims()
	return mat.DenseCopyOf(T.T()), covariance(&E, make([]float64, q)), nil
}

// covariance returns Σ(x − m)(x − m)'/n.
func covariance(X *mat.Dense, m []float64) *mat.Dense {
	n, k := X.Dims()
	out := mat.NewDense(k, k, nil)
	for i := range n {
		row := X.RawRowView(i)
		for a := range k {
			for b := range k {
				out.Set(a, b, out.At(a, b)+(row[a]-m[a])*(row[b]-m[b])/float64(n))
			}
		}
	}
	return out
}

func rows(X *mat.Dense, at []int) *mat.Dense {
	_, k := X.Dims()
	out := mat.NewDense(len(at), k, nil)
	for i, r := range at {
		out.SetRow(i, X.RawRowView(r))
	}
	return out
}

// filter returns E[x_t | z_0 .. z_t] + centre for every sample. In the information
// form, for which Q is inverted once:
//
//	P⁻ = A P A' + W,   P = (P⁻⁻¹ + H'Q⁻¹H)⁻¹,   x̂ = x⁻ + P H'Q⁻¹(z − H x⁻)
func (f *kalman) filter(Z *mat.Dense, trial []int32) (*mat.Dense, error) {
	n, d := Z.Dims()
	k := len(f.Centre)
	noise := mat.NewSymDense(d, nil)
	for i := range d {
		for j := i; j < d; j++ {
			noise.SetSym(i, j, f.Q.At(i, j))
		}
	}
	var c mat.Cholesky
	if !c.Factorize(noise) {
		return nil, fmt.Errorf("the noise covariance of the rates has no inverse; raise shrink")
	}
	var QH, information, gainT mat.Dense // Q⁻¹H [d x k], H'Q⁻¹H, H'Q⁻¹ z
	if err := c.SolveTo(&QH, f.H.Dense); err != nil {
		return nil, err
	}
	information.Mul(f.H.T(), &QH)
	gainT.Mul(Z, &QH) // [n x k]: row t is H'Q⁻¹z_t
	out := mat.NewDense(n, k, nil)
	var failed error
	trials(trial, func(first, end int) {
		x := mat.NewVecDense(k, append([]float64(nil), f.Start...))
		P := mat.DenseCopyOf(f.Initial.Dense)
		for t := first; t < end && failed == nil; t++ {
			if t > first {
				var Ax mat.VecDense
				Ax.MulVec(f.A.Dense, x)
				x.CopyVec(&Ax)
				var AP, next mat.Dense
				AP.Mul(f.A.Dense, P)
				next.Mul(&AP, f.A.T())
				next.Add(&next, f.W.Dense)
				P.Copy(&next)
			}
			// (P⁻⁻¹ + I)⁻¹ = (1 + P⁻ I)⁻¹ P⁻ needs no inverse of P⁻, which may have none.
			var PI, S mat.Dense
			PI.Mul(P, &information)
			for j := range k {
				PI.Set(j, j, PI.At(j, j)+1)
			}
			if failed = S.Solve(&PI, P); failed != nil {
				return
			}
			P.Copy(&S)
			var innovation, step mat.VecDense
			innovation.MulVec(&information, x)
			innovation.SubVec(gainT.RowView(t), &innovation)
			step.MulVec(P, &innovation)
			x.AddVec(x, &step)
			for j := range k {
				out.Set(t, j, x.AtVec(j)+f.Centre[j])
			}
		}
	})
	return out, failed
}

func (f *kalman) check(d int) error {
	k := len(f.Centre)
	for _, m := range []struct {
		what string
		m    latent.Matrix
		r, c int
	}{{"the target's course", f.A, k, k}, {"its noise", f.W, k, k}, {"rates given the target", f.H, d, k}, {"their noise", f.Q, d, d}, {"the initial covariance", f.Initial, k, k}} {
		if err := m.m.Is(m.what, m.r, m.c); err != nil {
			return err
		}
	}
	if k == 0 || len(f.Start) != k {
		return fmt.Errorf("a Kalman filter of %d dimensions that starts with %d", k, len(f.Start))
	}
	return nil
}
