package swapvae

import (
	"context"
	"math"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/nn/kernel"
	"gonum.org/v1/gonum/stat"
)

// Evaluate returns the metrics of declared that the recording supports.
func (m *model) Evaluate(ctx context.Context, r *data.Recording) (framework.Metrics, error) {
	s := framework.NewSheet(r, false)
	return s.Metrics, m.score(ctx, s)
}

// EvaluateCases returns them with their numbers per case.
func (m *model) EvaluateCases(ctx context.Context, r *data.Recording) (framework.Metrics, metric.Cases, error) {
	s := framework.NewSheet(r, true)
	return s.Metrics, s.Cases, m.score(ctx, s)
}

func (m *model) score(ctx context.Context, s *framework.Sheet) error {
	x, err := m.units(s.Recording)
	if err != nil {
		return err
	}
	out, err := m.encoder(ctx, x)
	if err != nil {
		return err
	}
	s.Put("units", float64(len(m.Kept)))
	m.divergence(s, out)
	m.alignment(s, out)
	m.disentanglement(s, out)
	if !m.decodes() {
		return nil
	}
	z := columns(out, 0, m.net.d)
	y, err := m.decoder(ctx, z)
	if err != nil {
		return err
	}
	var loss []float64
	for i := range s.Of {
		loss = append(loss, float64(kernel.PoissonNLL(x.Row(i), y.Row(i))))
	}
	s.MeanIs("poisson_nll", float64(kernel.PoissonNLL(x.Values, y.Values))/float64(x.Rows()), loss, nil)
	m.rates(s, y)
	return m.generation(ctx, s, x, z)
}

// decodes reports whether the loss has trained the decoder.
func (m *model) decodes() bool { return m.Settings.OwnWeight+m.Settings.SwapWeight > 0 }

// divergence is KL(N(μ, e^v) ‖ N(0, I)), mean over samples.
func (m *model) divergence(s *framework.Sheet, out data.Array) {
	d, g := m.net.d, m.net.g
	if g == 0 || out.Rows() == 0 {
		return
	}
	sum, each := 0.0, make([]float64, out.Rows())
	for i := range each {
		before := sum
		for k := range g {
			mu, v := float64(out.Row(i)[d-g+k]), float64(out.Row(i)[d+k])
			sum -= 0.5 * (1 + v - mu*mu - math.Exp(v))
		}
		each[i] = sum - before
	}
	s.MeanIs("kl", sum/float64(out.Rows()), each, nil)
}

// alignment is mean 2 − 2 cos(c_t, c_{t+1}) within trials.
func (m *model) alignment(s *framework.Sheet, out data.Array) {
	trial := s.Recording.Trial
	each, counts := make([]float64, out.Rows()), make([]float64, out.Rows())
	for i := 1; i < out.Rows(); i++ {
		a, b := out.Row(i - 1)[:m.net.content], out.Row(i)[:m.net.content]
		if trial[i] != trial[i-1] || len(a) == 0 {
			continue
		}
		dot := 0.0
		for k := range a {
			dot += float64(a[k]) * float64(b[k])
		}
		each[i], counts[i] = 2-2*dot/max(norm(a)*norm(b), 1e-12), 1
	}
	s.Mean("alignment", each, counts)
}

// rates compares decoded rates with the true ones of a simulation.
func (m *model) rates(s *framework.Sheet, y data.Array) {
	t, err := s.Recording.ContinuousTarget("rate")
	if err != nil || t.Values.Cols() != m.Channels {
		return
	}
	var a, b []float64
	for i := range y.Rows() {
		for k, j := range m.Kept {
			a, b = append(a, float64(y.Row(i)[k])), append(b, float64(t.Values.Row(i)[j]))
		}
	}
	if r := stat.Correlation(a, b, nil); exists(r) {
		s.Jackknife("rate_correlation", r, correlationWithout(a, b, len(m.Kept), s))
	}
}

// correlationWithout is Pearson's r without one case, of columns that hold several
// numbers for each sample. Moments are kept about the means of all.
func correlationWithout(a, b []float64, each int, s *framework.Sheet) func(j int) float64 {
	type moments struct{ n, a, b, aa, bb, ab float64 }
	meanA, meanB := stat.Mean(a, nil), stat.Mean(b, nil)
	of := make([]moments, s.N+1) // the last: of all
	for i := range a {
		if s.N == 0 {
			break
		}
		x, y := a[i]-meanA, b[i]-meanB
		for _, j := range [...]int{s.Of[i/each], s.N} {
			o := &of[j]
			o.n, o.a, o.b, o.aa, o.bb, o.ab = o.n+1, o.a+x, o.b+y, o.aa+x*x, o.bb+y*y, o.ab+x*y
		}
	}
	return func(j int) float64 {
		o, all := of[j], of[s.N]
		n, x, y := all.n-o.n, all.a-o.a, all.b-o.b
		return (all.ab - o.ab - x*y/n) / math.Sqrt((all.aa-o.aa-x*x/n)*(all.bb-o.bb-y*y/n))
	}
}

// exists reports whether a number is one: a correlation with a constant is none.
func exists(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// put keeps a number that exists.
func put(metrics framework.Metrics, name string, v float64) {
	if exists(v) {
		metrics[name] = v
	}
}

// disentanglement compares the read-outs from the two blocks, on the fast samples
// where min_speed is set.
func (m *model) disentanglement(s *framework.Sheet, out data.Array) {
	r := s.Recording
	fast, z, rows := r, columns(out, 0, m.net.d), []int(nil)
	if m.Settings.MinSpeed > 0 {
		var err error
		if rows, err = m.fastRows(r); err != nil || len(rows) == 0 {
			return
		}
		fast, z = r.Subset(rows), z.Take(rows)
	} else {
		for i := range r.Len() {
			rows = append(rows, i)
		}
	}
	if t, err := fast.ClassTarget(m.Settings.Target); err == nil {
		c, f := m.Readouts.Direction[content], m.Readouts.Direction[style]
		if c != nil && f != nil && t.Classes == m.Readouts.Classes {
			ofContent, ofStyle := m.Readouts.classes(c, m.block(z, content)), m.Readouts.classes(f, m.block(z, style))
			each, counts := make([]float64, r.Len()), make([]float64, r.Len())
			for k, i := range rows {
				each[i], counts[i] = one(ofContent[k] == t.Labels[k])-one(ofStyle[k] == t.Labels[k]), 1
			}
			s.MeanIs("disentanglement_direction", agreement(ofContent, t.Labels)-agreement(ofStyle, t.Labels), each, counts)
		}
	}
	c, f := m.Readouts.Dynamics[content], m.Readouts.Dynamics[style]
	if Y := dynamics(fast); Y != nil && c != nil && f != nil {
		byStyle, byContent := f.Predict(m.block(z, style)), c.Predict(m.block(z, content))
		ofStyle, ok := r2(Y, byStyle)
		ofContent, _ := r2(Y, byContent)
		if ok {
			of, n := s.Of, s.N
			if n > 0 && len(rows) < r.Len() {
				of = make([]int, len(rows))
				for k, i := range rows {
					of[k] = s.Of[i]
				}
			}
			first, second := latent.R2Without(Y, byStyle, of, n, true), latent.R2Without(Y, byContent, of, n, true)
			s.Jackknife("disentanglement_dynamics", ofStyle-ofContent, func(j int) float64 { return first(j) - second(j) })
		}
	}
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// right is 1 for every sample whose class is read out as it is.
func right(read, labels []int32) []float64 {
	out := make([]float64, len(read))
	for i := range out {
		out[i] = one(read[i] == labels[i])
	}
	return out
}
