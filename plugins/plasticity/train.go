package plasticity

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn/kernel"
)

func (method) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	s := *req.Settings.(*settings)
	if err := s.check(); err != nil {
		return nil, err
	}
	l, err := s.lesson(req, data.MainRole)
	if err != nil {
		return nil, err
	}
	l = l.part(s.Examples, req.Rand("examples"))
	w := kernel.NewWorkers(req.Threads)
	defer w.Close()
	m := &model{Settings: s, Inputs: l.inputs, Classes: l.classes, Seed: req.Seed}
	c := &course{m: m, req: req, budget: s.Epochs}
	done, err := req.Checkpoint.Resume(func(dir string) (err error) {
		c.st, err = readState(dir)
		return err
	})
	if err != nil {
		return nil, err
	}
	c.done = int(done)
	if s.Train == "rule" {
		if c.st != nil {
			m.Rule, m.MetaLoss, m.MetaAccuracy = c.st.Model.Rule, c.st.Model.MetaLoss, c.st.Model.MetaAccuracy
		} else if m.Rule, err = s.findRule(ctx, m, l, w, req, rec); err != nil {
			return nil, err
		}
	}
	m.net = newNetwork(s.shape(l), req.Rand("graph"))
	if c.done == 0 && req.Checkpoint.Due(0) { // finding the rule took long
		if err := req.Checkpoint.Save(0, c.save); err != nil {
			return nil, err
		}
	}
	switch s.Train {
	case "rule":
		err = m.plasticity(ctx, c, l, w, rec)
	case "perceptron":
		err = m.perceptron(ctx, c, l, w, rec)
	case "gd-output":
		err = m.descendOutput(ctx, c, l, w, rec)
	case "gd-all":
		err = m.descendAll(ctx, c, l, w, rec)
	}
	if err != nil {
		return nil, err
	}
	m.net.Mask = nil // absent synapses are 0
	if s.attacked() {
		err = m.trainSurrogate(ctx, l, w, req, rec)
	}
	return m, err
}

// block is the number of samples whose drive A x is computed as one product.
const block = 512

// plasticity is the section without gradients: epochs over the samples, each in
// a new order, W and U changing by the rule.
func (m *model) plasticity(ctx context.Context, c *course, l *lesson, w *kernel.Workers, rec framework.Recorder) error {
	n := m.net
	n.reset(m.Rule.Multiplicative)
	learner := m.Settings.learner(n, m.Rule)
	v := m.views(l.len()*m.Settings.Epochs, rec)
	c.views = v
	return c.stream(ctx, l, w, func(ax []float32, label int32) {
		v.seen(learner.sample(ax, int(label)) == int(label))
	})
}

// stream presents the drives of all samples in a random order, in every epoch. The
// input weights must not change on the way.
func (c *course) stream(ctx context.Context, l *lesson, w *kernel.Workers, present func(ax []float32, label int32)) error {
	n := c.m.net
	x, ax := make([]float32, 0, block*l.inputs), make([]float32, block*n.V)
	order, err := c.order(l)
	if err != nil {
		return err
	}
	return c.epochs(ctx, func() error {
		for rows := range slices.Chunk(order.Perm(l.len()), block) {
			if err := ctx.Err(); err != nil {
				return err
			}
			x = x[:0]
			for _, r := range rows {
				x = append(x, l.x[r*l.inputs:][:l.inputs]...)
			}
			n.drive(w, ax[:len(rows)*n.V], x)
			for i, r := range rows {
				present(ax[i*n.V:][:n.V], l.labels[r])
			}
		}
		return nil
	})
}

// order is the stream of the samples' orders, after restoring what lies before.
func (c *course) order(l *lesson) (*rand.Rand, error) {
	order := c.req.Rand("order")
	for range c.done {
		order.Perm(l.len())
	}
	return order, c.restore()
}

// views watch training: the share of samples that were predicted before they
// were learned, and the weights at chosen moments.
type views struct {
	m           *model
	rec         framework.Recorder
	total       int
	done, right int // right: since the last point of the curve
	every       int
	keep        []int // samples after which weights are kept, ascending
}

// after are the moments of the metrics accuracy_after_N.
var after = []int{100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 120000}

// means is how many moments of the last quarter accuracy_mean is over.
const means = 10

func (m *model) views(total int, rec framework.Recorder) *views {
	v := &views{m: m, rec: rec, total: total, every: max(1, total/100)}
	if m.Settings.Curve && m.Settings.Train != "gd-all" { // there A changes too
		for _, n := range after {
			if n <= total {
				v.keep = append(v.keep, n)
			}
		}
		for i := range means {
			v.keep = append(v.keep, m.late(total, i))
		}
		slices.Sort(v.keep)
		v.keep = slices.Compact(v.keep)
	}
	m.Total = total
	return v
}

// goOn is where an attempt before this one was, after done samples.
func (v *views) goOn(right, done int) {
	v.right, v.done = right, done
	v.keep = slices.DeleteFunc(v.keep, func(n int) bool { return n <= done })
}

// late are the moments of accuracy_mean: the end, and nine more in equal steps from three quarters on.
func (m *model) late(total, i int) int { return max(1, total-(total/4)*i/means) }

func (v *views) seen(right bool) {
	v.done++
	if right {
		v.right++
	} else {
		v.m.Mistakes++
	}
	if v.done%v.every == 0 {
		v.rec.Metric("online_accuracy", int64(v.done), float64(v.right)/float64(v.every))
		v.rec.Progress(int64(v.done), int64(v.total), "samples")
		v.right = 0
	}
	if len(v.keep) > 0 && v.done == v.keep[0] {
		v.keep = v.keep[1:]
		n := v.m.net
		kept := snapshot{After: v.done, u: slices.Clone(n.U)}
		if v.m.graphChanges() {
			kept.w = slices.Clone(n.W)
		}
		v.m.Snapshots = append(v.m.Snapshots, kept)
	}
}
