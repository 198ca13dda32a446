package hiwa

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/setting"
	"gonum.org/v1/gonum/mat"
)

func decode(t testing.TB, values map[string]any) *settings {
	t.Helper()
	s := new(settings)
	if err := setting.Of(*s).Decode(values, s); err != nil {
		t.Fatal(err)
	}
	return s
}

// recorder keeps what training shows.
type recorder struct {
	sync.Mutex
	onMetric    func(name string)
	points      map[string][]float64
	lines       []string
	done, total int64
}

func (r *recorder) Progress(done, total int64, _ string) {
	r.Lock()
	defer r.Unlock()
	if done < r.done {
		panic("progress went backwards")
	}
	r.done, r.total = done, total
}

func (r *recorder) Log(format string, args ...any) {
	r.Lock()
	defer r.Unlock()
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

func (r *recorder) Metric(name string, _ int64, v float64) {
	r.Lock()
	defer r.Unlock()
	if r.points == nil {
		r.points = map[string][]float64{}
	}
	r.points[name] = append(r.points[name], v)
	if r.onMetric != nil {
		r.onMetric(name)
	}
}

// gaussians are mixtures of S low-rank Gaussians in R^D, n points a cluster and
// side: source A_i z, target R* A_i z' with independent z, z' ~ N(m_i, Σ_i),
// m_i ~ N(0, I_d), A_i a random orthonormal basis. The source carries R* x as
// its target truth.
func gaussians(seed uint64, S, d, D, n int) (source, target *data.Recording) {
	rng := data.Rand(seed, "mixture")
	truth := orthogonal(rng, D)
	if mat.Det(truth) < 0 {
		for j := range D {
			truth.Set(0, j, -truth.At(0, j))
		}
	}
	source, target = blank(S*n, D, S), blank(S*n, D, S)
	source.Targets = append(source.Targets, data.Target{Name: "truth", Values: data.NewArray(S*n, D)})
	for i := range S {
		A := orthogonal(rng, D).Slice(0, D, 0, d)
		mean := normals(rng, d)
		root := mixtureRoot(rng, d)
		draw := func() *mat.VecDense {
			var z, x mat.VecDense
			z.MulVec(root, mat.NewVecDense(d, normals(rng, d)))
			z.AddVec(&z, mat.NewVecDense(d, mean))
			x.MulVec(A, &z)
			return &x
		}
		for k := range n {
			at := i*n + k
			x, x2 := draw(), draw()
			var y, want mat.VecDense
			y.MulVec(truth, x2)
			want.MulVec(truth, x)
			for e := range D {
				source.Samples.Row(at)[e] = float32(x.AtVec(e))
				target.Samples.Row(at)[e] = float32(y.AtVec(e))
				source.Targets[1].Values.Row(at)[e] = float32(want.AtVec(e))
			}
			for _, r := range []*data.Recording{source, target} {
				r.Targets[0].Labels[at], r.Trial[at] = int32(i), int32(at)
			}
		}
	}
	return source, target
}

// mixtureRoot is the symmetric root of the positive part of (U+Uᵀ)/2 plus d u I.
func mixtureRoot(rng *rand.Rand, d int) *mat.Dense {
	S := mat.NewSymDense(d, nil)
	U := mat.NewDense(d, d, nil)
	U.Apply(func(_, _ int, _ float64) float64 { return rng.Float64() }, U)
	for i := range d {
		for j := i; j < d; j++ {
			S.SetSym(i, j, (U.At(i, j)+U.At(j, i))/2)
		}
	}
	shift := float64(d) * rng.Float64()
	var eig mat.EigenSym
	eig.Factorize(S, true)
	var V, scaled, root mat.Dense
	eig.VectorsTo(&V)
	values := eig.Values(nil)
	scaled.Apply(func(_, j int, x float64) float64 { return x * math.Sqrt(max(values[j], 0)+shift) }, &V)
	root.Mul(&scaled, V.T())
	return &root
}

func orthogonal(rng *rand.Rand, D int) *mat.Dense {
	R, err := randomStart(rng, D, 0)
	if err != nil {
		panic(err)
	}
	return R
}

func normals(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

func blank(n, D, classes int) *data.Recording {
	return &data.Recording{
		Samples: data.NewArray(n, D), Trial: make([]int32, n),
		Targets: []data.Target{{Name: "cluster", Labels: make([]int32, n), Classes: classes}},
	}
}

func fit(t testing.TB, source, target *data.Recording, values map[string]any, seed uint64, threads int) (*model, *recorder) {
	t.Helper()
	rec := new(recorder)
	m, err := New().Train(context.Background(), request(decode(t, values), source, target, seed, threads), rec)
	if err != nil {
		t.Fatal(err)
	}
	return m.(*model), rec
}

func request(s *settings, source, target *data.Recording, seed uint64, threads int) framework.TrainRequest {
	return framework.TrainRequest{
		Settings: s, Seed: seed, Threads: threads,
		Data: &data.Dataset{Recordings: map[string]*data.Recording{sourceRole: source, targetRole: target}},
	}
}
