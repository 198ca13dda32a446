package eit

import (
	"strings"
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
)

// Settings that do not go together are refused by name, before any training.
func TestRefusals(t *testing.T) {
	roles := map[string]*data.Recording{data.MainRole: divided(toy(1, 12, 6))}
	for _, c := range []struct {
		says   string
		values map[string]any
	}{
		{"mask_ratio 0.2 hides no step of a window of 2", map[string]any{"model": "ndt", "mask_ratio": 0.2}},
		{"not 2 features", map[string]any{"model": "ndt", "features": 2}},
		{"at most half the 8 bins", map[string]any{"transfer": "time", "window": 5}},
		{"transfer latents needs an interaction module", map[string]any{"transfer": "latents", "depth_s": 0}},
		{"transfer masked needs an interaction module", map[string]any{"transfer": "masked", "depth_s": 0}},
		{"pooling cls", map[string]any{"transfer": "masked", "pooling": "cls"}},
		{"cannot be 0", map[string]any{"model": "mlp", "hidden": 0}},
		{"there would be no windows", map[string]any{"starts": 0}},
		{"does not fit into 8 bins", map[string]any{"window": 9}},
		{"role main", map[string]any{"target": "colour"}},
		{"transfer individual", map[string]any{"transfer": "individual"}},
		{"units is 20, but only 5 vary", map[string]any{"units": 20}},
	} {
		_, err := New().Train(t.Context(), framework.TrainRequest{Settings: with(c.values), Data: &data.Dataset{Recordings: roles}, Seed: 1, Threads: 1}, quiet{})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v: %v; want %q", c.values, err, c.says)
		}
	}
}
