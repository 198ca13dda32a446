package metric

import "testing"

func TestKindOf(t *testing.T) {
	for name, want := range map[string]Kind{
		"probe/direction/accuracy": Proportion, "delta_accuracy": Proportion, "probe/state/balanced_accuracy": Bounded,
		"probe/state/f1": Bounded, "probe/ridge/r2": R2, "r2_weighted": R2, "poisson_nll": Mean, "rmse": Error, "median_error": Quantile,
		"probe/accuracy/loss": Mean, "accuracy_r2": Proportion, "circular_error": Error, "terrors": Mean, "aucs": Mean, "velocity-r2.mean": R2,
	} {
		if got := KindOf(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
