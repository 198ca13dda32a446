package study

import (
	"testing"

	"github.com/assaylab/assay/framework/internal/store"
)

// A configuration that draws nothing has one trial in a search of version 2, and is
// chosen by its value as if it had that on every seed.
func TestSeedlessIsSelected(t *testing.T) {
	const sweep = `methods: {tuned: {plugin: tuned, search: {rate: [1, 2.5, 4]}}}
search: {strategy: grid}
select: {metric: loss, split: val}
seeds: [7, 8, 9]
`
	for version, trials := range map[int]int{1: 9, 2: 3 + 1 + 3} {
		s, st := toyOf(t, version, "rate == 2.5", sweep), openStore(t)
		f := newFake(2, loss)
		l, _, err := s.Run(t.Context(), st, RunOptions{Execute: f.open})
		if err != nil || len(f.order) != trials {
			t.Errorf("version %d: %d trials, want %d: %v", version, len(f.order), trials, err)
			continue
		}
		for r, err := range l.Rows(t.Context(), store.Spec|store.Metrics, nil) {
			if err != nil {
				t.Fatal(err)
			}
			best := r.Variant == "rate=2.5"
			if (r.Role == Chosen) != best || r.Seedless != (best && version == 2) {
				t.Errorf("version %d: %s of seed %d is %s, seedless %v", version, r.Variant, r.Spec.Seed, r.Role, r.Seedless)
			}
		}
	}
}
