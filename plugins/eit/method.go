// Package eit decodes recordings window by window with the Embedded Interaction
// Transformer (Liu et al., Seeing the forest and the tree, NeurIPS 2022): an
// individual transformer reads the series of each channel by itself, with the
// same weights for all, and an interaction transformer reads the set of channels
// at each step. The individual one knows neither the number of channels nor
// their order, and so carries over to other recordings.
//
// Symbols: B windows of T steps, N units of F features, tokens of width d;
// X [B, N, T, F] the input, Z [B, N, T, d] what the individual module makes of
// it, g [B, N, T] its squeeze to a number, s [B, T, N] the same of the
// interaction module, P_T and P_S [B, T, C] the logits read from g and from s.
//
// The body of the paper was not at hand: the released code is what this follows.
package eit

import (
	"context"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
)

const (
	name    = "eit"
	version = "1"

	pretrainRole = "pretrain"
)

// settings: the defaults are those of the released run on monkey data, but for
// centring. -1 stands for the value that the release has for the model at hand.
type settings struct {
	Model  string `name:"model" default:"eit" choices:"eit,vanilla,ndt,mlp,gru,linear" doc:"eit (depth_s 0: individual module only, depth_t 0: interaction only); vanilla: transformer over time on all units, which is the supervised NDT; ndt: the same trained by masking, with a read-out; mlp, gru, linear: per window, per window, per bin"`
	Target string `name:"target" default:"direction" doc:"class target to predict at every step"`

	Features int     `name:"features" default:"1" min:"1" doc:"F, channels per unit, which lie side by side; 2 for x and y of bodies"`
	Window   int     `name:"window" default:"2" min:"1" doc:"T, steps of a window"`
	Windows  string  `name:"windows" default:"trial" choices:"trial,consecutive" doc:"trial: windows of the first bins of each trial; consecutive: all windows of bins that follow each other, by the target time where there is one (recordings of moving bins)"`
	Bins     int     `name:"bins" default:"8" min:"1" when:"windows == 'trial'" doc:"bins of a trial that are used; all trials of a part are cut to its shortest one, and padded with zeros where that is shorter"`
	Starts   int     `name:"starts" default:"-1" min:"-1" when:"windows == 'trial'" doc:"windows of a trial, each a bin later than the one before; -1: as many as fit, but for T = 2 in 8 bins 6 as released, so that the last bin is never used"`
	Centring string  `name:"centring" default:"train" choices:"train,own,none" doc:"mean subtracted from each channel: that of the train part; of the part itself, as released, which lets the test part see its own mean; or none (bodies)"`
	MinStd   float64 `name:"min_std" default:"1e-3" min:"0" doc:"units none of whose channels has a larger standard deviation over the train part are left out"`
	Units    int     `name:"units" default:"0" min:"0" when:"units > 0" doc:"how many of the units are used, the first in their random order; 0: all (the release has a run with 80)"`
	Permute  bool    `name:"permute" default:"true" doc:"units stand in a random order, the same in all parts"`

	D         int    `name:"d" default:"16" min:"1" when:"model == 'eit'" doc:"width of a token; a vanilla transformer has 2 N"`
	Heads     int    `name:"heads" default:"6" min:"1" when:"model in ['eit', 'vanilla', 'ndt']" doc:"H"`
	HeadWidth int    `name:"head_width" default:"64" min:"1" when:"model in ['eit', 'vanilla', 'ndt']" doc:"e, of queries, keys and values"`
	Embedding string `name:"embedding" default:"s" choices:"s,g" when:"model == 'eit' and depth_s > 0" doc:"what Embed returns: s of the interaction module or g of the individual one"`

	DepthT       int     `name:"depth_t" default:"2" min:"0" when:"model == 'eit'" doc:"blocks of the individual module"`
	HiddenT      int     `name:"hidden_t" default:"2" min:"1" when:"model == 'eit' and depth_t > 0" doc:"units of their feed-forward part, in d"`
	DropoutT     float64 `name:"dropout_t" default:"0" min:"0" below:"1" when:"model == 'eit' and depth_t > 0" doc:"p of these blocks"`
	SkipT        bool    `name:"skip_t" default:"false" when:"model == 'eit' and depth_t > 0" doc:"skip connection around their attention"`
	FeedForwardT bool    `name:"feed_forward_t" default:"true" when:"model == 'eit' and depth_t > 0" doc:"feed-forward part"`
	TimeEncoding bool    `name:"time_encoding" default:"false" when:"model == 'eit'" doc:"learned encoding of the step, added to the tokens"`

	DepthS       int     `name:"depth_s" default:"2" min:"0" when:"model == 'eit'" doc:"blocks of the interaction module; 0: P_T is the prediction"`
	HiddenS      int     `name:"hidden_s" default:"1" min:"1" when:"model == 'eit' and depth_s > 0" doc:"units of their feed-forward part, in d"`
	DropoutS     float64 `name:"dropout_s" default:"0.5" min:"0" below:"1" when:"model == 'eit' and depth_s > 0" doc:"p of these blocks"`
	SkipS        bool    `name:"skip_s" default:"true" when:"model == 'eit' and depth_s > 0" doc:"skip connection around their attention; false for bodies"`
	FeedForwardS bool    `name:"feed_forward_s" default:"true" when:"model == 'eit' and depth_s > 0" doc:"feed-forward part; false for bodies"`
	HeadWidthS   int     `name:"head_width_s" default:"-1" min:"-1" when:"model == 'eit' and depth_s > 0" doc:"e of these blocks; -1: head_width, and 32 where pooling is not cat"`
	Identity     bool    `name:"identity" default:"true" when:"model == 'eit' and depth_s > 0" doc:"learned identity of every unit, added to its tokens"`
	Pooling      string  `name:"pooling" default:"cat" choices:"cat,cls,mean" when:"model == 'eit' and depth_s > 0" doc:"P_S is read from the squeezed units side by side, from a class token, or from the mean over the tokens and it"`

	NeuronDropoutT float64 `name:"neuron_dropout_t" default:"0.5" min:"0" below:"1" when:"model == 'eit'" doc:"q, numbers of g dropped before P_T"`
	NeuronDropoutS float64 `name:"neuron_dropout_s" default:"0.5" min:"0" below:"1" when:"model == 'eit' and depth_s > 0" doc:"q, numbers of s dropped before P_S; of tokens where pooling is not cat"`
	Alpha          float64 `name:"alpha" default:"0.5" min:"0" when:"model == 'eit' and depth_s > 0" doc:"weight of the loss of P_T; 0 for bodies"`

	Depth     int     `name:"depth" default:"4" min:"1" when:"model in ['vanilla', 'ndt']" doc:"blocks; 2 for bodies"`
	Hidden    int     `name:"hidden" default:"-1" min:"-1" when:"model in ['vanilla', 'ndt', 'mlp', 'gru']" doc:"units of a feed-forward part in D, 2 as released; of the MLP for each step, N; of the GRU in each direction, N/2; -1: these"`
	Dropout   float64 `name:"dropout" default:"-1" min:"-1" below:"1" when:"model != 'eit'" doc:"of the blocks of vanilla and ndt 0.5, of mlp and gru 0.2, of linear 0.5; -1: these"`
	MaskRatio float64 `name:"mask_ratio" default:"0.5" above:"0" max:"1" when:"model == 'ndt'" doc:"share of the steps of a window that are masked, rounded down"`

	Epochs       int     `name:"epochs" default:"400" min:"1" doc:"500 for two bodies"`
	Batch        int     `name:"batch" default:"16" min:"1" doc:"windows of a step; 64 for bodies"`
	LearningRate float64 `name:"learning_rate" default:"1e-4" above:"0" scale:"log" doc:"of Adam, constant"`
	Order        string  `name:"order" default:"shuffled" choices:"shuffled,given" doc:"of the windows in an epoch; given: by start, then trial, as the release has T = 6"`
	Pepper       float64 `name:"pepper" default:"0" min:"0" max:"1" doc:"probability that a number of the input gets pepper_size added; 0.2 in the release, where it is off"`
	PepperSize   float64 `name:"pepper_size" default:"1" when:"pepper > 0" doc:"in the unit of the recording"`

	Transfer    string  `name:"transfer" default:"none" choices:"none,individual,untrained,latents,masked,time" when:"model == 'eit'" doc:"individual: the module learned from role pretrain is frozen and a head on g is learned; untrained: the same with the module as it begins; latents: a head on s, the whole model frozen; masked: a new interaction module learns masked units, then a head; time: learn the first half of the bins, score the second"`
	HeadEpochs  int     `name:"head_epochs" default:"-1" min:"-1" when:"model in ['ndt', 'eit']" doc:"of the head of ndt (200) and of transfer (individual, untrained 600; latents, masked 400); -1: these"`
	HeadRate    float64 `name:"head_rate" default:"-1" min:"-1" when:"model in ['ndt', 'eit']" doc:"its learning rate: ndt, masked 1e-3, others 1e-4; -1: these"`
	HeadDropout float64 `name:"head_dropout" default:"-1" min:"-1" below:"1" when:"model in ['ndt', 'eit']" doc:"of its inputs: ndt, masked 0.2, others 0.5; -1: these"`
	MaskEpochs  int     `name:"mask_epochs" default:"200" min:"1" when:"model == 'eit' and transfer == 'masked'" doc:"epochs of the new interaction module, at 100 times the learning rate"`

	AlignmentPoints int `name:"alignment_points" default:"0" min:"0" when:"model == 'eit'" doc:"points of each unit's cloud that the transport between units compares; 0: none, and no metrics of alignment"`
}

