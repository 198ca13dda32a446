package bundle

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Lines are the trials of a bundle that succeeded and stand by themselves: one whose
// training went on from another's is not run again alone.
func (b *Bundle) Lines() ([]store.Line, error) {
	var out []store.Line
	seen := map[[2]string]bool{} // one fit may be scored on two datasets, whose numbers are about different things
	for l, err := range store.ReadLines(b.results(store.RecordsFile)) {
		if err == nil && l.Status == trial.Succeeded {
			if wrong := l.Check(); wrong != nil {
				err = fmt.Errorf("trial %q: %w", trial.Short(l.Key), wrong)
			}
		}
		if err != nil {
			return nil, err
		}
		if l.Status == trial.Succeeded && l.Spec.Parent == "" && !seen[[2]string{l.Key, l.Dataset}] {
			seen[[2]string{l.Key, l.Dataset}] = true
			out = append(out, l)
		}
	}
	return out, nil
}

func (b *Bundle) results(name string) string {
	return filepath.Join(b.Dir, resultFolder, b.Sweep, name)
}

// Sample draws n of the trials without replacement, all where n is 0 or more than
// there are. Equal seeds draw equal trials, whatever the order of the lines.
func Sample(lines []store.Line, n int, seed uint64) []store.Line {
	out := slices.Clone(lines)
	slices.SortFunc(out, func(a, b store.Line) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Dataset, b.Dataset)) })
	if n == 0 || n >= len(out) {
		return out
	}
	r := rand.New(rand.NewPCG(seed, 0))
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out[:n]
}
