package probe

import (
	"context"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

// Of version 2 the read-out of state has the level of chance beside it, and a power of
// two in the unit of the embedding changes no bit; version 1 reads as it did.
func TestBalanced(t *testing.T) {
	parts := Parts{data.Train: ring(200, 0.5, data.Rand(1, "a")), data.Val: ring(80, 0.5, data.Rand(3, "a")), data.Test: ring(60, 0.5, data.Rand(2, "a"))}
	run := func(s Spec, parts Parts) map[string]float64 {
		t.Helper()
		s.Kind, s.Target, s.Settings = "state", "direction", map[string]any{"passes": 2}
		r, err := Run(context.Background(), s, parts, 1)
		if err != nil {
			t.Fatal(err)
		}
		return values(r)[data.Test]
	}
	got := run(Spec{Version: "2"}, parts)
	chance := got["probe/state/chance/accuracy"]
	if chance < 0.1 || chance > 0.4 || got["probe/state/accuracy"] < 2*chance {
		t.Errorf("accuracy %v, chance %v", got["probe/state/accuracy"], chance)
	}
	for name, v := range run(Spec{Version: "2"}, changed(parts, times(1024))) {
		if got[name] != v {
			t.Errorf("%s times 1024 is %v, was %v", name, v, got[name])
		}
	}
	if v := run(Spec{}, parts); len(v) != 2 || v["probe/state/f1"] == 0 {
		t.Errorf("version 1 reports %v", v)
	}
	train := parts[data.Train]
	if _, err := Check(Spec{Kind: "state", Target: "direction", Version: "2"}, map[data.Split]*data.Recording{data.Train: train.Recording}); err == nil {
		t.Error("a weight decay was chosen without a val part")
	}
	if !slices.Contains(Kinds(), "state") || Newest("state") != "2" {
		t.Error("state has no version 2")
	}
}
