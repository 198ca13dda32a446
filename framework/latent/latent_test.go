package latent

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/gonum/mat"
)

// reference is a case of testdata/sklearn.json, which testdata/make.py wrote.
type reference struct {
	K   int         `json:"k"`
	X   [][]float64 `json:"X"` // fitted
	Y   [][]float64 `json:"Y"` // held out
	PCA struct {
		Components, Scores [][]float64
		Variance           []float64
		Total              float64
	} `json:"pca"`
	FA struct {
		Loadings, Scores [][]float64
		Noise, Loglik    []float64
		Iterations       int
		Heldout          float64
	} `json:"fa"`
	Whiten *struct {
		Root    [][]float64
		InvRoot [][]float64 `json:"inv_root"`
	} `json:"whiten"`
}

func references(t *testing.T) []reference {
	t.Helper()
	text, err := os.ReadFile("testdata/sklearn.json")
	if err != nil {
		t.Fatal(err)
	}
	var refs []reference
	if err := json.Unmarshal(text, &refs); err != nil {
		t.Fatal(err)
	}
	return refs
}

func dense(rows [][]float64) *mat.Dense {
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, r := range rows {
		m.SetRow(i, r)
	}
	return m
}

func normal(rng *rand.Rand, n, d int) *mat.Dense {
	m := mat.NewDense(n, d, nil)
	m.Apply(func(_, _ int, _ float64) float64 { return rng.NormFloat64() }, m)
	return m
}

// near fails unless got = want within tol relative to the largest entry of want.
func near(t *testing.T, what string, got, want mat.Matrix, tol float64) {
	t.Helper()
	r, c := want.Dims()
	if gr, gc := got.Dims(); gr != r || gc != c {
		t.Fatalf("%s is %dx%d, want %dx%d", what, gr, gc, r, c)
	}
	size := mat.Norm(want, math.Inf(1))
	var diff mat.Dense
	diff.Sub(got, want)
	if d := mat.Norm(&diff, math.Inf(1)); !(d <= tol*size) {
		t.Errorf("%s is off by %.3g of %.3g", what, d, size)
	}
}

// alignSigns turns component i of ref (and column i of its scores) to the side
// of ours: signs are a convention.
func alignSigns(ours *mat.Dense, ref, scores [][]float64) {
	for i := range ref {
		dot := 0.0
		for j, v := range ref[i] {
			dot += v * ours.At(i, j)
		}
		if dot > 0 {
			continue
		}
		for j := range ref[i] {
			ref[i][j] = -ref[i][j]
		}
		for j := range scores {
			scores[j][i] = -scores[j][i]
		}
	}
}

func TestPCAEqualsReference(t *testing.T) {
	for _, ref := range references(t) {
		p, err := FitPCA(dense(ref.X), ref.K)
		if err != nil {
			t.Fatal(err)
		}
		alignSigns(p.Components.Dense, ref.PCA.Components, ref.PCA.Scores)
		near(t, "components", p.Components, dense(ref.PCA.Components), 1e-10)
		near(t, "scores", p.Transform(dense(ref.Y)), dense(ref.PCA.Scores), 1e-10)
		near(t, "variance", mat.NewVecDense(ref.K, p.Variance), mat.NewVecDense(ref.K, ref.PCA.Variance), 1e-10)
		if math.Abs(p.Total-ref.PCA.Total) > 1e-10*ref.PCA.Total {
			t.Errorf("total variance %v, want %v", p.Total, ref.PCA.Total)
		}
	}
}

