package eit

import (
	"context"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
)

// Evaluate scores the windows of a part in evaluation mode.
func (m *model) Evaluate(ctx context.Context, r *data.Recording) (framework.Metrics, error) {
	s := &m.Settings
	p, err := m.Input.scored(s, r)
	if err != nil {
		return nil, err
	}
	if s.Transfer == "time" {
		p = p.half(s, true)
	}
	metrics := framework.Metrics{"windows": float64(len(p.windows)), "units": float64(m.Input.units(s)), "parameters": float64(count(m.sets()))}
	if len(p.windows) == 0 {
		return metrics, nil
	}
	if p.labels != nil {
		if err := m.accuracies(ctx, p, metrics); err != nil {
			return nil, err
		}
	}
	return metrics, m.addAlignment(ctx, p, metrics)
}

func (m *model) accuracies(ctx context.Context, p *part, metrics framework.Metrics) error {
	names := []string{"accuracy"}
	out, err := m.infer(ctx, p, func(o outputs) []*nn.Value {
		if o.individual == nil {
			return []*nn.Value{o.logits}
		}
		names = append(names, "accuracy_individual")
		return []*nn.Value{o.logits, o.individual}
	})
	if err != nil {
		return err
	}
	for i, name := range names {
		metrics[name] = m.accuracy(p, out[i])
	}
	return nil
}

// accuracy is the share of steps of all windows whose largest logit is that of
// their class.
func (m *model) accuracy(p *part, logits data.Array) float64 {
	T := m.Settings.Window
	right := 0
	for i, w := range p.windows {
		for t := range T {
			if largest(logits.Row(i*T+t)) == classOf(m.Classes, p.labels[w+t]) {
				right++
			}
		}
	}
	return float64(right) / float64(len(p.windows)*T)
}

func largest(x []float32) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}
