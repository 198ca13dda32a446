package stats

import (
	"errors"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// bestSetDraws is how many multivariate t vectors a candidate's p-value is taken from.
const bestSetDraws = 20_000

// BestSet returns, for each method, the p-value of its being the best: with 95 %
// confidence the best is among those of 0.05 or more (Hsu 1984; one-sided Dunnett
// per candidate). Larger estimates are better; parts are of one column and on the
// same cases, at least twice as many as methods, for the correlations come from them.
//
// For candidate i, T_k = (θ_k − θ_i)/SE_ik over its rivals k has, were all equal, a
// multivariate t distribution with the correlations of
//
//	Σ_kl = q_i + [k = l]·q_k + cov_j(D_ki, D_li)/m
//
// and the smallest degrees of freedom of the pairs; p is P(max T ≥ observed max).
func BestSet(parts []Parts) ([]float64, error) {
	k := len(parts)
	if k < 2 {
		return nil, errors.New("a best set needs at least 2 methods")
	}
	if parts[0].M < 2*k {
		return nil, errors.New("a best set needs at least twice as many cases as methods")
	}
	out := make([]float64, k)
	for i := range parts {
		p, err := candidate(parts, i)
		if err != nil {
			return nil, err
		}
		out[i] = p
	}
	return out, nil
}

func candidate(parts []Parts, i int) (float64, error) {
	var rivals []int
	observed, nu := math.Inf(-1), math.Inf(1)
	for k := range parts {
		if k == i {
			continue
		}
		c, err := parts[k].Minus(parts[i])
		if err != nil {
			return 0, err
		}
		if c.SE == 0 {
			continue // identical: never better
		}
		rivals = append(rivals, k)
		observed, nu = max(observed, c.Estimate/c.SE), min(nu, c.Nu)
	}
	if len(rivals) == 0 {
		return 1, nil
	}
	n := len(rivals)
	S := mat.NewSymDense(n, nil)
	for a, k := range rivals {
		for b, l := range rivals[:a+1] {
			v := parts[i].q + parts[i].over(covariance(parts[k].c, parts[l].c, parts[i].c))
			if a == b {
				v += parts[k].q
			}
			S.SetSym(a, b, v)
		}
	}
	var root mat.Cholesky
	for ridge := 1e-12; !root.Factorize(correlation(S, ridge)); ridge *= 100 {
		if ridge > 1 {
			return 0, errors.New("the correlations of a best set are no correlations")
		}
	}
	var L mat.TriDense
	root.LTo(&L)
	return maxTail(&L, nu, observed), nil
}

// correlation of S, drawn a little to the diagonal so that it has a root.
func correlation(S *mat.SymDense, ridge float64) *mat.SymDense {
	n := S.SymmetricDim()
	R := mat.NewSymDense(n, nil)
	for a := range n {
		for b := range a {
			R.SetSym(a, b, S.At(a, b)/math.Sqrt(S.At(a, a)*S.At(b, b))/(1+ridge))
		}
		R.SetSym(a, a, 1)
	}
	return R
}

// covariance over cases of k − i and l − i.
func covariance(k, l, i []float64) float64 {
	x, y := make([]float64, len(i)), make([]float64, len(i))
	for j := range i {
		x[j], y[j] = k[j]-i[j], l[j]-i[j]
	}
	mx, my := Mean(x), Mean(y)
	var s float64
	for j := range i {
		s += (x[j] - mx) * (y[j] - my)
	}
	return s / float64(len(i)-1)
}

// maxTail is the share of draws, the observed one among them, whose largest of n
// correlated t is at least t.
func maxTail(L *mat.TriDense, nu, t float64) float64 {
	n, _ := L.Dims()
	r := rand.New(rand.NewPCG(drawSeed, uint64(n)))
	z := make([]float64, n)
	extreme := 1
	for range bestSetDraws {
		for a := range z {
			z[a] = r.NormFloat64()
		}
		s := math.Sqrt(chiSquare(r, nu) / nu)
		for a := range n {
			var x float64
			for b := range a + 1 {
				x += L.At(a, b) * z[b]
			}
			if x >= t*s {
				extreme++
				break
			}
		}
	}
	return float64(extreme) / (bestSetDraws + 1)
}

// chiSquare draws by Marsaglia and Tsang's method (2000) for the gamma distribution.
func chiSquare(r *rand.Rand, nu float64) float64 {
	a, boost := nu/2, 1.0
	if a < 1 {
		boost = math.Pow(r.Float64(), 1/a)
		a++
	}
	d := a - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		u := r.Float64()
		if math.Log(u) < 0.5*x*x+d-d*v+d*math.Log(v) {
			return 2 * d * v * boost
		}
	}
}
