package sweep

import (
	"slices"

	"github.com/assaylab/assay/framework/internal/probe"
)

// Shuffled makes the points that say what a method which learns from targets brings
// into its embedding where these mean nothing: it is trained anew on each deal of
// train's targets that a probe asks for. Of other methods the read-out alone is fitted
// anew, and there are none.
func (s *Sweep) Shuffled(c Cell, settings map[string]any) []Point {
	uses, ok, err := s.methods[c.Method.ID].UsesLabelsFor(settings)
	if !uses || !ok || err != nil {
		return nil
	}
	deals := 0
	for _, p := range s.Probes {
		if len(p.Methods) == 0 || slices.Contains(p.Methods, c.Method.ID) {
			deals = max(deals, probe.Permutations(p))
		}
	}
	out := make([]Point, deals)
	for i := range out {
		out[i] = Point{Method: c.Method.ID, Dataset: c.Dataset, Fold: c.Fold, Settings: settings, Seed: s.Seeds[0], Shuffled: i + 1}
	}
	return out
}
