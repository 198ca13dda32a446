package plasticity

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/methodtest"
)

// tiny has three classes of 12 channels between 0 and 1.
func tiny() map[string]*data.Recording {
	rng := data.Rand(1, "conformance")
	const n = 90
	r := &data.Recording{Samples: data.NewArray(n, 12), Trial: make([]int32, n)}
	labels := make([]int32, n)
	for i := range n {
		r.Trial[i], labels[i] = int32(i), int32(i%3)
		for j := range 12 {
			r.Samples.Row(i)[j] = float32(0.3 * rng.Float64())
			if j/4 == i%3 {
				r.Samples.Row(i)[j] += 0.5
			}
		}
	}
	r.Targets = []data.Target{{Name: "class", Labels: labels, Classes: 3}}
	return map[string]*data.Recording{data.MainRole: r}
}

func TestConformance(t *testing.T) {
	given := func(more map[string]any) map[string]any {
		s := map[string]any{"neurons": 40, "epochs": 4}
		for k, v := range more {
			s[k] = v
		}
		return s
	}
	learned := func(more map[string]any) map[string]any {
		s := given(map[string]any{"rule": "learned", "meta_role": "main", "meta_neurons": 20, "meta_batch": 30, "meta_epochs": 3})
		for k, v := range more {
			s[k] = v
		}
		return s
	}
	slow := map[string]any{"epochs": 10_000_000}
	both := tiny()
	both[metaRole] = both[data.MainRole]
	methodtest.Run(t, New(),
		methodtest.Case{Name: "given", Settings: given(map[string]any{"output_rule": []float64{-1, 1, 1, -1}, "curve": true}), Data: tiny(), Slow: slow},
		methodtest.Case{Name: "the perceptron", Settings: given(map[string]any{"train": "perceptron", "curve": true}), Data: tiny(), Slow: slow},
		methodtest.Case{Name: "learned with rounds", Settings: learned(map[string]any{"rounds": 3, "graph_rule_form": "mlp", "silent": "either", "graph_scale": "size", "embedding": "codes", "curve": true, "graph_decay": 0.01}), Data: tiny(), Slow: slow},
		methodtest.Case{Name: "multiplicative, as released", Settings: learned(map[string]any{"meta_role": metaRole, "rounds": 2, "mode": "multiplicative", "graph_bias": 1, "graph_round": "released", "fired": "cap", "meta_objective": "double-softmax", "meta_graphs": "redrawn"}), Data: both, Slow: slow},
		methodtest.Case{Name: "closed form, attacked", Settings: given(map[string]any{"rule": "closed-form", "meta_role": "main", "update": "every", "edges": "all", "attack": "targeted", "attack_images": 5, "attack_steps": 5, "search_steps": 5, "surrogate_epochs": 1, "gd_batch": 30}), Data: tiny(), Slow: slow},
		methodtest.Case{Name: "descent of the output", Settings: given(map[string]any{"train": "gd-output", "gd_batch": 7, "input_weights": "ones"}), Data: tiny(), Slow: slow},
		methodtest.Case{Name: "descent of all", Settings: given(map[string]any{"train": "gd-all", "gd_batch": 20, "rounds": 3, "curve": true}), Data: tiny(), Slow: slow},
	)
}

// Learning a rule ends with the trial too, before any epoch of training.
func TestLearningARuleCanBeCancelled(t *testing.T) {
	s := with(t, map[string]any{"neurons": 40, "rule": "learned", "meta_role": "main", "meta_neurons": 20, "meta_batch": 30, "meta_epochs": 10_000_000})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := New().Train(ctx, request(s, tiny(), 1), silent{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
}
