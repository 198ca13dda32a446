package stats

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/assaylab/assay/framework/metric"
)

// oracle is testdata/inference.json.gz, which testdata/inference.py wrote: one
// answer for each problem that stream draws, in order.
type oracle struct {
	Crossed, Interval, Shaffer, Holm, Flips, Friedman, Folds, Aggregates, Autorank [][]float64
	Quantile, Tail, Power, Hodges, Lag, MVT                                        []float64
	FlipOne                                                                        []float64   `json:"flip_one"`
	SignedRank                                                                     [][]float64 `json:"signed_rank"`
}

func inference(t *testing.T) oracle {
	t.Helper()
	f, err := os.Open("testdata/inference.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var o oracle
	if err := json.NewDecoder(z).Decode(&o); err != nil {
		t.Fatal(err)
	}
	return o
}

// stream is the generator of testdata/inference.py, bit for bit.
type stream uint64

func problems(k int) *stream { s := stream(17*1000 + k); return &s }

func (s *stream) bits() uint64 {
	*s += 0x9E3779B97F4A7C15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

func (s *stream) u() float64 { return float64(s.bits()>>11) * 0x1p-53 }

func (s *stream) n(lo, hi int) int { return lo + int(s.bits()%uint64(hi-lo+1)) }

func (s *stream) bell() float64 { return s.u() + s.u() + s.u() + s.u() - 2 }

func coarse(x float64) float64 { return math.Floor(x*4+0.5) * 0.25 }

var scales = []float64{1e-12, 1e-9, 1e-6, 1e-3, 1, 1, 1, 1e3, 1e6, 1e12}

func (s *stream) bells(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = s.bell()
	}
	return x
}

func (s *stream) sample(n int) []float64 {
	scale, rough := scales[s.n(0, 9)], s.n(0, 3) == 0
	x := s.bells(n)
	for i := range x {
		if rough {
			x[i] = coarse(x[i])
		}
		x[i] *= scale
	}
	return x
}

// agree fails unless got is want to a relative 1e-10, or to floor.
func agree(t *testing.T, what string, problem int, got, want, floor float64) {
	t.Helper()
	if !(math.Abs(got-want) <= max(1e-10*math.Abs(want), floor)) {
		t.Errorf("%s, problem %d: got %.17g, want %.17g (relative %.2g)", what, problem, got, want, math.Abs(got-want)/math.Abs(want))
	}
}

func (s *stream) method(m int, scale float64) (z [][]float64, values []float64) {
	n := s.n(1, 6)
	base := s.bells(m)
	deltas := make([]float64, n)
	for i := range deltas {
		deltas[i] = float64(0.2 * s.bell())
	}
	for _, d := range deltas {
		row := make([]float64, m)
		for j, b := range base {
			row[j] = (b + float64(0.3*s.bell()) + d) * scale
		}
		z, values = append(z, row), append(values, Mean(row))
	}
	return z, values
}

func TestCrossedIsItsDefinition(t *testing.T) {
	s := problems(1)
	for k, want := range inference(t).Crossed {
		m, scale := s.n(2, 40), scales[s.n(0, 9)]
		za, va := s.method(m, scale)
		zb, vb := s.method(m, scale)
		u := Unit(append(za, zb...)...)
		a, err1 := Crossed(za, va, nil, u)
		b, err2 := Crossed(zb, vb, nil, u)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		alone := a.Alone()
		pair, err := a.Minus(b)
		if err != nil {
			t.Fatal(err)
		}
		agree(t, "estimate", k, alone.Estimate, want[0], 1e-14*scale)
		agree(t, "se", k, alone.SE, want[1], 0)
		agree(t, "df", k, alone.Nu, want[2], 0)
		agree(t, "difference", k, pair.Estimate, want[3], 1e-14*scale)
		agree(t, "se of difference", k, pair.SE, want[4], 0)
		agree(t, "df of difference", k, pair.Nu, want[5], 0)
	}
}

func TestTDistribution(t *testing.T) {
	o := inference(t)
	s := problems(2)
	nu := func() float64 { return 0.4 + 200*s.u()*s.u()*s.u()*s.u() }
	for k, want := range o.Quantile {
		df, p := nu(), 0.5+float64(0.4999*s.u())
		agree(t, "quantile", k, tQuantile(p, df), want, 1e-11) // near p = 1/2 the tail 2(1−p) has lost what the quantile is made of
	}
	s = problems(3)
	for k, want := range o.Tail {
		df, x := nu(), 40*s.u()*s.u()*s.u()
		agree(t, "tail", k, tTail(x, df), want, 1e-300)
	}
	if q := tQuantile(0.975, 1e13); math.Abs(q-1.959963984540054) > 1e-12 {
		t.Errorf("normal limit: %v", q)
	}
}

func TestIntervalsByKind(t *testing.T) {
	s := problems(4)
	for k, want := range inference(t).Interval {
		g, se, nu := 0.02+float64(0.96*s.u()), 0.001+float64(0.1*s.u()), 2+float64(60*s.u())
		eff, samples := 8+float64(100*s.u()), float64(1000*s.u())+100
		if s.n(0, 9) == 0 {
			g, se = float64(s.n(0, 1)), 0
		}
		c := Contrast{Estimate: g, SE: se, Nu: nu}
		for i, kind := range []metric.Kind{metric.Proportion, metric.Bounded, metric.R2, metric.Error} {
			if 2*i >= len(want) {
				break
			}
			in, ok := Of(kind, c, samples, eff)
			if !ok {
				t.Fatalf("problem %d: no interval for %s", k, kind)
			}
			agree(t, string(kind)+" low", k, in.Lo, want[2*i], 1e-12)
			agree(t, string(kind)+" high", k, in.Hi, want[2*i+1], 1e-12)
		}
	}
}

func TestPowerIsThatOfTheNoncentralT(t *testing.T) {
	s := problems(5)
	for k, want := range inference(t).Power {
		delta, nu, alpha := float64(6*s.u()), 2+float64(60*s.u()), 0.0005+float64(0.05*s.u())
		s.n(0, 9) // whether mpmath was asked too
		agree(t, "power", k, Power(delta, 1, nu, alpha), want, 1e-9)
		if d := Detectable(2, nu, alpha, 0.8); math.Abs(Power(d, 2, nu, alpha)-0.8) > 1e-9 {
			t.Fatalf("problem %d: power at the detectable difference is %v", k, Power(d, 2, nu, alpha))
		}
	}
}

func TestStepDownProcedures(t *testing.T) {
	o := inference(t)
	s := problems(6)
	p := func(n int) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = s.u() * s.u() * s.u()
		}
		return out
	}
	for k, want := range o.Shaffer {
		m := s.n(2, 7)
		raw := p(m * (m - 1) / 2)
		got, err := Shaffer(raw, m)
		if err != nil {
			t.Fatal(err)
		}
		holm, err := Holm(raw)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			agree(t, "shaffer", k, got[i], want[i], 0)
			if got[i] > holm[i] {
				t.Fatalf("problem %d: Shaffer %v is worse than Holm %v", k, got, holm)
			}
		}
	}
	s = problems(7)
	for k, want := range o.Holm {
		got, err := Holm(p(s.n(1, 20)))
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			agree(t, "holm", k, got[i], want[i], 0)
		}
	}
}

