// Package swapvae learns latents of neural activity in two blocks, content and
// style, by swapping the content of two views (Liu, Azabou, Dabagia, Lin, Azar,
// Hengen, Valko and Dyer, Drop, Swap, and Generate, NeurIPS 2021).
//
// Symbols: x_1, x_2 two views of activity in Hz, c_i the content of a view,
// s_i ~ N(μ_i, exp v_i) its style, y_i = dec(c_i, s_i) the rates decoded from
// its own latents and ỹ_1 = dec(c_2, s_1) those after BlockSwap.
package swapvae

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
)

const (
	name    = "swapvae"
	version = "2" // 2: shared products are computed once, which rounds in another way
)

// settings: the defaults are those of the released code for the monkey data,
// except for the augmentation, which follows the paper's abstract: the released
// code builds a dropout that it never applies (augmentation: jitter).
type settings struct {
	Content  int    `name:"content" default:"64" min:"0" max:"4096" doc:"dimensions of the content block, which is swapped; 0 with style: 128 is a plain VAE"`
	Style    int    `name:"style" default:"64" min:"1" max:"4096" doc:"dimensions of the style block"`
	Gaussian string `name:"gaussian" default:"style" choices:"style,all,none" doc:"latents that are sampled and get the KL term; the others are deterministic"`
	Norm     bool   `name:"batch_norm" default:"true" doc:"batch normalisation of hidden layers"`

	OwnWeight   float64 `name:"own_weight" default:"1" min:"0" doc:"weight of the Poisson loss of y_i, decoded from a view's own latents"`
	SwapWeight  float64 `name:"swap_weight" default:"1" min:"0" doc:"weight of the Poisson loss of the swapped decodes, against the view that gave the style"`
	KLWeight    float64 `name:"kl_weight" default:"10" min:"0" doc:"weight of the divergence of the sampled latents from N(0, I)"`
	AlignWeight float64 `name:"align_weight" default:"1" min:"0" doc:"weight of the alignment 2 - 2 cos(c_1, c_2) of the contents of two views"`

	Augmentation string  `name:"augmentation" default:"jitter+dropout" choices:"jitter+dropout,jitter,dropout,none" doc:"how the views differ; jitter: the released code; jitter+dropout: the paper"`
	Jitter       int     `name:"jitter" default:"5" min:"1" when:"augmentation == 'jitter+dropout' || augmentation == 'jitter'" doc:"views are at most so many samples apart, within a trial"`
	DropoutMax   float64 `name:"dropout_max" default:"0.6" min:"0" max:"1" when:"augmentation == 'jitter+dropout' || augmentation == 'dropout'" doc:"each view drops units at a rate drawn from U(0, dropout_max)"`
	Mask         string  `name:"mask" default:"independent" choices:"independent,shared" when:"augmentation == 'jitter+dropout' || augmentation == 'dropout'" doc:"whether both views drop the same units"`

	Epochs       int     `name:"epochs" default:"225" min:"1" doc:"an epoch has floor(samples / batch) steps, at least one"`
	Batch        int     `name:"batch" default:"256" min:"2" doc:"pairs of views in a step"`
	LearningRate float64 `name:"learning_rate" default:"5e-4" above:"0" scale:"log" doc:"of Adam, constant"`
	MinStd       float64 `name:"min_std" default:"1e-3" min:"0" doc:"units whose standard deviation over the train part is at most this are dropped"`

	Target   string  `name:"target" default:"direction" doc:"class target of the method's own read-outs: disentanglement_direction and generation_direction"`
	MinSpeed float64 `name:"min_speed" default:"0" min:"0" doc:"these read-outs use only samples faster than this, in the unit of the target velocity; 0: all"`
}

func (s *settings) jitter() int {
	if s.Augmentation == "jitter" || s.Augmentation == "jitter+dropout" {
		return s.Jitter
	}
	return 0
}

