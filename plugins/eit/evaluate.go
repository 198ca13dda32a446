package eit

import (
	"context"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
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

// accuracies are the shares of steps of all windows whose largest logit is that
// of their class. Where P_T is not trained, it is not scored.
func (m *model) accuracies(ctx context.Context, p *part, metrics framework.Metrics) error {
	names := []string{"accuracy"}
	right := make([]int, 2)
	T := m.Settings.Window
	err := m.each(ctx, p, func(o outputs) []*nn.Value {
		if o.individual == nil || m.Settings.Alpha == 0 {
			return []*nn.Value{o.logits}
		}
		names = append(names, "accuracy_individual")
		return []*nn.Value{o.logits, o.individual}
	}, func(windows []int, logits []*nn.Value) {
		for k, v := range logits {
			for i, w := range windows {
				for t := range T {
					if kernel.ArgMax(v.Matrix().Row(i*T+t)) == classOf(m.Classes, p.labels[w+t]) {
						right[k]++
					}
				}
			}
		}
	})
	for k, name := range names {
		metrics[name] = float64(right[k]) / float64(len(p.windows)*T)
	}
	return err
}
