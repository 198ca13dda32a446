package eit

import (
	"maps"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/methodtest"
)

func TestConformance(t *testing.T) {
	main := map[string]*data.Recording{data.MainRole: divided(toy(1, 24, 6))}
	both := map[string]*data.Recording{data.MainRole: main[data.MainRole], pretrainRole: divided(toy(2, 20, 8))}
	little := func(more map[string]any) map[string]any { // the suite embeds a recording of a million numbers
		values := map[string]any{"heads": 1, "head_width": 4, "depth_t": 1, "depth_s": 1}
		maps.Copy(values, more)
		return small(values)
	}
	methodtest.Run(t, New(),
		methodtest.Case{Name: "eit", Settings: little(map[string]any{"alignment_points": 6}), Data: main, Slow: little(map[string]any{"epochs": 400})},
		methodtest.Case{Name: "vanilla", Settings: little(map[string]any{"model": "vanilla", "depth": 1}), Data: main},
		methodtest.Case{Name: "ndt", Settings: little(map[string]any{"model": "ndt", "depth": 1}), Data: main},
		methodtest.Case{Name: "mlp", Settings: little(map[string]any{"model": "mlp"}), Data: main},
		methodtest.Case{Name: "gru", Settings: little(map[string]any{"model": "gru"}), Data: main},
		methodtest.Case{Name: "linear", Settings: little(map[string]any{"model": "linear"}), Data: main},
		methodtest.Case{Name: "over animals", Settings: little(map[string]any{"transfer": "individual", "alignment_points": 6}), Data: both, Slow: little(map[string]any{"transfer": "individual", "epochs": 400})},
	)
}
