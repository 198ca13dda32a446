package myow

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/assaylab/assay/framework/augment"
	"github.com/assaylab/assay/framework/data"
)

// mlp is Linear, BatchNorm, ReLU, Linear; {0, 0} is the identity.
type mlp struct{ hidden, out int }

// params are the settings with those of the profile filled in. Counts of steps
// stand for the epochs of the releases on chewie-1: 1 step each in the second,
// 20 in the first (its loader runs 4 workers that each make 5 batches), and 16
// for the mouse.
type params struct {
	objective, layout, target string
	useValidation             bool

	encoder    []int // widths after N
	second     bool  // the second release's layers: no bias but in the last of an MLP, PReLU
	encNorm    float64
	g, q, h, r mlp
	freshStart bool // the target encoder begins with weights of its own

	k, pool, exclude int
	lambda           float64
	start, ramp      int
	temperature      float64

	image, conv bool // samples are pictures; f is convolutional
	classes     int  // of the supervised encoder for pictures, else 0
	crop        augment.Crop
	flip        augment.Flip
	blur        augment.Blur
	light       augment.Light

	from, to int // neighbours are at t+from ... t+to
	dropout  augment.Dropout
	noise    augment.Gaussian
	pepper   augment.Pepper
	shared   bool // both views get one pattern
	zFirst   bool // dropout, z-score, noise, pepper; else dropout, pepper, noise, z-score
	minStd   float64
	ddof     int

	steps, batch          int
	optimiser             string
	rate, decay, momentum float64
	cosineRate            bool
	warmUp                int
	tau                   float64
	cosineTau             bool
	freezeAfter           int
}

var profiles = map[string]params{
	"gen2": {
		encoder: []int{64, 64, 64, 64}, second: true, encNorm: 0.99, freshStart: true,
		q: mlp{256, 64}, h: mlp{256, 32}, r: mlp{256, 32},
		k: 5, lambda: 0.5, ramp: 10, to: 2,
		dropout: augment.Dropout{Most: 0.2, Apply: 1}, noise: augment.Gaussian{SD: 1.5, Apply: 0.5}, pepper: augment.Pepper{P: 0.3, Size: 1.5, Apply: 0.5},
		ddof: 1, steps: 10000, batch: 512, optimiser: "adamw", rate: 2e-4, decay: 2e-5, warmUp: 100, tau: 0.98,
	},
	"rodent": {
		encoder: []int{64, 64, 64, 32}, second: true, encNorm: 0.99, freshStart: true,
		q: mlp{256, 32}, h: mlp{256, 16}, r: mlp{256, 16},
		k: 5, exclude: 150, lambda: 0.5, ramp: 160, to: 3,
		dropout: augment.Dropout{Most: 0.8, Apply: 0.9}, noise: augment.Gaussian{SD: 0.2}, pepper: augment.Pepper{Size: 1.5},
		ddof: 1, steps: 12800, batch: 512, optimiser: "sgd", rate: 2e-3, decay: 2e-5, momentum: 0.98, warmUp: 1600, tau: 0.98,
	},
	"gen1": {
		encoder: []int{128, 128, 128, 128}, encNorm: 0.1,
		g: mlp{256, 32}, q: mlp{256, 32}, h: mlp{64, 16}, r: mlp{64, 16},
		k: 3, pool: 512, lambda: 0.1, start: 200, ramp: 2000, from: -5, to: 5,
		dropout: augment.Dropout{Most: 0.8, Apply: 0.9}, noise: augment.Gaussian{SD: 0.2, Apply: 1}, pepper: augment.Pepper{Size: 0.3}, shared: true, zFirst: true, minStd: 1e-3,
		steps: 20000, batch: 256, optimiser: "lars", rate: 0.8, decay: 1e-6, momentum: 0.9, warmUp: 200, tau: 0.9,
	},
	// The first release's settings for CIFAR-10, brought to 20 epochs of 39 steps: mining
	// begins after an eighth of the training, and the loss is symmetric, as in gen2. Heads
	// are as much smaller as the encoder is (released: g and q 4096, 256; h and r 1024, 64),
	// AdamW stands in for SGD at a rate of 2, which 780 steps are too few for.
	"image": {
		image: true, encoder: []int{256, 256, 128}, encNorm: 0.1,
		g: mlp{256, 64}, q: mlp{256, 64}, h: mlp{128, 32}, r: mlp{128, 32},
		k: 1, lambda: 0.5, start: 98, ramp: 10,
		steps: 780, batch: 256, optimiser: "adamw", rate: 1e-3, decay: 5e-5, warmUp: 30, tau: 0.98,
	},
}

