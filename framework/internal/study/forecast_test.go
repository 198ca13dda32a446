package study

import (
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/trial"
)

// Trials of 100 epochs take ten times as long as those of 10; the forecast takes
// each from its like, on another dataset too.
func TestForecastTakesTheNearestSettings(t *testing.T) {
	spec := func(method string, epochs any, dataset string, seed uint64) trial.Spec {
		return trial.Spec{Method: method, Settings: map[string]any{"epochs": epochs, "rate": 1e-4}, Dataset: dataset, Seed: seed}
	}
	l := &Ledger{Records: map[string]trial.Record{}}
	for _, r := range []struct {
		epochs float64 // as it comes out of the store
		wall   float64
	}{{10, 1}, {100, 9}, {100, 11}} {
		s := spec("eit", r.epochs, "a", uint64(r.wall))
		l.Records[s.Key()] = trial.Record{Key: s.Key(), Spec: s, Provenance: trial.Provenance{WallSec: r.wall}}
	}
	plan := func(specs ...trial.Spec) {
		var points []Point
		for _, s := range specs {
			points = append(points, Point{Key: s.Key(), Request: trial.Request{Spec: s}})
		}
		l.cells = []*cell{{asked: [][]Point{points}}}
	}
	plan(spec("eit", 100, "a", 20), spec("eit", 100, "b", 20), spec("eit", 10, "a", 20), spec("eit", float64(10), "a", 1))
	if got, ok := l.Forecast(2); !ok || got != 10500*time.Millisecond {
		t.Errorf("forecast %v, %v, want (10 + 10 + 1)/2 s: the last is cached", got, ok)
	}
	plan(spec("other", 100, "a", 1))
	if got, ok := l.Forecast(1); ok {
		t.Errorf("forecast %v of a method that never ran", got)
	}
}
