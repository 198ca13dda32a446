package swapvae

import (
	"context"
	"fmt"
	"math"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
	"gonum.org/v1/gonum/mat"
)

// readouts are linear maps from the blocks of the representation, fitted on the
// train part, by which Evaluate measures disentanglement and generation. They
// are ours. (Tables compare methods by the host's probes.)
type readouts struct {
	Classes   int               `json:"classes"`
	Direction map[string]fitted `json:"direction,omitempty"` // content, style, both → (cos θ, sin θ)
	Dynamics  map[string]fitted `json:"dynamics,omitempty"`  // content, style → velocity, speed, time in trial
}

type fitted = *latent.Ridge

// share of the mean square singular value that penalises the read-outs: enough
// for latents that say the same twice, too little to change a sound fit.
const share = 1e-3

const (
	content = "content"
	style   = "style"
	both    = "both"
)

// block is the part of representations [samples x d] of that name.
func (m *model) block(z data.Array, name string) *mat.Dense {
	from, to := 0, m.net.d
	switch name {
	case content:
		to = m.net.content
	case style:
		from = m.net.content
	}
	return latent.FromArray(columns(z, from, to))
}

// blocks are those that have dimensions.
func (m *model) blocks() []string {
	if m.net.content == 0 {
		return []string{style}
	}
	return []string{content, style}
}

func (m *model) fitReadouts(ctx context.Context, r *data.Recording) error {
	m.Readouts = &readouts{Direction: map[string]fitted{}, Dynamics: map[string]fitted{}}
	fast := r
	if m.Settings.MinSpeed > 0 {
		rows, err := m.fastRows(r)
		if err != nil {
			return err
		}
		fast = r.Subset(rows)
	}
	if fast.Len() < 2 {
		return nil
	}
	z, err := m.Embed(ctx, fast)
	if err != nil {
		return err
	}
	if t, err := fast.ClassTarget(m.Settings.Target); err == nil {
		m.Readouts.Classes = t.Classes
		Y := mat.NewDense(fast.Len(), 2, nil)
		for i, l := range t.Labels {
			sin, cos := math.Sincos(2 * math.Pi * float64(l) / float64(t.Classes))
			Y.Set(i, 0, cos)
			Y.Set(i, 1, sin)
		}
		if err := m.fitBlocks(m.Readouts.Direction, z, Y, append(m.blocks(), both)...); err != nil {
			return err
		}
	}
	if Y := dynamics(fast); Y != nil {
		return m.fitBlocks(m.Readouts.Dynamics, z, Y, m.blocks()...)
	}
	return nil
}

func (m *model) fitBlocks(into map[string]fitted, z data.Array, Y *mat.Dense, blocks ...string) error {
	for _, b := range blocks {
		X := m.block(z, b)
		if len(data.MomentsOf(latent.ToArray(X), 0).Varying(0)) == 0 {
			continue // a collapsed block: nothing can be read out
		}
		r, err := latent.FitRidge(X, Y, share)
		if err != nil {
			return err
		}
		into[b] = r
	}
	return nil
}

// fastRows are the samples that move faster than min_speed.
func (m *model) fastRows(r *data.Recording) ([]int, error) {
	v, err := r.ContinuousTarget("velocity")
	if err != nil {
		return nil, fmt.Errorf("min_speed: %w", err)
	}
	var rows []int
	for i := range r.Len() {
		if norm(v.Values.Row(i)) > m.Settings.MinSpeed {
			rows = append(rows, i)
		}
	}
	return rows, nil
}

func norm(v []float32) float64 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
}

// dynamics is [samples x (velocity, speed, samples since the trial began)], nil
// where the recording has no velocity.
func dynamics(r *data.Recording) *mat.Dense {
	v, err := r.ContinuousTarget("velocity")
	if err != nil {
		return nil
	}
	k := v.Values.Cols()
	Y := mat.NewDense(r.Len(), k+2, nil)
	since := 0.0
	for i := range r.Len() {
		if i > 0 && r.Trial[i] == r.Trial[i-1] {
			since++
		} else {
			since = 0
		}
		for j, x := range v.Values.Row(i) {
			Y.Set(i, j, float64(x))
		}
		Y.Set(i, k, norm(v.Values.Row(i)))
		Y.Set(i, k+1, since)
	}
	return Y
}

// class is the one of k classes whose angle 2πl/k is nearest to that of (c, s).
func class(c, s float64, k int) int32 {
	turn := math.Atan2(s, c) / (2 * math.Pi) * float64(k)
	l := int(math.Round(turn)) % k
	if l < 0 {
		l += k
	}
	return int32(l)
}

// classes reads the class out of every row.
func (r *readouts) classes(f fitted, X *mat.Dense) []int32 {
	Y := f.Predict(X)
	out := make([]int32, Y.RawMatrix().Rows)
	for i := range out {
		out[i] = class(Y.At(i, 0), Y.At(i, 1), r.Classes)
	}
	return out
}

func agreement(a, b []int32) float64 {
	n := 0
	for i := range a {
		if a[i] == b[i] {
			n++
		}
	}
	return float64(n) / float64(len(a))
}

// r2 is the coefficient of determination, averaged over the columns that vary.
func r2(Y, fit *mat.Dense) (float64, bool) {
	mean := latent.Mean(Y)
	n, k := Y.Dims()
	sum, columns := 0.0, 0
	for j := range k {
		residual, total := 0.0, 0.0
		for i := range n {
			e, d := Y.At(i, j)-fit.At(i, j), Y.At(i, j)-mean[j]
			residual, total = residual+e*e, total+d*d
		}
		if total > 0 {
			sum += 1 - residual/total
			columns++
		}
	}
	return sum / float64(max(columns, 1)), columns > 0
}

func (r *readouts) check(m *model) error {
	if r == nil {
		return nil
	}
	for _, all := range []map[string]fitted{r.Direction, r.Dynamics} {
		for name, f := range all {
			d := map[string]int{content: m.net.content, style: m.net.d - m.net.content, both: m.net.d}[name]
			if err := f.Check(d); err != nil {
				return err
			}
		}
	}
	return nil
}