func (s *settings) drops() bool {
	return s.Augmentation == "dropout" || s.Augmentation == "jitter+dropout"
}

func (s *settings) check() error {
	if s.Content == 0 && (s.SwapWeight > 0 || s.AlignWeight > 0) {
		return framework.Refuse("content: 0 leaves nothing to swap or to align", "set swap_weight: 0 and align_weight: 0, or give the content some dimensions")
	}
	if s.OwnWeight+s.SwapWeight+s.KLWeight+s.AlignWeight == 0 {
		return framework.Refuse("all weights of the loss are 0", "set one of own_weight, swap_weight, kl_weight, align_weight")
	}
	return nil
}

type swapVAE struct{}

// New returns the method.
func New() framework.Method { return swapVAE{} }

func (swapVAE) Describe() framework.Description {
	return framework.Description{
		Name:          name,
		Version:       version,
		Summary:       "variational autoencoder of firing rates whose content block is swapped between views",
		Citation:      "Liu et al., Drop, Swap, and Generate: A Self-Supervised Approach for Generating Neural Activity, NeurIPS 2021, arXiv 2111.02338",
		Settings:      settings{},
		Roles:         []string{data.MainRole},
		Metrics:       declared,
		Arrays:        illustrations,
		Deterministic: true,
		OutOfSample:   true,
		Resumable:     true,
		Budget:        "epochs",
		Context:       framework.Context{Before: "0", After: "0"},
		UsesLabels:    framework.Never, // its own read-outs do, embeddings do not
		GPU:           framework.GPUNone,
	}
}

// declared are the metrics of Evaluate. The definitions of disentanglement and
// generation are ours: those of the paper were not available.
var declared = []metric.Info{
	{Name: "units", Goal: metric.None, Doc: "units kept"},
	{Name: "poisson_nll", Goal: metric.Min, Doc: "reconstruction from content and style means: mean over samples of sum y - x ln y"},
	{Name: "kl", Goal: metric.None, Doc: "divergence of the sampled latents from N(0, I), nats"},
	{Name: "alignment", Goal: metric.None, Doc: "mean of 2 - 2 cos of the contents of successive samples of a trial"},
	{Name: "rate_correlation", Goal: metric.Max, Doc: "Pearson r of decoded and true rates over samples and units, where the recording has the target rate"},
	{Name: "disentanglement_direction", Goal: metric.Max, Doc: "(ours) accuracy of a least-squares read-out of the class from content, less that from style"},
	{Name: "disentanglement_dynamics", Goal: metric.Max, Doc: "(ours) R2 of a ridge read-out of velocity, speed and time in trial from style, less that from content"},
	{Name: "generation_rates", Goal: metric.Max, Doc: "(ours) content of a sample, style from N(0, I): Pearson r over units of mean rates, averaged over classes"},
	{Name: "generation_correlations", Goal: metric.Max, Doc: "(ours) the same samples: Pearson r of the off-diagonal pairwise correlations of units, generated against recorded"},
	{Name: "generation_direction", Goal: metric.Max, Doc: "(ours) the same samples, encoded again: share whose read-out class is that of the content"},
	{Name: "swap_direction", Goal: metric.Max, Doc: "(ours) the same with the style of a sample of another class"},
}

var illustrations = []framework.ArrayInfo{
	{Name: "reconstruction", Doc: "[samples x units kept] rates decoded from content and style mean, Hz"},
	{Name: "swapped", Doc: "[samples x units kept] rates decoded from a sample's content and the style of a sample of another class, Hz"},
	{Name: "generated", Doc: "[samples x units kept] rates decoded from a sample's content and a style drawn from N(0, I), Hz"},
	{Name: "traversal", Doc: "[latents x 7 x units kept] rates decoded from the mean latent with one latent moved by -3 to 3 standard deviations, Hz"},
}

func (swapVAE) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
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

func (swapVAE) Load(_ context.Context, dir string) (framework.Model, error) { return load(dir) }
