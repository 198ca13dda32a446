package main

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/modelfile"
)

// model is y_k = w_k · (x − mean), slowest first.
type model struct {
	Mean  []float64   // of the channels
	W     [][]float64 // [dims][channels]
	Delta []float64   // Δ(y_k) on the train split
	Kept  int         // directions that were whitened
}

// fit solves: minimise Δ(y) = <ẏ²> over y = w·(x − <x>) with <y²> = 1 and
// decorrelated y. With z = S x whitened, the w are the eigenvectors of <ż żᵀ>
// with the smallest eigenvalues, which are the Δ. The derivative ż is the
// difference of consecutive samples of one trial.
func fit(ctx context.Context, r *data.Recording, dims int, share float64) (*model, error) {
	n, channels := r.Len(), r.Samples.Cols()
	m := &model{Mean: make([]float64, channels)}
	for i := range n {
		for c, x := range r.Samples.Row(i) {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return nil, framework.Refuse(fmt.Sprintf("sample %d, channel %d is %v", i, c, x), "repair the recording")
			}
			m.Mean[c] += float64(x) / float64(n)
		}
	}
	// C = <(x − mean)(x − mean)ᵀ>, D = <ẋ ẋᵀ>, both [channels x channels]
	C, D := mat.NewSymDense(channels, nil), mat.NewSymDense(channels, nil)
	steps, v := 0, mat.NewVecDense(channels, nil)
	for i := range n {
		if i%1000 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for c, x := range r.Samples.Row(i) {
			v.SetVec(c, float64(x)-m.Mean[c])
		}
		C.SymRankOne(C, 1/float64(n), v)
		if i == 0 || r.Trial[i] != r.Trial[i-1] {
			continue
		}
		for c, x := range r.Samples.Row(i) {
			v.SetVec(c, float64(x)-float64(r.Samples.Row(i - 1)[c]))
		}
		D.SymRankOne(D, 1, v)
		steps++
	}
	if steps == 0 {
		return nil, framework.Refuse("every trial has a single sample: nothing changes from sample to sample", "bin the recording more finely")
	}
	D.ScaleSym(1/float64(steps), D)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	S, err := whitening(C, share)
	if err != nil {
		return nil, err
	}
	if _, m.Kept = S.Dims(); dims > m.Kept {
		return nil, framework.Refuse(fmt.Sprintf("%d features asked of %d directions", dims, m.Kept), "lower dims, or share")
	}
	// <ż żᵀ> = Sᵀ D S
	var DS, Z mat.Dense
	DS.Mul(D, S)
	Z.Mul(S.T(), &DS)
	var eigen mat.EigenSym
	if !eigen.Factorize(symmetric(&Z), true) {
		return nil, errors.New("the eigenvalues of the whitened differences did not converge")
	}
	var E, W mat.Dense
	eigen.VectorsTo(&E) // smallest eigenvalue first
	W.Mul(S, E.Slice(0, m.Kept, 0, dims))
	m.Delta = eigen.Values(nil)[:dims]
	for k := range dims {
		w := mat.Col(nil, k, &W)
		orient(w)
		m.W = append(m.W, w)
	}
	return m, nil
}

// whitening returns S [channels x kept] with Sᵀ C S = I.
func whitening(C *mat.SymDense, share float64) (*mat.Dense, error) {
	var eigen mat.EigenSym
	if !eigen.Factorize(C, true) {
		return nil, errors.New("the eigenvalues of the covariance did not converge")
	}
	values := eigen.Values(nil) // ascending
	var U mat.Dense
	eigen.VectorsTo(&U)
	last := len(values) - 1
	if values[last] <= 0 {
		return nil, framework.Refuse("no channel varies", "drop the constant channels")
	}
	first := 0
	for values[first] <= share*values[last] {
		first++
	}
	S := mat.NewDense(len(values), len(values)-first, nil)
	for k := first; k <= last; k++ {
		for c := range values {
			S.Set(c, k-first, U.At(c, k)/math.Sqrt(values[k]))
		}
	}
	return S, nil
}

// symmetric averages away what rounding left of asymmetry.
func symmetric(a *mat.Dense) *mat.SymDense {
	n, _ := a.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			s.SetSym(i, j, (a.At(i, j)+a.At(j, i))/2)
		}
	}
	return s
}

// orient gives a weight vector, whose sign is arbitrary, a positive largest entry.
func orient(w []float64) {
	big := 0
	for c := range w {
		if math.Abs(w[c]) > math.Abs(w[big]) {
			big = c
		}
	}
	if w[big] < 0 {
		for c := range w {
			w[c] = -w[c]
		}
	}
}

func (m *model) Embed(ctx context.Context, r *data.Recording) (data.Array, error) {
	if r.Samples.Cols() != len(m.Mean) {
		return data.Array{}, framework.Refuse(fmt.Sprintf("the model was trained on %d channels; this recording has %d", len(m.Mean), r.Samples.Cols()), "")
	}
	out := data.NewArray(r.Len(), len(m.W))
	for i := range r.Len() {
		if i%1000 == 0 && ctx.Err() != nil {
			return data.Array{}, ctx.Err()
		}
		x := r.Samples.Row(i)
		for k, w := range m.W {
			var y float64
			for c := range w {
				y += w[c] * (float64(x[c]) - m.Mean[c])
			}
			out.Row(i)[k] = float32(y)
		}
	}
	return out, nil
}

// Evaluate returns the metrics that Describe declares.
func (m *model) Evaluate(ctx context.Context, r *data.Recording) (framework.Metrics, error) {
	s := framework.NewSheet(r, false)
	return s.Metrics, m.score(ctx, s)
}

// EvaluateCases returns them with what each trial contributes.
func (m *model) EvaluateCases(ctx context.Context, r *data.Recording) (framework.Metrics, metric.Cases, error) {
	s := framework.NewSheet(r, true)
	return s.Metrics, s.Cases, m.score(ctx, s)
}

func (m *model) score(ctx context.Context, s *framework.Sheet) error {
	r := s.Recording
	y, err := m.Embed(ctx, r)
	if err != nil {
		return err
	}
	change, steps := make([]float64, r.Len()), make([]float64, r.Len()) // of sample i: from the one before it
	for i := 1; i < r.Len(); i++ {
		if r.Trial[i] != r.Trial[i-1] {
			continue
		}
		for k := range m.W {
			d := float64(y.Row(i)[k] - y.Row(i - 1)[k])
			change[i] += d * d
		}
		steps[i] = float64(len(m.W))
	}
	s.Mean("slowness", change, steps) // left out where no trial has two samples
	return nil
}

func (m *model) Save(dir string) error { return modelfile.Write(dir, name, version, m) }
