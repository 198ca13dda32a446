package latent

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Settings of the fit, those that scikit-learn's FactorAnalysis uses by default.
const (
	faTolerance  = 1e-2  // least gain of the total log-likelihood (nats) that keeps the fit going
	faIterations = 1000  // most iterations
	faFloor      = 1e-12 // least noise variance
)

// FactorAnalysis is the model x = mean + Lᵀz + e with z ~ N(0, I_K) and
// e ~ N(0, diag Ψ): shared variance in K factors, private variance in Ψ.
type FactorAnalysis struct {
	Mean     []float64 `json:"mean"`     // [channels]
	Loadings Matrix    `json:"loadings"` // L [K x channels], orthogonal in the metric Ψ⁻¹, signs as for PCA
	Noise    []float64 `json:"noise"`    // Ψ [channels]

	// LogLik is the total log-likelihood of the samples before each update of Ψ.
	LogLik    []float64 `json:"log_likelihood"`
	Converged bool      `json:"converged"`
}

// FitFactorAnalysis finds the maximum of the likelihood over K-factor models of
// X [samples x channels]. For fixed Ψ the best loadings have a closed form
// (Barber, "Bayesian Reasoning and Machine Learning", 2012, algorithm 21.1):
//
//	(X − mean)/√(N Ψ) = U diag(s) Vᵀ
//	L = √max(s² − 1, 0) · Vᵀ · √Ψ        for the K largest s
//	Ψ ← max(var(X) − Σ_k L_k², 1e-12)
//
// The two steps alternate from Ψ = 1 until the likelihood gains less than 1e-2.
// The decomposition is made on the triangular factor of X, which has the same s
// and V in fewer rows.
func FitFactorAnalysis(ctx context.Context, X *mat.Dense, k int) (*FactorAnalysis, error) {
	if err := checkDims(X, k); err != nil {
		return nil, fmt.Errorf("factor analysis: %w", err)
	}
	n, d := X.Dims()
	fa := &FactorAnalysis{Mean: Mean(X), Noise: make([]float64, d)}
	R := triangle(centred(X, fa.Mean))
	variance := columnSquares(R)
	floats.Scale(1/float64(n), variance)
	for j := range fa.Noise {
		fa.Noise[j] = 1
	}
	var scaled mat.Dense
	root := make([]float64, d) // √Ψ
	for range faIterations {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for j, v := range fa.Noise {
			root[j] = math.Sqrt(v) + faFloor
		}
		scaled.Apply(func(_, j int, x float64) float64 { return x / (root[j] * math.Sqrt(float64(n))) }, R)
		s, V, err := rightSVD(&scaled)
		if err != nil {
			return nil, fmt.Errorf("factor analysis: %w", err)
		}
		L := mat.NewDense(k, d, nil)
		logDet, rest := 0.0, 0.0 // Σ_{i≤K} log s_i², Σ_{i>K} s_i²
		for i, si := range s {
			if i >= k {
				rest += si * si
				continue
			}
			logDet += 2 * math.Log(si)
			w := math.Sqrt(max(si*si-1, 0))
			for j := range d {
				L.Set(i, j, w*V.At(j, i)*root[j])
			}
		}
		// log p(X) = −N/2 (D log 2π + K + Σ_{i≤K} log s_i² + Σ_{i>K} s_i² + Σ log Ψ)
		ll := float64(d)*math.Log(2*math.Pi) + float64(k) + logDet + rest
		for _, v := range fa.Noise {
			ll += math.Log(v)
		}
		ll *= -float64(n) / 2
		fa.Loadings.Dense = L
		fa.LogLik = append(fa.LogLik, ll)
		if i := len(fa.LogLik); i > 1 && ll-fa.LogLik[i-2] < faTolerance {
			fa.Converged = true
			break
		}
		shared := columnSquares(L)
		for j := range fa.Noise {
			fa.Noise[j] = max(variance[j]-shared[j], faFloor)
		}
	}
	fixSigns(fa.Loadings.Dense)
	return fa, nil
}

// columnSquares returns the sum of squares of each column.
func columnSquares(X *mat.Dense) []float64 {
	n, d := X.Dims()
	sum := make([]float64, d)
	for i := range n {
		for j, x := range X.RawRowView(i) {
			sum[j] += x * x
		}
	}
	return sum
}

