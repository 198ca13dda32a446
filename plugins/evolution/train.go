package evolution

import (
	"context"
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/gonum/floats"
)

func (method) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	s := *req.Settings.(*settings)
	r, err := req.Data.Train(data.MainRole)
	if err != nil {
		return nil, err
	}
	t, err := twoClasses(r, s.Labels)
	if err != nil {
		return nil, framework.Refuse(err.Error(), "give a recording with a target of two classes, or name it as labels")
	}
	if r.Len() == 0 {
		return nil, fmt.Errorf("there is nothing to learn from: the train part has no samples")
	}
	all := newBatch(r, t)
	pop := found(r.Samples.Cols()+1, &s, req.Rand("population"))
	w, rates, order := pop.weights(), pop.rates(s.Theta), req.Rand("samples")
	m := &model{Settings: s, Inputs: r.Samples.Cols(), Kept: map[int][]float64{}}
	for n := 1; n <= s.Generations; n++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		b := all
		if s.Examples > 0 && s.Examples < r.Len() {
			b = all.part(order.Perm(r.Len())[:s.Examples])
		}
		before, down := slices.Clone(w), b.gradient(w)
		floats.Scale(-1, down)
		if s.Train == "selection" {
			if err := pop.next(b, s.Theta); err != nil {
				return nil, err
			}
			w = pop.weights()
		} else {
			for j := range w {
				w[j] += rates[j] * down[j]
			}
		}
		m.Alignment += cosine(before, w, down) / float64(s.Generations)
		if b.loss(w) < b.loss(before) {
			m.Falls += 1 / float64(s.Generations)
		}
		if slices.Contains(after, n) {
			m.Kept[n] = slices.Clone(w)
		}
		if n%100 == 0 || n == s.Generations {
			rec.Progress(int64(n), int64(s.Generations), "generations")
		}
	}
	m.Weights = w
	if s.Train == "selection" {
		m.Fixed = pop.fixed()
	}
	return m, nil
}

// cosine is that of the angle between the step from a to b and a direction; 0 where
// either has no length.
func cosine(a, b, direction []float64) float64 {
	step := slices.Clone(b)
	floats.Sub(step, a)
	length := floats.Norm(step, 2) * floats.Norm(direction, 2)
	if length == 0 {
		return 0
	}
	return floats.Dot(step, direction) / length
}

// twoClasses returns the target of that name or, without one, the only one of two classes.
func twoClasses(r *data.Recording, name string) (*data.Target, error) {
	if name != "" {
		t, err := r.ClassTarget(name)
		if err == nil && t.Classes != 2 {
			err = fmt.Errorf("target %q has %d classes, not two", name, t.Classes)
		}
		return t, err
	}
	var found *data.Target
	for i := range r.Targets {
		if t := &r.Targets[i]; t.IsClass() && t.Classes == 2 {
			if found != nil {
				return nil, fmt.Errorf("the recording has several targets of two classes, %q and %q", found.Name, t.Name)
			}
			found = t
		}
	}
	if found == nil {
		return nil, fmt.Errorf("the recording has no target of two classes")
	}
	return found, nil
}
