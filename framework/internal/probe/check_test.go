package probe

import (
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

// What the samples alone tell is told before anything is embedded, and Run would have
// said it too.
func TestCheck(t *testing.T) {
	whole := reaches(1, 1, 2)
	still := reaches(1, 1, 2)
	clear(still[data.Test].Recording.Targets[1].Values.Values)
	alone := Parts{data.Train: whole[data.Train], data.Test: whole[data.Test]}
	one := ring(40, 1, data.Rand(1, "a"))
	for i := 30; i < 40; i++ {
		one.Recording.Trial[i] = 1
	}
	for _, c := range []struct {
		spec  Spec
		parts Parts
		want  string
	}{
		{Spec{Kind: "logistic", Target: "direction"}, whole, ""},
		{Spec{Kind: "ridge", Target: "velocity", Version: "2"}, whole, ""},
		{Spec{Kind: "logistic", Target: "directoin"}, whole, `no target "directoin"`},
		{Spec{Kind: "ridge", Target: "direction"}, whole, "is a class, not continuous"},
		{Spec{Kind: "direction", Target: "velocity", Version: "2"}, whole, "is continuous, not a class"},
		{Spec{Kind: "state", Target: "direction"}, alone, "the weight decay is chosen on a val part"},
		{Spec{Kind: "direction", Target: "direction", Settings: map[string]any{"profile": "myow2"}}, alone, "on a val part, and"},
		{Spec{Kind: "ridge", Target: "velocity", Version: "2", Settings: map[string]any{"penalty": "val"}}, alone, "on a val part, and"},
		{Spec{Kind: "knn", Target: "direction", Settings: map[string]any{"k": 241}}, whole, "k = 241 neighbours"},
		{Spec{Kind: "knn", Target: "direction", Version: "2", Settings: map[string]any{"k": 11}}, Parts{data.All: one}, "outside its own case a sample that the probe is fitted on has 10"},
		{Spec{Kind: "knn", Target: "direction", Settings: map[string]any{"k": 11}}, Parts{data.All: one}, ""},
		{Spec{Kind: "ridge", Target: "velocity"}, still, "r2 is undefined on the test part"},
		{Spec{Kind: "wiener", Target: "velocity"}, Parts{data.Test: one}, "neither a train part"},
	} {
		recs := map[data.Split]*data.Recording{}
		for s, p := range c.parts {
			recs[s] = p.Recording
		}
		_, err := Check(c.spec, recs)
		if got := said(err); c.want == "" && err != nil || !strings.Contains(got, c.want) {
			t.Errorf("%s of %s: %v, want %q", c.spec.Kind, c.spec.Target, err, c.want)
		}
		if _, err := Run(t.Context(), c.spec, c.parts, 1); (err != nil) != (c.want != "") {
			t.Errorf("%s of %s runs to %v, but the check should say %q", c.spec.Kind, c.spec.Target, err, c.want)
		}
	}
	small := whole[data.Test].Recording.Subset([]int{0, 1, 2})
	small.Targets[0].Labels = []int32{7, 7, 7}
	train := whole[data.Train].Recording.Subset([]int{0, 1, 2, 3})
	train.Targets[0].Labels = []int32{1, 1, 2, 3}
	notes, err := Check(Spec{Kind: "logistic", Target: "direction"}, map[data.Split]*data.Recording{data.Train: train, data.Test: small})
	if all := strings.Join(notes, "; "); err != nil || len(notes) != 2 || !strings.Contains(all, "the test part has 0 cases") || !strings.Contains(all, "class 7 of direction, which the test part has") {
		t.Errorf("%q, %v", notes, err)
	}
}

func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
