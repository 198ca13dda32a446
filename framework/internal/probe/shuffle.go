package probe

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/assaylab/assay/framework/data"
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
			out.putFor(m.goal, "shuffled95/"+m.name, s, percentile95(all, m.goal), numbers{})
		}
		out.add(s, "shuffled/", mean)
	}
	return nil
}

// percentile95 is the value that 95 % of x are no better than: the smallest such.
func percentile95(x []float64, goal metric.Goal) float64 {
	x = slices.Sorted(slices.Values(x))
	if goal == metric.Min {
		slices.Reverse(x)
	}
	return x[int(math.Ceil(0.95*float64(len(x))))-1]
}

// permuted is what the samples should be read as, with the units' targets dealt out
// anew: sample t of a unit of n samples has the target of sample ⌊t·m/n⌋ of the unit
// with m samples that it was dealt.
func (t *task) permuted(perm func(int) []int) answer {
	at := map[int32]int{}
	var rows [][]int // of each unit
	for i, u := range t.unit {
		if _, ok := at[u]; !ok {
			at[u] = len(rows)
			rows = append(rows, nil)
		}
		rows[at[u]] = append(rows[at[u]], i)
	}
	// Units in the order of their numbers: the deal does not depend on that of samples.
	ids := make([]int32, 0, len(at))
	for u := range at {
		ids = append(ids, u)
	}
	slices.Sort(ids)
	from := make([]int, len(t.unit))
	for k, other := range perm(len(ids)) {
		mine, dealt := rows[at[ids[k]]], rows[at[ids[other]]]
		for i, r := range mine {
			from[r] = dealt[i*len(dealt)/len(mine)]
		}
	}
	return t.want.take(from)
}
