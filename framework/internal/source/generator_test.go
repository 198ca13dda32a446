package source

import (
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"
)

func generate(t *testing.T, name string, params map[string]any, seed uint64) map[string]*data.Recording {
	t.Helper()
	g, err := FindGenerator(name)
	if err != nil {
		t.Fatal(err)
	}
	recs, err := g.Generate(params, seed)
	if err != nil {
		t.Fatal(err)
	}
	for role, r := range recs {
		checkShape(t, name+" "+role, g.Shapes[role], r)
	}
	return recs
}

// Equal settings and seeds give the digests below. Where a change is meant,
// raise the generator's Version: it keeps old memos from answering.
func TestGeneratorsArePinned(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("exp and tanh may differ in the last bit on other processors")
	}
	cache, err := data.OpenCache(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		params map[string]any
		want   string
	}{
		{"swapvae-population", map[string]any{"per_cluster": 40}, "sha256:d5a87aaa1c1f6235921967a183a657eddd8f982a2fdb6a70377fc077d99cbfde"},
		{"stimulus-classes", map[string]any{"test": 20}, "sha256:2da536dfad51fdbdd8fab6459ab9ce9f9b1d147a6dee9ca85291c98d6f63f736"},
		{"linear-threshold", map[string]any{"test": 20}, "sha256:2ebdca11051bac1297454569866087bf4229ad358141eb8f57b59c21cf8a30c4"},
		{"markov-chain", nil, "sha256:34495645bd5eccc0277f3ccdfcd3c368bb4fa2b04f5530836649eb0d3834fe22"},
		{"coin-flips", nil, "sha256:f822dfc066c8d43198628261b0992d6fbfd4b24267f8dffa0543357753c3068e"},
		{"many-body", map[string]any{"simulations": 10}, "sha256:0e4f6530adbf41cf715e594e8e47a546a10bdb73a17304d474eaf6959a14dc0b"},
		{"many-body", map[string]any{"system": "three-body", "simulations": 10, "orderings": 4}, "sha256:482491d64600c556eccc2d4f8e6636fbf2f29e2de6cb6f0fc4a89a37a9a28e15"},
		{"teacher", map[string]any{"train": 50, "test": 20}, "sha256:75d08538bedf0d7dcc473380c9f74a4a402e9d73057927f8a043332a7e59f2a6"},
		{"teacher", map[string]any{"kind": "relu", "train": 50, "test": 20}, "sha256:a1f4c60cc47671734d41cfebd58af9de1541968398b477d58952457fbba3cb09"},
		{"teacher", map[string]any{"kind": "rnn", "train": 50, "test": 20}, "sha256:add460989a9fe5c3417685a2aa24b19c3312a05521faf019a2f297ced1d76e14"},
		{"low-rank-gaussians", map[string]any{"n": 10, "n_var": 0.5, "noise": 0.1}, "sha256:2406993ce3278ffbb7a302faea4c30421833ea3b380a200147bc8658ac4a1749"},
	} {
		first := generate(t, c.name, c.params, 1)
		if d := cmp.Diff(first, generate(t, c.name, c.params, 1)); d != "" {
			t.Errorf("%s: equal seeds differ: %.500s", c.name, d)
		}
		if cmp.Equal(first, generate(t, c.name, c.params, 2)) {
			t.Errorf("%s: different seeds are equal", c.name)
		}
		digest, err := cache.Put(first)
		if err != nil {
			t.Fatal(err)
		}
		if digest != c.want {
			t.Errorf("%s: digest %s, want %s", c.name, digest, c.want)
		}
	}
}