// budget is the number of steps as an expression on settings, for Describe.
func budget() string {
	text := "steps == 0 ? 1 : steps > 0 ? steps"
	for _, name := range slices.Sorted(maps.Keys(profiles)) {
		text += fmt.Sprintf(" : profile == '%s' ? %d", name, profiles[name].steps)
	}
	return text + " : 0"
}

func (s *settings) resolve() params {
	p := profiles[s.Profile]
	p.objective, p.layout, p.target, p.temperature = s.Objective, s.Layout, s.Target, s.Temperature
	p.useValidation = s.UseValidation && s.Objective != "supervised"
	for into, v := range map[*int]int{
		&p.k: s.Neighbours, &p.pool: s.Pool, &p.exclude: s.Exclude, &p.start: s.MiningStart, &p.ramp: s.MiningRamp,
		&p.steps: s.Steps, &p.batch: s.Batch, &p.warmUp: s.WarmUp,
	} {
		if v >= 0 {
			*into = v
		}
	}
	for into, v := range map[*float64]float64{
		&p.lambda: s.MiningWeight, &p.dropout.Most: s.DropoutMax, &p.dropout.Apply: s.DropoutApply, &p.noise.SD: s.Noise, &p.noise.Apply: s.NoiseApply,
		&p.pepper.P: s.Pepper, &p.pepper.Size: s.PepperSize, &p.pepper.Apply: s.PepperApply,
		&p.rate: s.LearningRate, &p.decay: s.WeightDecay, &p.momentum: s.Momentum, &p.tau: s.EMA,
	} {
		if v >= 0 {
			*into = v
		}
	}
	if s.Jitter >= 0 {
		p.to = s.Jitter
		if p.from < 0 {
			p.from = -s.Jitter
		}
	}
	if p.image {
		p.conv = s.Encoder == "conv"
		p.crop, p.flip = augment.Crop{Least: s.Crop}, augment.Flip{P: s.Flip}
		p.light = augment.Light{Brightness: s.Brightness, Contrast: s.Contrast, Apply: 0.8}
		p.blur = augment.Blur{Least: 0.1 * s.Blur, Most: s.Blur, Apply: 0.5}
	}
	if s.Pattern != "profile" {
		p.shared = s.Pattern == "shared"
	}
	if s.Optimiser != "profile" {
		p.optimiser = s.Optimiser
	}
	if s.Objective == "simsiam" { // the target is the online network: a moving average without memory
		p.tau, p.freshStart = 0, false
		s.EMASchedule = "const"
	}
	p.cosineRate, p.cosineTau, p.freezeAfter = s.LRSchedule == "cosine", s.EMASchedule == "cosine", s.FreezeNorm
	p.steps, p.batch = max(p.steps, 1), max(p.batch, 2)
	return p
}

// mines reports whether the mined loss is part of the objective.
func (p *params) mines() bool { return p.objective == "myow" && p.lambda > 0 }

// mining is the weight λ or w at a step (from 0): 0 up to start, then linear.
func (p *params) mining(step int) float64 {
	if p.ramp == 0 {
		if step < p.start {
			return 0
		}
		return p.lambda
	}
	return p.lambda * math.Min(math.Max(float64(step-p.start)/float64(p.ramp), 0), 1)
}

// recording is what training sees: the train part, and where asked the samples
// of the val part behind it.
func (p *params) recording(d *data.Dataset) (*data.Recording, error) {
	r, err := d.Train(data.MainRole)
	if err != nil || !p.useValidation {
		return r, err
	}
	whole, err := d.Role(data.MainRole)
	if err != nil || whole.Split == nil {
		return r, err
	}
	var rows []int
	for i, s := range whole.Split {
		if s == data.Train || s == data.Val {
			rows = append(rows, i)
		}
	}
	return whole.Subset(rows), nil
}
