package study

import (
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Trials of 100 epochs take ten times as long as those of 10; the forecast takes
// each from its like, on another dataset too.
func TestForecastTakesTheNearestSettings(t *testing.T) {
	fit := func(method string, epochs any, dataset string, seed uint64) trial.Fit {
		return trial.Fit{Method: method, Settings: map[string]any{"epochs": epochs, "rate": 1e-4}, Dataset: dataset, Seed: seed}
	}
	var known []timing
	for _, r := range []struct{ epochs, wall, trials float64 }{{10, 1, 1}, {100, 10, 2}} { // as it comes out of the store
		c, _ := configurationOf("eit", "a", fit("eit", r.epochs, "a", 1).Settings)
		known = append(known, timing{c, r.trials, r.wall * r.trials, r.trials * (r.wall*r.wall + 1)})
	}
	l := &Ledger{}
	plan := func(trained store.Known, fits ...trial.Fit) {
		var points []*Point
		for i, f := range fits {
			p := &Point{Key: f.Key(), Fit: f}
			if i == len(fits)-1 {
				p.known = trained
			}
			points = append(points, p)
		}
		l.cells = []*cell{{steps: []*step{{points: points}}}}
	}
	plan(store.Known{Trained: true}, fit("eit", 100, "a", 20), fit("eit", 100, "b", 20), fit("eit", 10, "a", 20), fit("eit", 100, "a", 1))
	if got, ok := l.forecast(known, 2); !ok || got.About != 10500*time.Millisecond || got.Low.Round(time.Millisecond) != 8102*time.Millisecond || got.High.Round(time.Millisecond) != 12898*time.Millisecond {
		t.Errorf("forecast %v, %v, want (10 + 10 + 1)/2 s: the last is trained", got, ok)
	}
	plan(store.Known{}, fit("other", 100, "a", 1))
	if got, ok := l.forecast(known, 1); ok {
		t.Errorf("forecast %v of a method that never ran", got)
	}
}
