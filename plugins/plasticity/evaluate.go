package plasticity

import (
	"context"
	"fmt"
	"sort"

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

// Evaluate returns the metrics of declared that the recording supports.
func (m *model) Evaluate(ctx context.Context, r *data.Recording) (framework.Metrics, error) {
	s := framework.NewSheet(r, false)
	return s.Metrics, m.evaluate(ctx, s)
}

// EvaluateCases returns them with their numbers per case.
func (m *model) EvaluateCases(ctx context.Context, r *data.Recording) (framework.Metrics, metric.Cases, error) {
	s := framework.NewSheet(r, true)
	return s.Metrics, s.Cases, m.evaluate(ctx, s)
}

func (m *model) evaluate(ctx context.Context, s *framework.Sheet) error {
	r := s.Recording
	m.describeRule(s.Metrics)
	t, err := classTarget(r, m.Settings.Labels)
	if err != nil || t.Classes != m.Classes {
		return nil
	}
	if err := m.score(ctx, s, t.Labels); err != nil {
		return err
	}
	if m.Settings.attacked() && !(r.Split != nil && r.Split[0] == data.Train) {
		return m.robustness(ctx, s, t.Labels)
	}
	return nil
}

func (m *model) describeRule(metrics framework.Metrics) {
	seen := m.Total
	if m.Seen > 0 {
		seen = m.Seen
	}
	metrics["mistakes"] = float64(m.Mistakes) / float64(seen)
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

func (m *model) score(ctx context.Context, s *framework.Sheet, labels []int32) error {
	v, T, r := m.Settings.V, m.Settings.T, s.Recording
	right, active, changed := make([]float64, r.Len()), make([]float64, r.Len()), make([]float64, r.Len()) // by sample
	snaps := m.newReplays(r.Len())
	err := m.run(ctx, r, func(first int, p *passes) {
		of := labels[first:][:p.rows]
		for i, label := range of {
			if kernel.ArgMax(p.logits[i*m.Classes:][:m.Classes]) == int(label) {
				right[first+i] = 1
			}
		}
		start, end := p.h[0][:p.rows*v], p.h[T-1][:p.rows*v]
		for i, h := range end {
			if h > 0 {
				active[first+i/v]++
			}
			if (h > 0) != (start[i] > 0) {
				changed[first+i/v]++
			}
		}
		snaps.count(p, first, of)
	})
	if err != nil {
		return err
	}
	s.Mean("accuracy", right, nil)
	m.byLabel(s, right, labels)
	n := float64(r.Len())
	for name, counts := range map[string][]float64{"active": active, "changed": changed} {
		total := 0.0
		for i, c := range counts {
			total += c
			counts[i] = c / float64(v)
		}
		s.MeanIs(name, total/n/float64(v), counts, nil)
	}
	m.alongTheWay(s, snaps)
	return nil
}

// byLabel are the metrics of the samples of each label.
func (m *model) byLabel(s *framework.Sheet, right []float64, labels []int32) {
	tally := func(j int) (rights, of []float64) { // of case j, or of all
		rights, of = make([]float64, m.Classes), make([]float64, m.Classes)
		first, last := 0, len(labels)
		if j >= 0 { // a case's samples lie together
			first, last = sort.SearchInts(s.Of, j), sort.SearchInts(s.Of, j+1)
		}
		for i := first; i < last; i++ {
			rights[labels[i]] += right[i]
			of[labels[i]]++
		}
		return rights, of
	}
	allRight, all := tally(-1)
	of := func(rights, of []float64) (majority, balanced float64) {
		most, total, seen, sum := 0.0, 0.0, 0.0, 0.0
		for c, n := range of {
			most, total = max(most, n), total+n
			if n > 0 {
				seen++
				sum += rights[c] / n
			}
		}
		return most / total, sum / seen
	}
	without := func(j int) (majority, balanced float64) {
		rights, n := tally(j)
		for c := range n {
			rights[c], n[c] = allRight[c]-rights[c], all[c]-n[c]
		}
		return of(rights, n)
	}
	majority, balanced := of(allRight, all)
	s.Jackknife("majority", majority, func(j int) float64 { v, _ := without(j); return v })
	s.Jackknife("balanced_accuracy", balanced, func(j int) float64 { _, v := without(j); return v })
}

// replays say of every snapshot which samples it gets right. Where W did not
// change they see the same activity, and their rows of U lie in one matrix.
type replays struct {
	m      *model
	u      []float32 // [snapshots · l x V]
	logits []float32
	right  [][]float64 // [snapshots][samples] 1 or 0
}

func (m *model) newReplays(samples int) *replays {
	r := &replays{m: m, right: make([][]float64, len(m.Snapshots))}
	for i, s := range m.Snapshots {
		r.u = append(r.u, s.u...)
		r.right[i] = make([]float64, samples)
	}
	r.logits = make([]float32, block*len(m.Snapshots)*m.Classes)
	return r
}

// count adds the samples of a pass, of which the first has that number, and may
// leave the pass with another activity.
func (r *replays) count(p *passes, first int, labels []int32) {
	n, size := r.m.Classes, r.m.Classes*r.m.Settings.V
	each := func(s, snapshots int) { // logits of a sample: those of its snapshots, one after another
		for i, label := range labels {
			for k := range snapshots {
				if kernel.ArgMax(r.logits[(i*snapshots+k)*n:][:n]) == int(label) {
					r.right[s+k][first+i] = 1
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

// alongTheWay reports the accuracy of the snapshots. Training that has not come to
// the last quarter has no mean over it.
func (m *model) alongTheWay(s *framework.Sheet, snaps *replays) {
	at := map[int][]float64{}
	for i, snap := range m.Snapshots {
		at[snap.After] = snaps.right[i]
	}
	for _, k := range after {
		if right, ok := at[k]; ok {
			s.Mean(fmt.Sprintf("accuracy_after_%d", k), right, nil)
		}
	}
	if len(at) == 0 {
		return
	}
	n := s.Recording.Len()
	mean, score := 0.0, make([]float64, n)
	for i := range means {
		right, ok := at[m.late(m.Total, i)]
		if !ok {
			return
		}
		total := 0.0
		for k, v := range right {
			total += v
			score[k] += v / means
		}
		mean += total / float64(n) / means
	}
	s.MeanIs("accuracy_mean", mean, score, nil)
}