func TestSignFlipsCountEveryPattern(t *testing.T) {
	o := inference(t)
	s := problems(8)
	for k, want := range o.Flips {
		methods, G := s.n(2, 4), s.n(3, 9)
		x := make([][]float64, methods)
		for i := range x {
			x[i] = s.sample(G)
		}
		var D [][]float64
		for _, p := range Pairs(methods) {
			d := make([]float64, G)
			for g := range d {
				d[g] = x[p[0]][g] - x[p[1]][g]
			}
			D = append(D, d)
		}
		f, err := SignFlips(D)
		if err != nil || !f.Exact || f.Smallest != math.Ldexp(1, 1-G) {
			t.Fatal(f, err)
		}
		for i := range want {
			agree(t, "joint p", k, f.P[i], want[i], 0)
		}
	}
	s = problems(9)
	for k, want := range o.FlipOne {
		G := s.n(3, 9)
		a, d := s.bells(G), make([]float64, G)
		for g := range d {
			d[g] = a[g] - (s.bell() + 0.5)
		}
		f, err := SignFlips([][]float64{d})
		if err != nil {
			t.Fatal(err)
		}
		agree(t, "p of one pair", k, f.P[0], want, 0)
	}
}

func TestFriedmanCountsEveryPermutation(t *testing.T) {
	s := problems(10)
	for n, want := range inference(t).Friedman {
		k, N := s.n(3, 4), s.n(2, 4)
		if k == 4 {
			N = min(N, 3)
		}
		rough := s.n(0, 1) == 0
		x := make([][]float64, N)
		for b := range x {
			x[b] = s.bells(k)
			for j := range x[b] {
				if rough {
					x[b][j] = coarse(x[b][j])
				}
			}
		}
		f, err := Friedman(x)
		if err != nil || !f.Exact {
			t.Fatal(f, err)
		}
		agree(t, "chi2", n, f.Chi2, want[0], 1e-12)
		agree(t, "p", n, f.P, want[1], 0)
	}
}

