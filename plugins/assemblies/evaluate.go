package assemblies

import (
	"context"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
	assembly "github.com/assaylab/assay/plugins/assemblies/model"
)

// Evaluate returns the metrics of declared that the recording supports.
func (m *model) Evaluate(ctx context.Context, r *data.Recording) (framework.Metrics, error) {
	s := framework.NewSheet(r, false)
	return s.Metrics, m.score(ctx, s)
}

// EvaluateCases returns them with numbers per case, but for those that are over
// pairs of samples, or over thresholds that the samples themselves have chosen.
func (m *model) EvaluateCases(ctx context.Context, r *data.Recording) (framework.Metrics, metric.Cases, error) {
	s := framework.NewSheet(r, true)
	return s.Metrics, s.Cases, m.score(ctx, s)
}

func (m *model) score(ctx context.Context, out *framework.Sheet) error {
	s, r := &m.Settings, out.Recording
	out.Put("support_all", float64(m.support())/float64(s.K))
	m.ofTraining(out.Metrics)
	t, err := r.ClassTarget(s.Labels)
	if err != nil || r.Len() == 0 {
		return nil // what is known without labels
	}
	x, err := m.encode(r)
	if err != nil {
		return err
	}
	y, err := caps(ctx, m.Areas, trained, x, s.TestRounds)
	if err != nil {
		return err
	}
	m.ofSamples(out, y, t.Labels)
	newOverlaps(y, t.Labels, m.Classes, m.known()).means(out.Metrics, "overlap_", s.K)
	newOverlaps(x, t.Labels, m.Classes, m.Inputs).means(out.Metrics, "input_overlap_", s.K)
	out.Mean("accuracy_r1", m.right(y, t.Labels, m.Last), nil)
	learned := func(c int) bool { return len(m.Last[c]) > 0 }
	if s.Engine != assembly.Lazy { // whose caps hold neurons that are nobody in particular
		most := majority(y, t.Labels, m.Classes, s.N, s.K, learned)
		out.Mean("accuracy_r2", m.right(y, t.Labels, most), nil)
		if s.Decision == "threshold" {
			out.Put("accuracy_r1_best", bestThreshold(y, t.Labels, m.Last[1], s.N, s.K))
			out.Put("accuracy_r2_best", bestThreshold(y, t.Labels, most[1], s.N, s.K))
		}
	}
	if m.Linear != nil {
		out.Mean("accuracy_r3", m.Linear.right(y, t.Labels), nil)
	}
	if !s.Baselines || s.Engine == assembly.Lazy {
		return nil
	}
	if m.Raw != nil {
		out.Mean("accuracy_r3_inputs", m.Raw.right(x, t.Labels), nil)
	}
	if y, err = caps(ctx, m.Areas, untrained, x, 1); err != nil {
		return err
	}
	out.Mean("accuracy_r2_untrained", m.right(y, t.Labels, majority(y, t.Labels, m.Classes, s.N, s.K, learned)), nil)
	if m.Untrained != nil {
		out.Mean("accuracy_r3_untrained", m.Untrained.right(y, t.Labels), nil)
	}
	return nil
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
func (m *model) ofSamples(out *framework.Sheet, y [][]int32, labels []int32) {
	last, union := newMembers(m.Last, m.known()), newMembers(m.Union, m.known())
	meets := make([]int, m.Classes)
	list := func() []float64 { return make([]float64, len(y)) }
	// By sample: its own class's assembly, if learned, and those of others.
	own, recall, recallUnion, over, others, recallOther, under := list(), list(), list(), list(), list(), list(), list()
	sumOther := 0.0
	for i, cap := range y {
		if len(cap) == 0 {
			continue
		}
		size := float64(len(cap))
		union.meet(cap, meets)
		c := int(labels[i])
		if len(m.Last[c]) > 0 {
			recallUnion[i] = float64(meets[c]) / size
		}
		last.meet(cap, meets)
		for d, n := range meets {
			share := float64(n) / size
			switch {
			case len(m.Last[d]) == 0:
			case d == c:
				own[i] = 1
				recall[i] = share
				if share >= 0.75 {
					over[i] = 1
				}
			default:
				others[i]++
				recallOther[i] += share
				sumOther += share
				if share <= 0.25 {
					under[i]++
				}
			}
		}
	}
	out.Mean("recall_last", recall, own)
	out.Mean("recall_union", recallUnion, own)
	out.Mean("over_three_quarters", over, own)
	out.Mean("under_one_quarter", under, others)
	pairs := 0.0
	for _, n := range others {
		pairs += n
	}
	if pairs > 0 {
		out.MeanIs("recall_other", sumOther/pairs, recallOther, others)
	}
}