// posterior returns the Cholesky factor of G = I + L Ψ⁻¹ Lᵀ [K x K] and
// A = Ψ⁻¹ Lᵀ [channels x K]: the posterior of z given x has mean G⁻¹Aᵀ(x − mean)
// and covariance G⁻¹.
func (fa *FactorAnalysis) posterior() (G mat.Cholesky, A *mat.Dense, err error) {
	k, d := fa.Loadings.Dims()
	A = mat.NewDense(d, k, nil)
	A.Apply(func(j, i int, _ float64) float64 { return fa.Loadings.At(i, j) / fa.Noise[j] }, A)
	var LA mat.Dense
	LA.Mul(fa.Loadings.Dense, A)
	S := mat.NewSymDense(k, nil)
	for i := range k {
		for j := i; j < k; j++ {
			S.SetSym(i, j, (LA.At(i, j)+LA.At(j, i))/2)
		}
		S.SetSym(i, i, S.At(i, i)+1)
	}
	if !G.Factorize(S) {
		return G, nil, fmt.Errorf("factor analysis: I + L Ψ⁻¹ Lᵀ is not positive definite")
	}
	return G, A, nil
}

// Transform returns the posterior means of the factors [samples x K].
func (fa *FactorAnalysis) Transform(X *mat.Dense) (*mat.Dense, error) {
	G, A, err := fa.posterior()
	if err != nil {
		return nil, err
	}
	var B, Z mat.Dense
	B.Mul(centred(X, fa.Mean), A)
	if err := G.SolveTo(&Z, B.T()); err != nil {
		return nil, fmt.Errorf("factor analysis: %w", err)
	}
	return mat.DenseCopyOf(Z.T()), nil
}

// Inverse returns the samples Z·L + mean that factor scores stand for.
func (fa *FactorAnalysis) Inverse(Z *mat.Dense) *mat.Dense {
	return reconstruct(Z, fa.Loadings, fa.Mean)
}

// LogLikelihood returns the mean log-density (nats) of the rows of X, with the
// inverse and determinant of LᵀL + Ψ by Woodbury's identities.
func (fa *FactorAnalysis) LogLikelihood(X *mat.Dense) (float64, error) {
	mean, _, err := fa.LogDensities(X)
	return mean, err
}

// LogDensities returns, beside LogLikelihood, the log-density of every row.
func (fa *FactorAnalysis) LogDensities(X *mat.Dense) (mean float64, each []float64, err error) {
	G, A, err := fa.posterior()
	if err != nil {
		return 0, nil, err
	}
	n, d := X.Dims()
	k, _ := fa.Loadings.Dims()
	logDet := G.LogDet() // of the covariance: |G| Π Ψ
	for _, v := range fa.Noise {
		logDet += math.Log(v)
	}
	C := centred(X, fa.Mean)
	var B mat.Dense
	B.Mul(C, A)
	constant := float64(d)*math.Log(2*math.Pi) + logDet
	sum := 0.0
	b, g := mat.NewVecDense(k, nil), mat.NewVecDense(k, nil)
	for i := range n {
		// xᵀ Σ⁻¹ x = xᵀ Ψ⁻¹ x − (Aᵀx)ᵀ G⁻¹ (Aᵀx)
		before := sum
		for j, x := range C.RawRowView(i) {
			sum += x * x / fa.Noise[j]
		}
		copy(b.RawVector().Data, B.RawRowView(i))
		if err := G.SolveVecTo(g, b); err != nil {
			return 0, nil, fmt.Errorf("factor analysis: %w", err)
		}
		sum -= mat.Dot(b, g)
		each = append(each, -(constant+sum-before)/2)
	}
	return -(constant + sum/float64(n)) / 2, each, nil
}

// Check returns an error unless the parts of a model for d channels fit together.
func (fa *FactorAnalysis) Check(d int) error {
	if len(fa.Mean) != d || len(fa.Noise) != d {
		return fmt.Errorf("the factor analysis is for %d channels with %d noise variances, not for %d", len(fa.Mean), len(fa.Noise), d)
	}
	for j, v := range fa.Noise {
		if !(v > 0) {
			return fmt.Errorf("noise variance %d of the factor analysis is %v", j, v)
		}
	}
	if fa.Loadings.Dense == nil {
		return fmt.Errorf("the factor analysis has no loadings")
	}
	k, _ := fa.Loadings.Dims()
	return fa.Loadings.Is("loadings of the factor analysis", k, d)
}