func TestSmallEstimators(t *testing.T) {
	o := inference(t)
	s := problems(11)
	for k, want := range o.Hodges {
		agree(t, "Hodges-Lehmann", k, HodgesLehmann(s.sample(s.n(1, 30))), want, 1e-300)
	}
	s = problems(12)
	for k, want := range o.Lag {
		x := s.bells(s.n(3, 60))
		for i := 1; i < len(x); i++ {
			x[i] += float64(0.7 * x[i-1])
		}
		agree(t, "lag 1", k, Autocorrelation(x), want, 1e-12)
	}
	s = problems(14)
	for k, want := range o.Aggregates {
		runs, tasks := s.n(2, 8), s.n(1, 6)
		draw := func() (flat []float64, byTask [][]float64) {
			byTask = make([][]float64, tasks)
			for range runs {
				for task := range byTask {
					v := coarse(s.bell())
					flat, byTask[task] = append(flat, v), append(byTask[task], v)
				}
			}
			return flat, byTask
		}
		flat, a := draw()
		_, b := draw()
		agree(t, "interquartile mean", k, InterquartileMean(flat), want[0], 1e-15)
		p, err := Improvement(a, b)
		if err != nil {
			t.Fatal(err)
		}
		agree(t, "probability of improvement", k, p, want[1], 0)
		for i, v := range Profile(a, []float64{-0.5, 0, 0.5}) {
			agree(t, "profile", k, v, want[2+i], 1e-15)
		}
	}
	s = problems(17)
	for n, want := range o.Autorank {
		k, N := s.n(3, 5), s.n(6, 12)
		x := make([][]float64, N)
		for b := range x {
			x[b] = s.bells(k)
			for j := range x[b] {
				x[b][j] = -x[b][j]
			}
		}
		for j, r := range MeanRanks(x) {
			agree(t, "mean rank", n, r, want[j], 0)
		}
	}
}

func TestFoldsAreNadeauAndBengios(t *testing.T) {
	s := problems(13)
	for k, want := range inference(t).Folds {
		J, m := s.n(3, 8), s.n(6, 12)
		base := s.bells(J * m)
		x := make([][]float64, J)
		for j := range x {
			for u := range m {
				x[j] = append(x[j], base[j*m+u]+float64(0.3*s.bell()))
			}
		}
		var folds []Fold
		for j := range x {
			w := make([]float64, m)
			for u := range w {
				w[u] = float64(s.n(2, 9))
			}
			hits := make([]float64, m)
			for u, v := range x[j] {
				hits[u] = v * w[u]
			}
			_, z := metric.PerCase(hits, w)
			f := Fold{Test: float64(m), Train: float64(m * (J - 1)), Z: z, Samples: w}
			for u, v := range x[j] {
				f.Value += v * w[u] / sum(w)
				f.IDs = append(f.IDs, int64(j*m+u))
			}
			folds = append(folds, f)
		}
		c, err := OverFolds(folds)
		if err != nil {
			t.Fatal(err)
		}
		agree(t, "mean", k, c.Estimate, want[0], 1e-14)
		agree(t, "se", k, c.SE, want[1], 0)
		agree(t, "df", k, c.Nu, want[2], 0)
	}
}

// Drawn quantities: within 4 standard errors of both sides' draws.
func TestDrawnQuantities(t *testing.T) {
	o := inference(t)
	const draws = 50_000
	s := problems(15)
	for k, want := range o.SignedRank {
		d := make([]float64, s.n(4, 20))
		for i := range d {
			d[i] = s.bell() + 0.2
		}
		s.n(0, 1_000_000) // the other side's seed
		p, err := BayesSignedRank(d, 0.1, draws, 1)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range []float64{p.Better, p.Equivalent, p.Worse} { // baycomp: left is the share for the first argument
			near4(t, "signed rank", k, v, []float64{want[0], want[1], want[2]}[i], draws, draws)
		}
	}
	s = problems(16)
	for k, want := range o.MVT {
		f := []float64{0.1 + float64(0.8*s.u()), 0.1 + float64(0.8*s.u()), 0.1 + float64(0.8*s.u())}
		R := mat.NewSymDense(3, nil)
		for a := range 3 {
			for b := range a {
				R.SetSym(a, b, f[a]*f[b])
			}
			R.SetSym(a, a, 1)
		}
		nu, x := float64(s.n(3, 40)), 1+float64(2*s.u())
		var root mat.Cholesky
		if !root.Factorize(R) {
			t.Fatal("no root")
		}
		var L mat.TriDense
		root.LTo(&L)
		near4(t, "largest of three t", k, maxTail(&L, nu, x), want, bestSetDraws, 0)
	}
}

func near4(t *testing.T, what string, problem int, got, want float64, mine, theirs float64) {
	t.Helper()
	v := want * (1 - want) / mine
	if theirs > 0 {
		v += want * (1 - want) / theirs
	}
	if math.Abs(got-want) > 4*math.Sqrt(v)+3e-4 { // the last term: SciPy's own integration
		t.Errorf("%s, problem %d: got %v, want %v ± %v", what, problem, got, want, 4*math.Sqrt(v))
	}
}
