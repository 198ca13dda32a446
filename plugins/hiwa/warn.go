package hiwa

import (
	"math"
	"slices"

	"github.com/assaylab/assay/framework"
)

// closeMatch is the gap under which another match of the clusters is reported.
const closeMatch = 0.05

// warn says in the log where the alignment should not be trusted: where equal labels
// are not the cheapest match, and where the data hardly tell matches apart.
func (m *model) warn(rec framework.Recorder) {
	if margin, i, j, ok := m.swapMargin(); ok && margin < 0 {
		rec.Log("warning: swap_margin is %.3g: with clusters %d and %d exchanged the transport costs less than with equal labels matched; the alignment is probably wrong (README, what to know before trusting a number)",
			margin, m.SourceLabels[i], m.SourceLabels[j])
	}
	if slices.Equal(m.SourceLabels, m.TargetLabels) {
		K := len(m.SourceLabels)
		for i, j := range matched(m.P.RawMatrix().Data, K, K) {
			if i != j {
				rec.Log("warning: cluster %d of the source is matched with cluster %d of the target, not with its own label", m.SourceLabels[i], m.TargetLabels[j])
			}
		}
	}
	if m.Gap != nil && *m.Gap < closeMatch {
		rec.Log("warning: another match of the clusters costs only %.2g %% more: the data hardly tell them apart", 100**m.Gap)
	}
}

// swapMargin is the least C_ij + C_ji − C_ii − C_jj and where it is, if the sides
// have the same labels and more than one.
func (m *model) swapMargin() (margin float64, at, with int, ok bool) {
	if !slices.Equal(m.SourceLabels, m.TargetLabels) {
		return 0, 0, 0, false
	}
	margin = math.Inf(1)
	for i := range m.SourceLabels {
		for j := range i {
			if v := m.C.At(i, j) + m.C.At(j, i) - m.C.At(i, i) - m.C.At(j, j); v < margin {
				margin, at, with, ok = v, j, i, true
			}
		}
	}
	return margin, at, with, ok
}