// seen is how many samples before and after one its embedding may see: those of
// all windows that contain it, and the mean of the part where that is subtracted.
const seen = "centring == 'own' ? -1 : model == 'linear' ? 0 : window - 1"

type eit struct{}

// New returns the method.
func New() framework.Method { return eit{} }

func (eit) Describe() framework.Description {
	return framework.Description{
		Name:     name,
		Version:  version,
		Summary:  "decodes windows by attention over time per unit, then over units (EIT); vanilla transformer, NDT, MLP, GRU and linear decoders by settings",
		Citation: "Liu, Azabou, Dabagia, Xiao and Dyer, Seeing the forest and the tree: Building representations of both individual and collective dynamics with transformers, NeurIPS 2022, arXiv 2206.06131",
		Settings: settings{},
		Roles:    []string{data.MainRole},
		Optional: []framework.OptionalRole{{Name: pretrainRole, When: "transfer in ['individual', 'latents', 'masked']"}},
		Metrics: []metric.Info{
			{Name: "accuracy", Goal: metric.Max, Doc: "share of steps of all windows whose class the model predicts: P_S, or the only output there is"},
			{Name: "accuracy_individual", Goal: metric.Max, Doc: "the same of P_T, beside an interaction module and where alpha is above 0"},
			{Name: "windows", Goal: metric.None, Doc: "windows that were scored"},
			{Name: "units", Goal: metric.None, Doc: "units kept"},
			{Name: "parameters", Goal: metric.None, Doc: "numbers that the model has, unused ones of blocks without feed-forward part included"},
			{Name: "alignment_top1", Goal: metric.Max, Doc: "share of units whose nearest unit, between the two halves of the windows, is itself"},
			{Name: "alignment_rank", Goal: metric.Min, Doc: "mean share of the other units that are nearer to a unit than it is to itself; 0 is perfect, 0.5 chance"},
		},
		Arrays: []framework.ArrayInfo{
			{Name: "alignment_halves", Doc: "squared Wasserstein distance between units, by channel, in the first half of the windows and in the second [units x units]"},
			{Name: "alignment", Doc: "the same between the units of role pretrain and those of the recording [units of pretrain x units]"},
		},
		Deterministic: true,
		OutOfSample:   true,
		Resumable:     true,
		Budget:        "transfer == 'untrained' ? 0 : epochs", // of the network; heads are learned to their end
		Context:       framework.Context{Before: seen, After: seen},
		UsesLabels:    "model not in ['ndt', 'linear'] and transfer != 'untrained'",
		GPU:           framework.GPUNone,
	}
}

func (eit) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	m := &model{Settings: *req.Settings.(*settings), Seed: req.Seed}
	if err := m.Settings.check(); err != nil {
		return nil, err
	}
	t := newTrainer(ctx, req, rec)
	defer t.workers.Close()
	return m, m.learn(t)
}

func (eit) Load(_ context.Context, dir string) (framework.Model, error) { return load(dir) }
