package swapvae

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/augment"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
)

func (method) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	s := *req.Settings.(*settings)
	if err := s.check(); err != nil {
		return nil, err
	}
	r, err := req.Data.Train(data.MainRole)
	if err != nil {
		return nil, err
	}
	for i, x := range r.Samples.Values {
		if x < 0 {
			return nil, framework.Refuse(fmt.Sprintf("the value %v at sample %d, channel %d is negative; the loss is Poisson's", x, i/r.Samples.Cols(), i%r.Samples.Cols()),
				"give firing rates in Hz (or counts) as they are, not z-scored")
		}
	}
	kept := data.MomentsOf(r.Samples, 0).Varying(s.MinStd)
	if len(kept) == 0 {
		return nil, framework.Refuse(fmt.Sprintf("no channel varies by more than min_std %v", s.MinStd), "check the recording, or lower min_std")
	}
	rec.Log("kept %d of %d units", len(kept), r.Samples.Cols())
	m := &model{Settings: s, Channels: r.Samples.Cols(), Kept: kept, Seed: req.Seed}
	m.build(req.Rand("init"))
	if err := train(ctx, m, r.Select(kept), req, rec); err != nil {
		return nil, err
	}
	return m, m.fitReadouts(ctx, r)
}

// sampler fills the two views of a step.
type sampler struct {
	r        *data.Recording
	s        *settings
	pairs    *augment.Pairs
	i, j     []int
	mask     []float32
	rng      *data.Stream
	maskRand *data.Stream
}

func newSampler(s *settings, r *data.Recording, req framework.TrainRequest) *sampler {
	p := &sampler{r: r, s: s, pairs: augment.NewPairs(r.Trial, -s.jitter(), s.jitter()), rng: req.Stream("pairs"), maskRand: req.Stream("dropout")}
	n := min(s.Batch, p.pairs.Len())
	p.i, p.j = make([]int, n), make([]int, n)
	if s.drops() {
		p.mask = make([]float32, 2*n*r.Samples.Cols())
	}
	return p
}

// draw fills x_1 and x_2 [batch x units], passes of x, with pairs drawn anew.
func (p *sampler) draw(x *nn.Value) {
	p.pairs.Draw(p.i, p.j, p.rng.Rand)
	N := x.Cols()
	for k := range p.i {
		copy(x.Pass(0)[k*N:], p.r.Samples.Row(p.i[k]))
		copy(x.Pass(1)[k*N:], p.r.Samples.Row(p.j[k]))
	}
	if p.mask == nil {
		return
	}
	half := len(p.mask) / 2
	drop := augment.Dropout{Most: p.s.DropoutMax, Apply: 1}
	if p.s.Mask == "shared" {
		drop.Mask(p.mask[:half], N, p.maskRand.Rand)
		copy(p.mask[half:], p.mask[:half])
	} else {
		drop.Mask(p.mask, N, p.maskRand.Rand)
	}
	kernel.Mul(x.Data(), x.Data(), p.mask)
}

func train(ctx context.Context, m *model, r *data.Recording, req framework.TrainRequest, rec framework.Recorder) error {
	s := &m.Settings
	w := kernel.NewWorkers(req.Threads)
	defer w.Close()
	draws := newSampler(s, r, req)
	if len(draws.i) < 2 {
		return framework.Refuse(fmt.Sprintf("the train part has %d sample", r.Len()), "batch statistics need at least two")
	}
	noise := req.Stream("latent noise")
	o := newObjective(s, m.net, r.Samples.Cols(), len(draws.i), w, noise.Rand)
	adam := nn.NewAdam(o.step.Params())
	c := checkpoint{m.net.ps, adam, map[string]place{"pairs": draws.pairs, "pair draws": draws.rng, "dropout": draws.maskRand, "latent noise": noise}}
	done, err := req.Checkpoint.Resume(c.load)
	if err != nil {
		return err
	}
	steps := max(r.Len()/s.Batch, 1)
	end := req.End(s.Epochs)
	for epoch := int(done) + 1; epoch <= end; epoch++ {
		mean := 0.0
		for range steps {
			if err := ctx.Err(); err != nil {
				return err
			}
			draws.draw(o.x)
			loss := o.step.Run()
			if !o.step.Finite() {
				return framework.WithHint(fmt.Errorf("the loss became %v in epoch %d", loss, epoch), "try a smaller learning_rate")
			}
			adam.Step(s.LearningRate)
			mean += loss / float64(steps)
		}
		rec.Progress(int64(epoch), int64(end), "epochs")
		rec.Metric("loss", int64(epoch), mean)
		o.curves(int64(epoch), s, rec)
		if req.Checkpoint.Due(int64(epoch)) {
			if err := req.Checkpoint.Save(int64(epoch), c.save); err != nil {
				return err
			}
		}
	}
	return nil
}

// curves records the parts of the loss of the last step of an epoch.
func (o *objective) curves(epoch int64, s *settings, rec framework.Recorder) {
	if o.nll != nil {
		l := o.nll.Data()
		if s.SwapWeight > 0 {
			rec.Metric("nll_swap", epoch, float64(l[0]+l[1])/2)
			l = l[2:]
		}
		if s.OwnWeight > 0 {
			rec.Metric("nll_own", epoch, float64(l[0]+l[1])/2)
		}
	}
	if o.kl != nil {
		rec.Metric("kl", epoch, float64(o.kl.Data()[0]+o.kl.Data()[1])/2)
	}
	if o.align != nil {
		rec.Metric("align", epoch, 2*float64(o.align.Data()[0]))
	}
}
