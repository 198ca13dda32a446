package study

import (
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/internal/trial"
)

// What matters is found: the loss depends on the rate, and hardly on the noise.
func TestLessons(t *testing.T) {
	s := toy(t, strings.NewReplacer("configurations: 20", "configurations: 30", "tpe", "random", ", batch: 3", "").Replace(learning))
	l, _ := runSearch(t, func() *Study { return s }, 4, 0, func(req trial.Request) trial.Record {
		rec := bumpy(req)
		for i := range rec.Metrics {
			rec.Metrics[i].Value -= 0.999 * req.Spec.Settings["noise"].(float64)
		}
		return rec
	})
	all, err := l.Lessons()
	if err != nil || len(all) != 1 {
		t.Fatalf("%d lessons, %v", len(all), err)
	}
	x := all[0]
	if x.Name() != "tuned on a" || x.Strategy != "random" || x.Goal != "min" || len(x.Tried) != 30 || len(x.Settings) != 2 {
		t.Errorf("%+v", x)
	}
	if len(x.Importance) != 2 || x.Importance[0].Name != "rate" || x.Importance[0].Share < 0.8 {
		t.Errorf("importance %+v", x.Importance)
	}
	chosen, failed := 0, 0
	for i, one := range x.Tried {
		if one.Question != i+1 || len(one.Trials) != 2 || one.Settings["rate"] == nil {
			t.Errorf("%+v", one)
		}
		if one.Value == nil {
			failed++
			continue
		}
		if one.Best == nil || *one.Best > *one.Value {
			t.Errorf("the best after %d is %v", i+1, one.Best)
		}
		if one.Chosen {
			chosen++
			if *one.Value != *x.Tried[29].Best {
				t.Errorf("chosen has %v, the best %v", *one.Value, *x.Tried[29].Best)
			}
		}
	}
	if chosen != 1 || failed == 0 || x.Few != "" {
		t.Errorf("%d chosen, %d failed, %q", chosen, failed, x.Few)
	}
	few := toy(t, strings.NewReplacer("configurations: 20", "configurations: 5").Replace(learning))
	l, _ = runSearch(t, func() *Study { return few }, 1, 0, bumpy)
	if all, err := l.Lessons(); err != nil || !strings.Contains(all[0].Few, "needs 16 configurations") || all[0].Importance != nil {
		t.Errorf("%+v, %v", all, err)
	}
}

// What is trained further counts for more, whatever its value.
func TestLessonsOfPruning(t *testing.T) {
	s := toy(t, strings.NewReplacer("batch: 3", "batch: 3, prune: {strategy: asha}").Replace(learning))
	l, _ := runSearch(t, func() *Study { return s }, 2, 0, bumpy)
	all, err := l.Lessons()
	if err != nil {
		t.Fatal(err)
	}
	parts, whole := 0, 0
	for _, one := range all[0].Tried {
		if one.Until > 0 {
			parts++
		} else if one.Value != nil {
			whole++
		}
	}
	if parts != all[0].Pruned || parts == 0 || whole == 0 {
		t.Errorf("%d parts, %d whole, %+v", parts, whole, all[0].Searching)
	}
}
