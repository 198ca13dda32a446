package plasticity

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// epsilons are the distances of the metrics robust_E and its companions.
var epsilons = []float64{0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4}

var attacks = []metric.Info{
	{Name: "robust", Doc: "the targeted gradient attack, tried with every wrong label"},
	{Name: "search", Doc: "random search, which uses no gradient"},
	{Name: "transfer", Doc: "the targeted attack on a network trained by gradient descent"},
	{Name: "worst", Doc: "all of robust, search and transfer: the number to trust"},
}

func attackMetrics() []metric.Info {
	out := []metric.Info{{Name: "surrogate_accuracy", Goal: metric.None, Doc: "accuracy, on the samples attacked, of the network that the attack is transferred from"}}
	for _, a := range attacks {
		for _, e := range epsilons {
			out = append(out, metric.Info{Name: fmt.Sprintf("%s_%g", a.Name, e), Goal: metric.Max,
				Doc: fmt.Sprintf("share of the samples attacked that are right before and after being moved by up to %g: %s", e, a.Doc)})
		}
	}
	return out
}

// robustness attacks random samples at growing distances. A sample that was
// mistaken once counts as mistaken at every larger distance, where the same point
// is allowed too, and is not attacked again.
func (m *model) robustness(ctx context.Context, sheet *framework.Sheet, labels []int32) error {
	s, r := &m.Settings, sheet.Recording
	for i, v := range r.Samples.Values {
		if v := float64(v); v < s.LowerBound || v > s.UpperBound {
			return framework.Refuse(fmt.Sprintf("the value %v of sample %d lies outside attack_low %v to attack_high %v", v, i/m.Inputs, s.LowerBound, s.UpperBound), "set them to the range that inputs can have")
		}
	}
	w := kernel.NewWorkers(1)
	defer w.Close()
	rows := data.Rand(m.Seed, "attacked samples").Perm(r.Len())
	rows = rows[:min(s.Images, len(rows))]
	all := &targets{d: m.Inputs, classes: m.Classes}
	for _, i := range rows {
		all.add(i, r.Samples.Row(i), labels[i])
	}
	own := newPasses(m.net, w, len(all.wrong))
	gradient := func(p *passes) func(a attack, t *targets) ([]bool, error) {
		return func(a attack, t *targets) ([]bool, error) {
			ends, err := a.targeted(ctx, p, t.repeated, t.wrong)
			if err != nil {
				return nil, err
			}
			return t.right(own, ends), nil
		}
	}
	ways := map[string]func(a attack, t *targets) ([]bool, error){"robust": gradient(own)}
	if s.SearchSteps > 0 {
		ways["search"] = func(a attack, t *targets) ([]bool, error) {
			return a.search(ctx, own, t, all, s.SearchSteps, data.Rand(m.Seed, fmt.Sprintf("search %g", a.eps)))
		}
	}
	if m.surrogate != nil {
		other := newPasses(m.surrogate, w, len(all.wrong))
		all.put(sheet, "surrogate_accuracy", all.right(other, all.x))
		ways["transfer"] = gradient(other)
	}
	standing := map[string][]bool{}
	for name := range ways {
		standing[name] = all.right(own, all.x)
	}
	for _, eps := range epsilons {
		worst := all.right(own, all.x)
		for _, info := range attacks {
			way, ok := ways[info.Name]
			if !ok {
				continue
			}
			left := standing[info.Name]
			if eps > 0 {
				if err := all.attack(left, func(t *targets) ([]bool, error) { return way(s.attack(eps), t) }); err != nil {
					return err
				}
			}
			all.put(sheet, fmt.Sprintf("%s_%g", info.Name, eps), left)
			for i, ok := range left {
				worst[i] = worst[i] && ok
			}
		}
		all.put(sheet, fmt.Sprintf("worst_%g", eps), worst)
	}
	return nil
}

// attack attacks those of the samples that are still standing, and notes which are then.
func (t *targets) attack(standing []bool, way func(*targets) ([]bool, error)) error {
	left, of := &targets{d: t.d, classes: t.classes}, []int{}
	for i, ok := range standing {
		if ok {
			left.add(t.row[i], t.samples[i], t.labels[i])
			of = append(of, i)
		}
	}
	if len(of) == 0 {
		return nil
	}
	right, err := way(left)
	if err != nil {
		return err
	}
	for k, i := range of {
		standing[i] = right[k]
	}
	return nil
}

// targets are the samples under attack and, for each, its l − 1 wrong labels.
type targets struct {
	d, classes int
	row        []int // in the recording
	samples    [][]float32
	x          []float32 // [n x d]
	labels     []int32
	repeated   []float32 // [n (l−1) x d]
	wrong      []int32
}

func (t *targets) add(row int, x []float32, label int32) {
	t.row = append(t.row, row)
	t.samples, t.x, t.labels = append(t.samples, x), append(t.x, x...), append(t.labels, label)
	for c := range int32(t.classes) {
		if c != label {
			t.repeated, t.wrong = append(t.repeated, x...), append(t.wrong, c)
		}
	}
}

// right reports of every sample whether all its end points, lying one after
// another in ends, are predicted as its label.
func (t *targets) right(p *passes, ends []float32) []bool {
	p.forward(ends)
	each := p.rows / len(t.labels)
	out := make([]bool, len(t.labels))
	for i, label := range t.labels {
		out[i] = true
		for j := range each {
			out[i] = out[i] && kernel.ArgMax(p.logits[(i*each+j)*t.classes:][:t.classes]) == int(label)
		}
	}
	return out
}

// put puts the share of the samples under attack for which something is so.
func (t *targets) put(s *framework.Sheet, name string, so []bool) {
	score, count := make([]float64, s.Recording.Len()), make([]float64, s.Recording.Len())
	for i, row := range t.row {
		count[row] = 1
		if so[i] {
			score[row] = 1
		}
	}
	s.Mean(name, score, count)
}