// The figures of a sketch of the recipe: 37 to 44 % zeros, mean rate 1.0 to
// 1.7, all channels active, rates within (e^−2.2, e^2.2). The map is random, so
// a seed may lie somewhat outside: three are averaged.
func TestSwapVAEPopulation(t *testing.T) {
	var zeros, mean float64
	const seeds = 3
	for seed := range uint64(seeds) {
		r := generate(t, "swapvae-population", map[string]any{"per_cluster": 500}, seed+1)["main"]
		s := r.Summarize()
		zeros += s.Zeros / seeds
		mean += s.Mean / seeds
		if n := len(data.MomentsOf(r.Samples, 0).Varying(0)); n != 100 {
			t.Errorf("seed %d: %d active channels", seed, n)
		}
		rate, _ := r.ContinuousTarget("rate")
		for _, v := range rate.Values.Values {
			if v < 0.11 || v > 9.03 {
				t.Fatalf("seed %d: rate %v", seed, v)
			}
		}
		// Poisson: the squared distance of counts from rates is, on average, the rate.
		var dispersion float64
		for i, v := range rate.Values.Values {
			d := float64(r.Samples.Values[i] - v)
			dispersion += d * d / float64(v) / float64(len(rate.Values.Values))
		}
		if math.Abs(dispersion-1) > 0.03 {
			t.Errorf("seed %d: counts are not Poisson, dispersion %v", seed, dispersion)
		}
		checkPseudoTrials(t, r)
	}
	if zeros < 0.35 || zeros > 0.46 || mean < 1 || mean > 1.7 {
		t.Errorf("%.3f zeros, mean %.3f", zeros, mean)
	}
}

func checkPseudoTrials(t *testing.T, r *data.Recording) {
	t.Helper()
	direction, _ := r.ClassTarget("direction")
	time, _ := r.ClassTarget("time")
	angle, _ := r.ContinuousTarget("angle")
	latent, _ := r.ContinuousTarget("latent")
	for i := range r.Len() {
		u := float64(angle.Values.Values[i])
		from := float64(direction.Labels[i])*math.Pi/2 + float64(time.Labels[i])*math.Pi/16
		if u < from-1e-6 || u > from+math.Pi/16+1e-6 {
			t.Fatalf("sample %d of direction %d, time %d has u = %v", i, direction.Labels[i], time.Labels[i], u)
		}
		if int(time.Labels[i]) != i%4 || int(r.Trial[i]) != i/4 || direction.Labels[i] != direction.Labels[i-i%4] {
			t.Fatalf("sample %d is out of place", i)
		}
		// z is within 6 deviations (of at most √0.6) of (5 sin u, 5 cos u).
		z := latent.Values.Row(i)
		if math.Hypot(float64(z[0])-5*math.Sin(u), float64(z[1])-5*math.Cos(u)) > 6*math.Sqrt(0.6) {
			t.Fatalf("sample %d: z = %v is far from its mean", i, z)
		}
	}
	if err := (data.Division{Train: 0.8, Test: 0.2}).Divide(r); err != nil {
		t.Fatal(err)
	}
	test := r.On(data.Test)
	labels, _ := test.ClassTarget("direction")
	var counts [4]int
	for _, l := range labels.Labels {
		counts[l]++
	}
	for d, n := range counts { // a quarter each, as far as the clusters are of equal size
		if share := float64(n) / float64(test.Len()); math.Abs(share-0.25) > 0.04 {
			t.Errorf("direction %d is %.2f of the test part", d, share)
		}
	}
}

func TestPoissonSampler(t *testing.T) {
	rng := data.Rand(1, "test")
	const n = 100_000
	for _, lambda := range []float64{0.11, 1, 9.03, 60} {
		var mean, squares float64
		for range n {
			k := float64(poisson(rng, lambda))
			mean += k / n
			squares += k * k / n
		}
		// Five standard errors: of the mean √(λ/n), of the variance √((λ+2λ²)/n).
		if math.Abs(mean-lambda) > 5*math.Sqrt(lambda/n) {
			t.Errorf("λ = %v: mean %v", lambda, mean)
		}
		if v := squares - mean*mean; math.Abs(v-lambda) > 5*math.Sqrt((lambda+2*lambda*lambda)/n) {
			t.Errorf("λ = %v: variance %v", lambda, v)
		}
	}
}