func TestFactorAnalysisEqualsReference(t *testing.T) {
	for _, ref := range references(t) {
		fa, err := FitFactorAnalysis(context.Background(), dense(ref.X), ref.K)
		if err != nil {
			t.Fatal(err)
		}
		if len(fa.LogLik) != ref.FA.Iterations {
			t.Errorf("%d iterations, want %d", len(fa.LogLik), ref.FA.Iterations)
		}
		alignSigns(fa.Loadings.Dense, ref.FA.Loadings, ref.FA.Scores)
		d := len(fa.Noise)
		near(t, "loadings", fa.Loadings, dense(ref.FA.Loadings), 1e-8)
		near(t, "noise", mat.NewVecDense(d, fa.Noise), mat.NewVecDense(d, ref.FA.Noise), 1e-8)
		Z, err := fa.Transform(dense(ref.Y))
		if err != nil {
			t.Fatal(err)
		}
		near(t, "scores", Z, dense(ref.FA.Scores), 1e-8)
		ll, err := fa.LogLikelihood(dense(ref.Y))
		if err != nil || !(math.Abs(ll-ref.FA.Heldout) <= 1e-7*math.Abs(ref.FA.Heldout)) {
			t.Errorf("held-out log-likelihood %v, want %v (%v)", ll, ref.FA.Heldout, err)
		}
		for i, want := range ref.FA.Loglik {
			if !(math.Abs(fa.LogLik[i]-want) <= 1e-9*math.Abs(want)) {
				t.Errorf("log-likelihood %d is %v, want %v", i, fa.LogLik[i], want)
			}
		}
	}
}

// Each update maximises over L or over Ψ: the likelihood may not fall.
func TestLikelihoodNeverDecreases(t *testing.T) {
	X := normal(data.Rand(1, "fa"), 50, 9)
	fa, err := FitFactorAnalysis(context.Background(), X, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(fa.LogLik); i++ {
		if fa.LogLik[i] < fa.LogLik[i-1]-1e-9 {
			t.Errorf("iteration %d: from %v to %v", i, fa.LogLik[i-1], fa.LogLik[i])
		}
	}
	// the curve and the density are two ways to the same number
	ll, err := fa.LogLikelihood(X)
	if last := fa.LogLik[len(fa.LogLik)-1]; err != nil || math.Abs(50*ll-last) > faTolerance {
		t.Errorf("density gives %v in total, the fit %v (%v)", 50*ll, last, err)
	}
}

func TestFactorAnalysisStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := FitFactorAnalysis(ctx, normal(data.Rand(1, "fa"), 20, 4), 2); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}

func TestWhiteningEqualsReference(t *testing.T) {
	for _, ref := range references(t) {
		w, err := FitWhitening(dense(ref.X))
		if err != nil {
			t.Fatal(err)
		}
		if ref.Whiten == nil {
			if n, d := len(ref.X), len(ref.X[0]); w.Floored != d-n+1 {
				t.Errorf("%d samples in %d dimensions: %d eigenvalues floored, want %d", n, d, w.Floored, d-n+1)
			}
			continue
		}
		near(t, "root", w.Root, dense(ref.Whiten.Root), 1e-9)
		near(t, "inverse root", w.InvRoot, dense(ref.Whiten.InvRoot), 1e-9)
	}
}

// Whitened samples have covariance I, and whitening commutes with rotations.
func TestWhiteningLaws(t *testing.T) {
	rng := data.Rand(2, "whiten")
	const n, d = 80, 5
	var X, Y mat.Dense
	X.Mul(normal(rng, n, d), normal(rng, d, d))
	var qr mat.QR
	qr.Factorize(normal(rng, d, d))
	var O mat.Dense
	qr.QTo(&O)
	Y.Mul(&X, O.T()) // rows y = O x
	wx, err := FitWhitening(&X)
	if err != nil {
		t.Fatal(err)
	}
	wy, err := FitWhitening(&Y)
	if err != nil {
		t.Fatal(err)
	}
	Z := wx.Transform(&X)
	var cov, OZ mat.Dense
	cov.Mul(Z.T(), Z)
	cov.Scale(1.0/(n-1), &cov)
	near(t, "covariance", &cov, Identity(d).Root, 1e-9)
	OZ.Mul(Z, O.T())
	near(t, "whitened rotation", wy.Transform(&Y), &OZ, 1e-9)
	near(t, "round trip", wx.Inverse(Z), &X, 1e-9)
}

