package assemblies

import (
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/methodtest"
)

// tiny is three classes of 36 channels (pictures of 6 x 6, where asked).
func tiny() map[string]*data.Recording {
	rng := data.Rand(1, "conformance")
	const n = 60
	r := &data.Recording{Samples: data.NewArray(n, 36), Trial: make([]int32, n)}
	labels := make([]int32, n)
	for i := range n {
		r.Trial[i], labels[i] = int32(i), int32(i%3)
		for j := range 36 {
			p := 0.1
			if j/12 == i%3 {
				p = 0.9
			}
			if rng.Float64() < p {
				r.Samples.Row(i)[j] = float32(0.5 + rng.Float64()/2)
			}
		}
	}
	r.Targets = []data.Target{{Name: "class", Labels: labels, Classes: 3}}
	return map[string]*data.Recording{"main": r}
}

func TestConformance(t *testing.T) {
	slow := func(s map[string]any) map[string]any {
		out := map[string]any{"t": 300_000}
		for k, v := range s {
			out[k] = v
		}
		return out
	}
	base := map[string]any{"n": 240, "k": 12, "p": 0.3, "linear_epochs": 3}
	with := func(name string, changes map[string]any) methodtest.Case {
		s := map[string]any{}
		for k, v := range base {
			s[k] = v
		}
		for k, v := range changes {
			s[k] = v
		}
		return methodtest.Case{Name: name, Settings: s, Slow: slow(s), Data: tiny()}
	}
	methodtest.Run(t, New(),
		with("large", nil),
		with("hash and noise", map[string]any{"engine": "hash", "noise": 0.5, "normalise": "none", "test_rounds": 3, "embedding": "caps"}),
		with("random areas", map[string]any{"architecture": "random", "n": 300, "k": 30, "embedding": "binary", "bias": 0.5, "encoder": "image", "draw": "random"}),
		with("split areas", map[string]any{"architecture": "split", "encoder": "bernoulli", "reset": false}),
		with("lazy", map[string]any{"engine": "lazy", "linear_epochs": 0, "normalise": "none", "n": 100_000, "encoder": "top", "embedding": "caps"}),
	)
}
