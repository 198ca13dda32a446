package myow

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
)

func (method) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	s := *req.Settings.(*settings)
	p := s.resolve()
	r, err := p.recording(req.Data)
	if err != nil {
		return nil, err
	}
	m := &model{Profile: s.Profile, Target: s.Target, Channels: r.Samples.Cols()}
	if p.image {
		m.Encoder = s.Encoder
	}
	if err := m.standardise(r, p); err != nil {
		return nil, err
	}
	rec.Log("kept %d of %d units; %d samples, %d steps of %d", len(m.Kept), m.Channels, r.Len(), p.steps, p.batch)
	t, err := newTraining(p, m, r, req)
	if err != nil {
		return nil, err
	}
	defer t.workers.Close()
	if err := t.run(ctx, req, rec); err != nil {
		return nil, err
	}
	return m, nil
}

// training is everything that a run changes.
type training struct {
	p              params
	workers        *kernel.Workers
	online, target *branch
	full, plain    *objective // with and without mining; one and the same where nothing is mined
	second         *secondSampler
	first          *firstSampler
	labels         *data.Target
	optimiser      optimiser
	places         map[string]place
}

// optimiser is one whose memory a checkpoint can keep.
type optimiser interface {
	nn.Optimiser
	Save(path string) error
	Load(path string) error
}

func newTraining(p params, m *model, whole *data.Recording, req framework.TrainRequest) (*training, error) {
	r := whole.Select(m.Kept)
	units := len(m.Kept)
	batch := min(p.batch, r.Len())
	if batch < 2 {
		return nil, framework.Refuse(fmt.Sprintf("there is %d sample to learn from", r.Len()), "batch statistics need at least two")
	}
	if p.mines() && r.Trials() < 2 && p.exclude == 0 {
		return nil, framework.Refuse("all samples belong to one trial, so none is eligible to be mined", "set exclude to a number of samples, as the profile rodent does, or objective: byol")
	}
	t := &training{p: p, workers: kernel.NewWorkers(req.Threads)}
	if p.objective == "supervised" {
		l, err := r.ClassTarget(p.target)
		if err != nil {
			t.workers.Close()
			return nil, framework.Refuse(err.Error(), "set target to a class target of the recording")
		}
		t.labels = l
		if p.image {
			t.p.classes = l.Classes
		}
	}
	t.online = newBranch(&t.p, units, true, req.Rand("init"))
	t.target = newBranch(&t.p, units, false, req.Rand("init target"))
	t.target.heads.CopyFrom(t.online.heads)
	if !p.freshStart {
		t.target.body.CopyFrom(t.online.body)
	}
	m.body, m.f = t.online.body, t.online.f
	t.places = map[string]place{}
	stream := func(name string) *rand.Rand {
		s := req.Stream(name)
		t.places[name] = s
		return s.Rand
	}
	order := stream("batches")
	if p.pool > 0 && (p.objective == "myow" || p.objective == "byol" || p.objective == "simsiam") {
		pool := min(p.pool, r.Len())
		t.first = newFirstSampler(&t.p, m, r, batch, pool, order, stream("augmentation"))
		t.places["pairs"], t.places["trials"] = t.first.pairs, trialOrder{t.first}
		t.plain = newFirst(&t.p, t.online, t.target, units, batch, pool, false, t.workers)
		t.full = t.plain
		if p.mines() {
			t.full = newFirst(&t.p, t.online, t.target, units, batch, pool, true, t.workers)
			// Queries and pool come of different trials: everything is eligible.
			t.full.search.eligible = func(int, int) bool { return true }
		}
	} else {
		var aug views
		if p.image {
			aug = newPictureViews(&t.p, m, 3*batch, stream)
		} else {
			aug = newAugmenter(&t.p, m, 3*batch, stream("augmentation"))
		}
		t.second = newSecondSampler(&t.p, r, batch, order, aug)
		t.places["partition"] = partition{t.second}
		t.full = newSecond(&t.p, t.online, t.target, units, batch, t.workers)
		t.plain = t.full
		if t.full.search != nil {
			t.full.search.eligible = t.second.eligible
		}
	}
	if t.full.search != nil {
		t.full.search.rng = stream("mining")
	}
	t.optimiser = newOptimiser(&t.p, t.full.step.Params())
	return t, nil
}

