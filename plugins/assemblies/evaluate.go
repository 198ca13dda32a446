package assemblies

import (
	"context"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	assembly "github.com/assaylab/assay/plugins/assemblies/model"
)

func (m *model) Evaluate(ctx context.Context, r *data.Recording) (framework.Metrics, error) {
	s := &m.Settings
	out := framework.Metrics{"support_all": float64(m.support()) / float64(s.K)}
	m.ofTraining(out)
	t, err := r.ClassTarget(s.Labels)
	if err != nil || r.Len() == 0 {
		return out, nil // what is known without labels
	}
	x, err := m.encode(r)
	if err != nil {
		return nil, err
	}
	y, err := caps(ctx, m.Areas, trained, x, s.TestRounds)
	if err != nil {
		return nil, err
	}
	m.ofSamples(out, y, t.Labels)
	newOverlaps(y, t.Labels, m.Classes, m.known()).means(out, "overlap_", s.K)
	newOverlaps(x, t.Labels, m.Classes, m.Inputs).means(out, "input_overlap_", s.K)
	out["accuracy_r1"] = m.accuracy(y, t.Labels, m.Last)
	learned := func(c int) bool { return len(m.Last[c]) > 0 }
	if s.Engine != assembly.Lazy { // whose caps hold neurons that are nobody in particular
		most := majority(y, t.Labels, m.Classes, s.N, s.K, learned)
		out["accuracy_r2"] = m.accuracy(y, t.Labels, most)
		if s.Decision == "threshold" {
			out["accuracy_r1_best"] = bestThreshold(y, t.Labels, m.Last[1], s.N, s.K)
			out["accuracy_r2_best"] = bestThreshold(y, t.Labels, most[1], s.N, s.K)
		}
	}
	if m.Linear != nil {
		out["accuracy_r3"] = m.Linear.accuracy(y, t.Labels)
	}
	if !s.Baselines || s.Engine == assembly.Lazy {
		return out, nil
	}
	if m.Raw != nil {
		out["accuracy_r3_inputs"] = m.Raw.accuracy(x, t.Labels)
	}
	if y, err = caps(ctx, m.Areas, untrained, x, 1); err != nil {
		return nil, err
	}
	out["accuracy_r2_untrained"] = m.accuracy(y, t.Labels, majority(y, t.Labels, m.Classes, s.N, s.K, learned))
	if m.Untrained != nil {
		out["accuracy_r3_untrained"] = m.Untrained.accuracy(y, t.Labels)
	}
	return out, nil
}

func (m *model) support() (n int) {
	for _, a := range m.Areas {
		n += a.area.Support()
	}
	return n
}

// ofTraining are the metrics that depend on no recording.
func (m *model) ofTraining(out framework.Metrics) {
	k := float64(m.Settings.K)
	var learned, pairs, support, same, overlap float64
	for c, a := range m.Last {
		if len(a) == 0 {
			continue
		}
		size := k
		if m.Settings.Architecture == "split" {
			size = float64(len(a))
		}
		learned++
		support += float64(len(m.Union[c])) / size
		same += float64(m.Before[c]) / size
		for _, b := range m.Last[:c] {
			if len(b) > 0 {
				pairs++
				overlap += float64(shared(a, b)) / size
			}
		}
	}
	if learned > 0 {
		out["support"], out["persistence"] = support/learned, same/learned
	}
	if pairs > 0 {
		out["assembly_overlap"] = overlap / pairs
	}
}

// ofSamples says how caps meet the assemblies of their own and of other classes.
func (m *model) ofSamples(out framework.Metrics, y [][]int32, labels []int32) {
	last, union := newMembers(m.Last, m.known()), newMembers(m.Union, m.known())
	meets := make([]int, m.Classes)
	var own, others, recall, recallUnion, recallOther, over, under float64
	for i, cap := range y {
		if len(cap) == 0 {
			continue
		}
		size := float64(len(cap))
		union.meet(cap, meets)
		c := int(labels[i])
		if len(m.Last[c]) > 0 {
			recallUnion += float64(meets[c]) / size
		}
		last.meet(cap, meets)
		for d, n := range meets {
			share := float64(n) / size
			switch {
			case len(m.Last[d]) == 0:
			case d == c:
				own++
				recall += share
				if share >= 0.75 {
					over++
				}
			default:
				others++
				recallOther += share
				if share <= 0.25 {
					under++
				}
			}
		}
	}
	if own > 0 {
		out["recall_last"], out["recall_union"], out["over_three_quarters"] = recall/own, recallUnion/own, over/own
	}
	if others > 0 {
		out["recall_other"], out["under_one_quarter"] = recallOther/others, under/others
	}
}