// The map is invertible: distinct latents stay distinct, volume is kept up to exp(s).
func TestCouplingKeepsCoordinates(t *testing.T) {
	f := newCoupling(4, data.Rand(1, "test"))
	x := []float64{0.3, -1, 2, 0.5}
	J := mat.NewDense(4, 4, nil)
	const h = 1e-6
	for j := range x {
		up, down := append([]float64{}, x...), append([]float64{}, x...)
		up[j] += h
		down[j] -= h
		a, b := f.apply(up), f.apply(down)
		for i := range x {
			J.Set(i, j, (a[i]-b[i])/(2*h))
		}
	}
	// Eight layers, each with |log det| ≤ 2 · 0.1.
	if d := math.Abs(math.Log(math.Abs(mat.Det(J)))); d > 8*0.2+1e-6 {
		t.Errorf("|log det| is %v", d)
	}
}

// The laws of the mixture: clusters lie in their subspaces, bases are
// orthonormal, and one rotation takes source to target.
func TestLowRankGaussians(t *testing.T) {
	for _, c := range []struct {
		params  map[string]any
		S, d, D int
	}{
		{nil, 5, 2, 6},
		{map[string]any{"spacing": "equal"}, 5, 2, 6},
		{map[string]any{"dim": 3, "ambient": 11, "n": 30, "n_var": 0.5}, 5, 3, 11},
		{map[string]any{"clusters": 2, "dim": 2, "ambient": 2, "n": 50}, 2, 2, 2},
		{map[string]any{"clusters": 3, "dim": 1, "ambient": 3, "n": 5}, 3, 1, 3},
	} {
		recs := generate(t, "low-rank-gaussians", c.params, 3)
		source, target := recs["source"], recs["target"]
		truth, _ := source.ContinuousTarget("truth")
		A, B := basesOf(t, source, c.S, c.D, c.d), basesOf(t, target, c.S, c.D, c.d)
		R := solve(t, source.Samples, truth.Values, c.D)
		if d := orthogonality(R); d > 1e-4 || math.Abs(mat.Det(R)-1) > 1e-4 {
			t.Errorf("%v: truth is not a rotation of the samples: off by %v, det %v", c.params, d, mat.Det(R))
		}
		for i := range A {
			var RA mat.Dense
			RA.Mul(R, A[i])
			RA.Sub(&RA, B[i])
			if n := mat.Norm(&RA, 2); n > 1e-4 {
				t.Errorf("%v: B%d is not R* A%d: off by %v", c.params, i, i, n)
			}
		}
		inSubspace(t, source, A)
		inSubspace(t, target, B)
		if c.params["spacing"] == "equal" {
			var G mat.Dense // neighbours share d − 1 dimensions
			G.Mul(A[0].T(), A[1])
			if n := mat.Norm(&G, 2); math.Abs(n*n-float64(c.d-1)) > 1e-5 {
				t.Errorf("neighbours share %v dimensions", n*n)
			}
		}
	}
}

func basesOf(t *testing.T, r *data.Recording, S, D, d int) []*mat.Dense {
	t.Helper()
	basis, err := r.ContinuousTarget("basis")
	if err != nil {
		t.Fatal(err)
	}
	cluster, _ := r.ClassTarget("cluster")
	out := make([]*mat.Dense, S)
	for i, l := range cluster.Labels {
		m := mat.NewDense(D, d, nil)
		for k, v := range basis.Values.Row(i) {
			m.Set(k/d, k%d, float64(v))
		}
		if out[l] == nil {
			if e := orthogonality(m); e > 1e-6 {
				t.Errorf("basis %d is not orthonormal: off by %v", l, e)
			}
			out[l] = m
		} else if !mat.Equal(out[l], m) {
			t.Fatalf("samples of cluster %d disagree on the basis", l)
		}
	}
	return out
}

func orthogonality(m *mat.Dense) float64 {
	var g mat.Dense
	g.Mul(m.T(), m)
	n, _ := g.Dims()
	for i := range n {
		g.Set(i, i, g.At(i, i)-1)
	}
	return mat.Norm(&g, 2)
}

