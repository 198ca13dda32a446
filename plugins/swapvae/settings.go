package swapvae

import "github.com/assaylab/assay/framework"

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
