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
	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
)

const (
	name    = "eit"
	version = "1"

	pretrainRole = "pretrain"
)

// seen is how many samples before and after one its embedding may see: those of
// all windows that contain it, and the mean of the part where that is subtracted.
const seen = "centring == 'own' ? -1 : model == 'linear' ? 0 : window - 1"

type method struct{}

// New returns the method.
func New() framework.Method { return method{} }

func (method) Describe() framework.Description {
	return framework.Description{
		Name:     name,
		Version:  version,
		Summary:  "decodes windows by attention over time per unit, then over units (EIT); vanilla transformer, NDT, MLP, GRU and linear decoders by settings",
		Citation: "Liu, Azabou, Dabagia, Xiao and Dyer, Seeing the forest and the tree: Building representations of both individual and collective dynamics with transformers, NeurIPS 2022, arXiv 2206.06131",
		Settings: settings{},
		Roles:    []string{data.MainRole},
		Several:  []string{pretrainRole},
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
