package source

import (
	"fmt"
	"math"
	"slices"

	"github.com/assaylab/assay/framework/data"
)

// choose keeps the samples that the recipe wants and divides them.
func (r Recording) choose(rec *data.Recording) (*data.Recording, error) {
	keep := make([]bool, rec.Len())
	for i := range keep {
		keep[i] = true
	}
	for _, name := range sortedKeys(r.Keep) {
		t, err := rec.ClassTarget(name)
		if err != nil {
			return nil, fmt.Errorf("keep: %w", err)
		}
		for i, l := range t.Labels {
			keep[i] = keep[i] && slices.Contains(r.Keep[name], int(l))
		}
	}
	if r.MinSpeed > 0 {
		v, err := rec.ContinuousTarget("velocity")
		if err != nil {
			return nil, fmt.Errorf("min_speed: %w", err)
		}
		for i := range keep {
			sum := 0.0
			for _, x := range v.Values.Row(i) {
				sum += float64(x) * float64(x)
			}
			keep[i] = keep[i] && math.Sqrt(sum) > r.MinSpeed
		}
	}
	var rows []int
	for i, k := range keep {
		if k {
			rows = append(rows, i)
		}
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("keep and min_speed leave none of %d samples", rec.Len())
	}
	out := rec
	if len(rows) < rec.Len() {
		out = rec.Subset(rows)
	}
	if r.Split != nil {
		if err := r.Split.Divide(out); err != nil {
			return nil, fmt.Errorf("split: %w", err)
		}
	}
	return out, nil
}