func newOptimiser(p *params, params []*nn.Param) optimiser {
	switch p.optimiser {
	case "adamw":
		a := nn.NewAdam(params)
		a.Decay = p.decay
		return a
	case "sgd":
		s := nn.NewSGD(params, p.momentum, p.decay)
		s.NoDecay = nn.BiasOrNorm
		return s
	default:
		return nn.NewLARS(params, p.momentum, p.decay)
	}
}

// curvePoints bounds the points of a learning curve.
const curvePoints = 500

func (t *training) run(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) error {
	p := &t.p
	done, err := req.Checkpoint.Resume(t.load)
	if err != nil {
		return err
	}
	every, end := max(p.steps/curvePoints, 1), req.End(p.steps)
	for step := int(done); step < end; step++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		o, mining := t.full, p.mining(step)
		if t.first != nil && mining == 0 {
			o = t.plain // the first release leaves the branch out while it has no weight
		}
		t.fill(o)
		o.weigh(p, mining)
		t.freeze(p.freezeAfter > 0 && step >= p.freezeAfter)
		loss := o.step.Run()
		if !o.step.Finite() {
			return framework.WithHint(fmt.Errorf("the loss became %v at step %d", loss, step+1), "try a smaller learning_rate")
		}
		t.optimiser.Step(t.rate(step))
		t.follow(step)
		if (step+1)%every == 0 || step+1 == end {
			rec.Progress(int64(step+1), int64(end), "steps")
			t.curves(o, int64(step+1), loss, rec)
		}
		if req.Checkpoint.Due(int64(step + 1)) {
			if err := req.Checkpoint.Save(int64(step+1), t.save); err != nil {
				return err
			}
		}
	}
	return nil
}

// freeze lets batch norm of the online encoder use its running statistics.
func (t *training) freeze(frozen bool) {
	for _, n := range t.online.norms {
		n.Frozen = frozen
	}
}

func (t *training) fill(o *objective) {
	if t.first != nil {
		t.first.fill(o)
		return
	}
	t.second.fill(o)
	if t.labels != nil {
		t.second.label(o, t.labels)
	}
}

func (t *training) rate(step int) float64 {
	if !t.p.cosineRate {
		return t.p.rate
	}
	return nn.WarmupCosine(t.p.rate, step, t.p.warmUp, t.p.steps)
}

// follow moves the target: ξ ← τ ξ + (1 − τ) θ, parameters only.
func (t *training) follow(step int) {
	if o := t.p.objective; o == "simclr" || o == "supervised" {
		return
	}
	tau := t.p.tau
	if t.p.cosineTau {
		tau = nn.CosineTo1(tau, step, t.p.steps)
	}
	nn.MoveAverage(t.target.body, t.online.body, tau)
	nn.MoveAverage(t.target.heads, t.online.heads, tau)
}

func (t *training) curves(o *objective, step int64, loss float64, rec framework.Recorder) {
	rec.Metric("loss", step, loss)
	if o.mined == nil {
		return
	}
	rec.Metric("loss_mined", step, float64(o.mined.Value.Data()[0]))
	if t.second != nil { // would the labels have agreed? They are not used.
		if l, err := t.second.r.ClassTarget(t.p.target); err == nil {
			n := 0
			for i, j := range o.search.found {
				if l.Labels[t.second.anchors[i]] == l.Labels[t.second.all[j]] {
					n++
				}
			}
			rec.Metric("mined_same_class", step, float64(n)/float64(len(o.search.found)))
		}
	}
}
