package swapvae

import (
	"context"
	"math"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn/kernel"
	"gonum.org/v1/gonum/stat"
)

// Evaluate returns the metrics of declared that the recording supports.
func (m *model) Evaluate(ctx context.Context, r *data.Recording) (framework.Metrics, error) {
	x, err := m.units(r)
	if err != nil {
		return nil, err
	}
	out, err := m.encoder(ctx, x)
	if err != nil {
		return nil, err
	}
	metrics := framework.Metrics{"units": float64(len(m.Kept))}
	m.divergence(metrics, out)
	m.alignment(metrics, out, r)
	m.disentanglement(metrics, r, out)
	if !m.decodes() {
		return metrics, nil
	}
	z := columns(out, 0, m.net.d)
	y, err := m.decoder(ctx, z)
	if err != nil {
		return nil, err
	}
	metrics["poisson_nll"] = float64(kernel.PoissonNLL(x.Values, y.Values)) / float64(x.Rows())
	m.rates(metrics, r, y)
	return metrics, m.generation(ctx, metrics, r, x, z)
}

// decodes reports whether the loss has trained the decoder.
func (m *model) decodes() bool { return m.Settings.OwnWeight+m.Settings.SwapWeight > 0 }

// divergence is KL(N(μ, e^v) ‖ N(0, I)), mean over samples.
func (m *model) divergence(metrics framework.Metrics, out data.Array) {
	d, g := m.net.d, m.net.g
	if g == 0 || out.Rows() == 0 {
		return
	}
	sum := 0.0
	for i := range out.Rows() {
		for k := range g {
			mu, v := float64(out.Row(i)[d-g+k]), float64(out.Row(i)[d+k])
			sum -= 0.5 * (1 + v - mu*mu - math.Exp(v))
		}
	}
	metrics["kl"] = sum / float64(out.Rows())
}

// alignment is mean 2 − 2 cos(c_t, c_{t+1}) within trials.
func (m *model) alignment(metrics framework.Metrics, out data.Array, r *data.Recording) {
	sum, n := 0.0, 0
	for i := 1; i < out.Rows(); i++ {
		a, b := out.Row(i - 1)[:m.net.content], out.Row(i)[:m.net.content]
		if r.Trial[i] != r.Trial[i-1] || len(a) == 0 {
			continue
		}
		dot := 0.0
		for k := range a {
			dot += float64(a[k]) * float64(b[k])
		}
		sum += 2 - 2*dot/max(norm(a)*norm(b), 1e-12)
		n++
	}
	if n > 0 {
		metrics["alignment"] = sum / float64(n)
	}
}

// rates compares decoded rates with the true ones of a simulation.
func (m *model) rates(metrics framework.Metrics, r *data.Recording, y data.Array) {
	t, err := r.ContinuousTarget("rate")
	if err != nil || t.Values.Cols() != m.Channels {
		return
	}
	var a, b []float64
	for i := range y.Rows() {
		for k, j := range m.Kept {
			a, b = append(a, float64(y.Row(i)[k])), append(b, float64(t.Values.Row(i)[j]))
		}
	}
	put(metrics, "rate_correlation", stat.Correlation(a, b, nil))
}

// put keeps a number that exists: a correlation with a constant does not.
func put(metrics framework.Metrics, name string, v float64) {
	if !math.IsNaN(v) && !math.IsInf(v, 0) {
		metrics[name] = v
	}
}

func (m *model) disentanglement(metrics framework.Metrics, r *data.Recording, out data.Array) {
	fast, z := r, columns(out, 0, m.net.d)
	if m.Settings.MinSpeed > 0 {
		rows, err := m.fastRows(r)
		if err != nil || len(rows) == 0 {
			return
		}
		fast, z = r.Subset(rows), z.Take(rows)
	}
	if t, err := fast.ClassTarget(m.Settings.Target); err == nil {
		c, s := m.Readouts.Direction[content], m.Readouts.Direction[style]
		if c != nil && s != nil && t.Classes == m.Readouts.Classes {
			metrics["disentanglement_direction"] = agreement(m.Readouts.classes(c, m.block(z, content)), t.Labels) -
				agreement(m.Readouts.classes(s, m.block(z, style)), t.Labels)
		}
	}
	c, s := m.Readouts.Dynamics[content], m.Readouts.Dynamics[style]
	if Y := dynamics(fast); Y != nil && c != nil && s != nil {
		ofStyle, ok := r2(Y, s.Predict(m.block(z, style)))
		ofContent, _ := r2(Y, c.Predict(m.block(z, content)))
		if ok {
			metrics["disentanglement_dynamics"] = ofStyle - ofContent
		}
	}
}
