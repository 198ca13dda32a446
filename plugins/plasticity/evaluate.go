package plasticity

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/nn/kernel"
)

var declared = declare()

func declare() []metric.Info {
	out := []metric.Info{
		{Name: "accuracy", Goal: metric.Max, Doc: "share of samples whose label is argmax U h"},
		{Name: "accuracy_mean", Goal: metric.Max, Doc: "mean accuracy of the weights at ten moments of the last quarter of training, the end included (curve: true): a single iterate scatters"},
		{Name: "majority", Goal: metric.None, Doc: "share of the most frequent label: what a constant answer gets"},
		{Name: "balanced_accuracy", Goal: metric.Max, Doc: "mean over labels of the share of their samples that are right"},
		{Name: "active", Goal: metric.None, Doc: "neurons that fire in the last round / |V|, mean over samples"},
		{Name: "changed", Goal: metric.None, Doc: "neurons that fire in either the first or the last round but not in both / |V|, mean over samples"},
		{Name: "mistakes", Goal: metric.Min, Doc: "training samples that were predicted wrongly when they were presented / all presented"},
		{Name: "meta_loss", Goal: metric.Min, Doc: "mean cross-entropy over the last epoch in which the rule was learned"},
		{Name: "meta_accuracy", Goal: metric.Max, Doc: "accuracy on its own batch of a network trained on it, mean over that epoch"},
		{Name: "sign_pattern", Goal: metric.Max, Doc: "T = 1: 1 where ro has the signs (-, +; +, -) of Theorem 1, else 0"},
		{Name: "ro_silent_true", Goal: metric.None, Doc: "T = 1: ro(0, 0), of a neuron that did not fire to the true label"},
		{Name: "ro_silent_wrong", Goal: metric.None, Doc: "T = 1: ro(0, 1)"},
		{Name: "ro_fired_true", Goal: metric.None, Doc: "T = 1: ro(1, 0)"},
		{Name: "ro_fired_wrong", Goal: metric.None, Doc: "T = 1: ro(1, 1)"},
	}
	for _, n := range after {
		out = append(out, metric.Info{Name: fmt.Sprintf("accuracy_after_%d", n), Goal: metric.Max, Doc: fmt.Sprintf("accuracy of the weights after %d training samples (curve: true)", n)})
	}
	return append(out, attackMetrics()...)
}

func (m *model) Evaluate(ctx context.Context, r *data.Recording) (framework.Metrics, error) {
	metrics := framework.Metrics{}
	m.describeRule(metrics)
	t, err := classTarget(r, m.Settings.Labels)
	if err != nil || t.Classes != m.Classes {
		return metrics, nil
	}
	if err := m.score(ctx, metrics, r, t.Labels); err != nil {
		return nil, err
	}
	if m.Settings.attacked() && !(r.Split != nil && r.Split[0] == data.Train) {
		return metrics, m.robustness(ctx, metrics, r, t.Labels)
	}
	return metrics, nil
}

func (m *model) describeRule(metrics framework.Metrics) {
	metrics["mistakes"] = float64(m.Mistakes) / float64(m.Total)
	if m.Rule == nil {
		return
	}
	if m.Settings.Source == "learned" {
		metrics["meta_loss"], metrics["meta_accuracy"] = m.MetaLoss, m.MetaAccuracy
	}
	if ro := m.Rule.Output; len(ro) == 4 {
		for i, name := range []string{"ro_silent_true", "ro_silent_wrong", "ro_fired_true", "ro_fired_wrong"} {
			metrics[name] = ro[i]
		}
		metrics["sign_pattern"] = 0
		if ro[0] < 0 && ro[1] > 0 && ro[2] > 0 && ro[3] < 0 {
			metrics["sign_pattern"] = 1
		}
	}
}

func (m *model) score(ctx context.Context, metrics framework.Metrics, r *data.Recording, labels []int32) error {
	v, T := m.Settings.V, m.Settings.T
	right, of := make([]int, m.Classes), make([]int, m.Classes)
	active, changed := 0, 0
	snaps := m.newReplays()
	err := m.run(ctx, r, func(first int, p *passes) {
		of := labels[first:][:p.rows]
		for i, label := range of {
			if kernel.ArgMax(p.logits[i*m.Classes:][:m.Classes]) == int(label) {
				right[label]++
			}
		}
		start, end := p.h[0][:p.rows*v], p.h[T-1][:p.rows*v]
		for i, h := range end {
			if h > 0 {
				active++
			}
			if (h > 0) != (start[i] > 0) {
				changed++
			}
		}
		snaps.count(p, of)
	})
	if err != nil {
		return err
	}
	total, most := 0, 0
	for _, label := range labels {
		of[label]++
		most = max(most, of[label])
	}
	seen, balanced := 0, 0.0
	for c := range of {
		total += right[c]
		if of[c] > 0 {
			seen++
			balanced += float64(right[c]) / float64(of[c])
		}
	}
	n := float64(r.Len())
	metrics["accuracy"], metrics["majority"], metrics["balanced_accuracy"] = float64(total)/n, float64(most)/n, balanced/float64(seen)
	metrics["active"], metrics["changed"] = float64(active)/n/float64(v), float64(changed)/n/float64(v)
	m.alongTheWay(metrics, snaps.right, n)
	return nil
}

// replays count what the snapshots get right. Where W did not change they see
// the same activity, and their rows of U lie in one matrix.
type replays struct {
	m      *model
	u      []float32 // [snapshots · l x V]
	logits []float32
	right  []int
}

func (m *model) newReplays() *replays {
	r := &replays{m: m, right: make([]int, len(m.Snapshots))}
	for _, s := range m.Snapshots {
		r.u = append(r.u, s.u...)
	}
	r.logits = make([]float32, block*len(m.Snapshots)*m.Classes)
	return r
}

// count adds the samples of a pass, which it may leave with another activity.
func (r *replays) count(p *passes, labels []int32) {
	n, size := r.m.Classes, r.m.Classes*r.m.Settings.V
	each := func(s, snapshots int) { // logits of a sample: those of its snapshots, one after another
		for i, label := range labels {
			for k := range snapshots {
				if kernel.ArgMax(r.logits[(i*snapshots+k)*n:][:n]) == int(label) {
					r.right[s+k]++
				}
			}
		}
	}
	if len(r.right) == 0 {
		return
	}
	if !r.m.graphChanges() {
		p.output(r.logits, r.u)
		each(0, len(r.right))
		return
	}
	own := p.net.W
	for s, kept := range r.m.Snapshots {
		p.net.W = kept.w
		p.rounds()
		p.output(r.logits, r.u[s*size:][:size])
		each(s, 1)
	}
	p.net.W = own
}

// alongTheWay reports the accuracy of the snapshots.
func (m *model) alongTheWay(metrics framework.Metrics, right []int, n float64) {
	if len(right) == 0 {
		return
	}
	at := map[int]float64{}
	for i, s := range m.Snapshots {
		at[s.After] = float64(right[i]) / n
	}
	for _, k := range after {
		if a, ok := at[k]; ok {
			metrics[fmt.Sprintf("accuracy_after_%d", k)] = a
		}
	}
	mean := 0.0
	for i := range means {
		mean += at[m.late(m.Total, i)] / means
	}
	metrics["accuracy_mean"] = mean
}
