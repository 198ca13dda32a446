package eit

import (
	"context"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// Evaluate scores the windows of a part in evaluation mode.
func (m *model) Evaluate(ctx context.Context, r *data.Recording) (framework.Metrics, error) {
	s := framework.NewSheet(r, false)
	return s.Metrics, m.score(ctx, s)
}

// EvaluateCases returns the same with numbers per case.
func (m *model) EvaluateCases(ctx context.Context, r *data.Recording) (framework.Metrics, metric.Cases, error) {
	s := framework.NewSheet(r, true)
	return s.Metrics, s.Cases, m.score(ctx, s)
}

func (m *model) score(ctx context.Context, sheet *framework.Sheet) error {
	s := &m.Settings
	p, err := m.Input.scored(s, sheet.Recording)
	if err != nil {
		return err
	}
	if s.Transfer == "time" {
		p = p.half(s, true)
	}
	sheet.Put("windows", float64(len(p.windows)))
	sheet.Put("units", float64(m.Input.units(s)))
	sheet.Put("parameters", float64(count(m.sets())))
	if len(p.windows) == 0 {
		return nil
	}
	if p.labels != nil {
		if err := m.accuracies(ctx, p, sheet); err != nil {
			return err
		}
	}
	return m.addAlignment(ctx, p, sheet.Metrics)
}

// accuracies are the shares of steps of all windows whose largest logit is that
// of their class. Where P_T is not trained, it is not scored. A step belongs to
// the case of its sample, padding to that of the sample before it.
func (m *model) accuracies(ctx context.Context, p *part, s *framework.Sheet) error {
	names := []string{"accuracy"}
	n := s.Recording.Len()
	right, steps := [2][]float64{make([]float64, n), make([]float64, n)}, make([]float64, n) // by sample
	at := p.samples()
	T := m.Settings.Window
	err := m.each(ctx, p, func(o outputs) []*nn.Value {
		if o.individual == nil || m.Settings.Alpha == 0 {
			return []*nn.Value{o.logits}
		}
		names = append(names, "accuracy_individual")
		return []*nn.Value{o.logits, o.individual}
	}, func(windows []int, logits []*nn.Value) {
		for i, w := range windows {
			for t := range T {
				steps[at[w+t]]++
				for k, v := range logits {
					if kernel.ArgMax(v.Matrix().Row(i*T+t)) == classOf(m.Classes, p.labels[w+t]) {
						right[k][at[w+t]]++
					}
				}
			}
		}
	})
	for k, name := range names {
		s.Mean(name, right[k], steps)
	}
	return err
}

// samples is the sample of every bin; of padding the one before it.
func (p *part) samples() []int {
	out, last := make([]int, len(p.rows)), 0
	for i, row := range p.rows {
		if row >= 0 {
			last = row
		}
		out[i] = last
	}
	return out
}