// Rotating the samples rotates the components and leaves the scores.
func TestPCAOfRotatedSamples(t *testing.T) {
	rng := data.Rand(3, "pca")
	var X, Y, O mat.Dense
	X.Mul(normal(rng, 60, 6), mat.NewDiagDense(6, []float64{6, 5, 4, 3, 2, 1}))
	var qr mat.QR
	qr.Factorize(normal(rng, 6, 6))
	qr.QTo(&O)
	Y.Mul(&X, O.T())
	px, err := FitPCA(&X, 3)
	if err != nil {
		t.Fatal(err)
	}
	py, err := FitPCA(&Y, 3)
	if err != nil {
		t.Fatal(err)
	}
	zx, zy := px.Transform(&X), py.Transform(&Y)
	zx.Apply(func(_, _ int, x float64) float64 { return math.Abs(x) }, zx)
	zy.Apply(func(_, _ int, x float64) float64 { return math.Abs(x) }, zy)
	near(t, "magnitudes of the scores", zy, zx, 1e-9)
	for i := range 3 {
		best := 0.0
		for _, v := range px.Components.RawRowView(i) {
			if math.Abs(v) > math.Abs(best) {
				best = v
			}
		}
		if best <= 0 {
			t.Errorf("component %d: entry of largest magnitude is %v", i, best)
		}
	}
	full, err := FitPCA(&X, 6)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "reconstruction from all components", full.Inverse(full.Transform(&X)), &X, 1e-10)
}

func TestZScore(t *testing.T) {
	X := mat.NewDense(4, 3, []float64{
		1, 5, 0.0005,
		2, 5, 0,
		3, 5, 0.0005,
		4, 5, 0,
	})
	z, err := FitZScore(X, 1e-3)
	if err != nil {
		t.Fatal(err)
	}
	s := math.Sqrt(1.25)
	near(t, "scores", z.Transform(X), mat.NewDense(4, 1, []float64{-1.5 / s, -0.5 / s, 0.5 / s, 1.5 / s}), 1e-15)
	if _, err := FitZScore(X, 10); err == nil || !strings.Contains(err.Error(), "none of the 3 channels") {
		t.Errorf("no channel kept: %v", err)
	}
}

// What JSON wrote is read back bit for bit, and damage is noticed.
func TestMatrixJSON(t *testing.T) {
	m := Matrix{normal(data.Rand(4, "json"), 3, 5)}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var back Matrix
	if err := json.Unmarshal(text, &back); err != nil || !mat.Equal(m, back) {
		t.Fatalf("read back %v (%v)", back, err)
	}
	for _, bad := range []string{`{"rows":2,"cols":2,"values":[1,2,3]}`, `{"rows":0,"cols":0,"values":[]}`, `{"rows":-1,"cols":-1,"values":[1]}`, `[1]`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%s: accepted", bad)
		}
	}
}

func TestBadSamplesAreRefused(t *testing.T) {
	nan := mat.NewDense(3, 2, []float64{1, 2, 3, math.NaN(), 5, 6})
	flat := mat.NewDense(3, 2, []float64{1, 2, 1, 2, 1, 2})
	for name, fit := range map[string]func() error{
		"nan":          func() error { _, err := FitPCA(nan, 1); return err },
		"too many":     func() error { _, err := FitPCA(flat, 3); return err },
		"none":         func() error { _, err := FitPCA(flat, 0); return err },
		"one sample":   func() error { _, err := FitWhitening(mat.NewDense(1, 2, nil)); return err },
		"no variation": func() error { _, err := FitWhitening(flat); return err },
		"fa nan":       func() error { _, err := FitFactorAnalysis(context.Background(), nan, 1); return err },
	} {
		if fit() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
