package probe

import (
	"context"
	"fmt"
	"maps"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
)

// shuffle fits to train's target permuted by whole trials, again and again, and adds
// the mean of what that scores and its 95th percentile towards the better side.
func (p probe2) shuffle(ctx context.Context, out *Result, how course, tasks map[data.Split]*task, from data.Split, splits []data.Split) error {
	how.note = func(string, ...any) {}
	scores := map[data.Split][][]score{}
	for i := range p.Shuffled {
		rng := data.Rand(how.seed, fmt.Sprintf("probe/shuffled/%d", i))
		train := *tasks[from]
		train.want = train.permuted(rng.Perm)
		readers, err := p.learner.learn(ctx, how, &train, tasks[data.Val])
		if err != nil {
			return err
		}
		for _, s := range splits {
			answers, err := tasks[s].ask(ctx, readers, s == from)
			if err != nil {
				return err
			}
			one, err := tasks[s].scores(answers)
			if err != nil {
				return err
			}
			scores[s] = append(scores[s], one)
		}
	}
	for _, s := range splits {
		mean := averages(scores[s])
		for k, m := range mean {
			all := make([]float64, p.Shuffled)
			for i, one := range scores[s] {
				all[i] = one[k].value
			}
			out.putFor(m.goal, "shuffled95/"+m.name, s, stats.Percentile95(all, m.goal == metric.Min), numbers{})
		}
		out.add(s, "shuffled/", mean)
	}
	return nil
}

// permuted is what the samples should be read as, with the units' targets dealt out
// anew.
func (t *task) permuted(perm func(int) []int) answer {
	return t.want.take(stats.Deal(t.unit, perm))
}

// Permutations is to how many permuted targets a probe is fitted beside its own.
func Permutations(s Spec) int {
	k, _ := find(s.Kind, version(s))
	var set shuffling
	if k.version == "" || k.schema().Decode(s.Settings, &set) != nil {
		return 0
	}
	return set.Shuffled
}

// Plain is the probe without permuted targets.
func Plain(s Spec) Spec {
	if Permutations(s) > 0 {
		s.Settings = maps.Clone(s.Settings)
		s.Settings["shuffled"] = int64(0)
	}
	return s
}