// solve returns R of truth = R samples by least squares.
func solve(t *testing.T, x, y data.Array, D int) *mat.Dense {
	t.Helper()
	X, Y := mat.NewDense(x.Rows(), D, nil), mat.NewDense(x.Rows(), D, nil)
	for i := range x.Rows() {
		for j := range D {
			X.Set(i, j, float64(x.Row(i)[j]))
			Y.Set(i, j, float64(y.Row(i)[j]))
		}
	}
	var Rt mat.Dense
	if err := Rt.Solve(X, Y); err != nil {
		t.Fatal(err)
	}
	return mat.DenseCopyOf(Rt.T())
}

func inSubspace(t *testing.T, r *data.Recording, bases []*mat.Dense) {
	t.Helper()
	cluster, _ := r.ClassTarget("cluster")
	for i := range r.Len() {
		A := bases[cluster.Labels[i]]
		D, _ := A.Dims()
		x := mat.NewVecDense(D, nil)
		for k, v := range r.Samples.Row(i) {
			x.SetVec(k, float64(v))
		}
		var z, back mat.VecDense
		z.MulVec(A.T(), x)
		back.MulVec(A, &z)
		back.SubVec(&back, x)
		if n := mat.Norm(&back, 2); n > 1e-5*(1+mat.Norm(x, 2)) {
			t.Fatalf("sample %d leaves its subspace by %v", i, n)
		}
	}
}

func TestClusterSizes(t *testing.T) {
	recs := generate(t, "low-rank-gaussians", map[string]any{"n": 40, "n_var": 0.5}, 1)
	s, tgt := recs["source"].Summarize().Targets[0].Counts, recs["target"].Summarize().Targets[0].Counts
	if cmp.Equal(s, tgt) {
		t.Errorf("sizes %v are drawn once for both sides", s)
	}
	for _, n := range append(s, tgt...) {
		if n < 30 || n > 50 {
			t.Errorf("a cluster of %d is outside 40 ± 25 %%", n)
		}
	}
	equal := generate(t, "low-rank-gaussians", map[string]any{"n": 40}, 1)["source"].Summarize().Targets[0].Counts
	if !cmp.Equal(equal, []int{40, 40, 40, 40, 40}) {
		t.Errorf("with n_var 0: %v", equal)
	}
}

func TestGeneratorsRefuse(t *testing.T) {
	for _, c := range []struct {
		name, want string
		params     map[string]any
	}{
		{"low-rank-gaussians", "must be clusters + dim − 1 = 6", map[string]any{"spacing": "equal", "ambient": 7}},
		{"low-rank-gaussians", "only 2 dimensions", map[string]any{"dim": 3, "ambient": 2}},
		{"swapvae-population", "must be even", map[string]any{"channels": 7}},
		{"swapvae-population", "at least 20", map[string]any{"per_cluster": 1}},
		{"stimulus-classes", "only 50 inputs", map[string]any{"inputs": 50}},
		{"stimulus-classes", "probability q k/n = 1.2", map[string]any{"q": 12}},
		{"stimulus-classes", "take 1200 neurons", map[string]any{"cores": "shared", "classes": 12}},
		{"linear-threshold", "asks for 110 ones", map[string]any{"delta": 10}},
		{"coin-flips", "two outcomes", map[string]any{"counts": []int{4}}},
		{"many-body", "have only 24", map[string]any{"orderings": 25}},
		{"many-body", "has 50 time steps", map[string]any{"samples": 50}},
		{"many-body", "more than 4 GiB", map[string]any{"system": "three-body", "simulations": 20000}},
		{"many-body", "none of 7 simulations to validate", map[string]any{"simulations": 7, "val": 0.01}},
		{"many-body", "none of 5 simulations to train", map[string]any{"simulations": 5, "val": 0.7}},
	} {
		g, err := FindGenerator(c.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.Generate(c.params, 1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v does not mention %q", c.params, err, c.want)
		}
	}
}

func TestInterleaveIsFair(t *testing.T) {
	group, item := interleave([]int{2, 4, 0, 1})
	if d := cmp.Diff([]int{1, 0, 1, 3, 1, 0, 1}, group) + cmp.Diff([]int{0, 0, 1, 0, 2, 1, 3}, item); d != "" {
		t.Error(d)
	}
}
