package eit

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
)

func (method) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	m := &model{Settings: *req.Settings.(*settings), Seed: req.Seed}
	if err := m.Settings.check(); err != nil {
		return nil, err
	}
	t := newTrainer(ctx, req, rec)
	defer t.workers.Close()
	return m, m.learn(t)
}

// trainer has what all phases of a training share.
type trainer struct {
	ctx     context.Context
	req     framework.TrainRequest
	rec     framework.Recorder
	workers *kernel.Workers
	// Streams that begin anew in every epoch, so that a checkpoint need not hold
	// their state: order of windows, dropout, masks and pepper.
	order, noise, masks *rand.Rand
}

func newTrainer(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) *trainer {
	return &trainer{ctx: ctx, req: req, rec: rec, workers: kernel.NewWorkers(req.Threads),
		order: req.Rand("order"), noise: req.Rand("dropout"), masks: req.Rand("masks")}
}

func (t *trainer) reseed(what string, epoch int) {
	for purpose, rng := range map[string]*rand.Rand{"order": t.order, "dropout": t.noise, "masks": t.masks} {
		*rng = *t.req.Rand(fmt.Sprintf("%s of %s, epoch %d", purpose, what, epoch))
	}
}

// schedule is one phase of training: Adam at a constant rate. State are the
// parameters that a checkpoint keeps, of the phase whose epochs are the budget;
// nil: the phase is too short for any.
type schedule struct {
	what   string // in messages, and the name of its random streams
	curve  string // that shows its loss
	epochs int
	rate   float64
	given  bool // order of the windows
	state  map[string]*nn.Params
}

func (t *trainer) run(sch schedule, o *objective, windows []int) error {
	adam := nn.NewAdam(o.step.Params())
	done, err := t.resume(sch, adam)
	if err != nil {
		return err
	}
	windows = slices.Clone(windows)
	end := sch.epochs
	if sch.state != nil {
		end = t.req.End(end)
	}
	for epoch := int(done) + 1; epoch <= end; epoch++ {
		t.reseed(sch.what, epoch)
		if !sch.given {
			slices.Sort(windows) // every epoch's order depends on its own stream alone
			t.order.Shuffle(len(windows), func(i, j int) { windows[i], windows[j] = windows[j], windows[i] })
		}
		mean := 0.0
		for batch := range slices.Chunk(windows, o.most) {
			if err := t.ctx.Err(); err != nil {
				return err
			}
			o.batch.Set(len(batch))
			o.fill(batch)
			loss := o.step.Run()
			if !o.step.Finite() {
				return framework.WithHint(fmt.Errorf("%s: the loss became %v in epoch %d", sch.what, loss, epoch), "try a smaller learning_rate")
			}
			adam.Step(sch.rate)
			mean += loss * float64(len(batch)) / float64(len(windows))
		}
		t.report(sch, o, epoch, mean)
		if sch.state != nil && t.req.Checkpoint.Due(int64(epoch)) {
			if err := t.save(sch, adam, epoch); err != nil {
				return err
			}
		}
	}
	return nil
}

// report records the mean loss of an epoch, and the parts of that of its last step.
func (t *trainer) report(sch schedule, o *objective, epoch int, loss float64) {
	if sch.epochs > 500 && epoch%(sch.epochs/500) != 0 {
		return
	}
	t.rec.Progress(int64(epoch), int64(sch.epochs), "epochs")
	t.rec.Metric(sch.curve, int64(epoch), loss)
	for name, v := range o.parts {
		t.rec.Metric(name, int64(epoch), float64(v.Data()[0]))
	}
}

const optimiserFile = "optimiser.safetensors"

func (t *trainer) save(sch schedule, adam *nn.Adam, epoch int) error {
	return t.req.Checkpoint.Save(int64(epoch), func(dir string) error {
		if err := saveSets(dir, sch.state); err != nil {
			return err
		}
		return adam.Save(filepath.Join(dir, optimiserFile))
	})
}

func (t *trainer) resume(sch schedule, adam *nn.Adam) (done int64, err error) {
	if sch.state == nil {
		return 0, nil
	}
	done, err = t.req.Checkpoint.Resume(func(dir string) error {
		if err := loadSets(dir, sch.state); err != nil {
			return err
		}
		return adam.Load(filepath.Join(dir, optimiserFile))
	})
	if done > 0 {
		t.rec.Log("%s goes on after epoch %d", sch.what, done)
	}
	return done, err
}

// classesOf are the labels that a part has, in their order.
func classesOf(p *part) []int32 {
	seen := map[int32]bool{}
	for _, w := range p.windows {
		seen[p.labels[w]] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// classOf is the number of a label among the classes, or -1.
func classOf(classes []int32, label int32) int {
	if i, found := slices.BinarySearch(classes, label); found {
		return i
	}
	return -1
}
