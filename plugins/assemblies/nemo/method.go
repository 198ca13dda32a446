// Package nemo learns statistics with assemblies of neurons: the assembly coin
// flip, Markov chains and trigrams of Dabagia, Mitropolsky, Papadimitriou and
// Vempala, "Coin-Flipping In The Brain" (2024).
//
// Symbols follow the paper: n neurons of which k fire, synapses with probability
// p, a context assembly I with weights w_i to the outcomes A_i, internal weight
// w_R of each A_i, noise σ, plasticity π(w) with rate λ.
package nemo

import (
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
)

const (
	name    = "nemo"
	version = "2"
)

type method struct{}

// New returns the method.
func New() framework.Method { return method{} }

func (method) Describe() framework.Description {
	return framework.Description{
		Name:     name,
		Version:  version,
		Summary:  "assemblies that flip coins: learned frequencies, Markov chains, trigrams",
		Citation: "Dabagia, Mitropolsky, Papadimitriou and Vempala, Coin-Flipping In The Brain: Statistical Learning with Neuronal Assemblies, 2024, arXiv 2406.07715",
		Settings: settings{},
		Roles:    []string{data.MainRole},
		Metrics:  declared(),
		Arrays: []framework.ArrayInfo{
			{Name: "shares", Doc: "[graphs x contexts, 2 + m] graph, context, and the share of each outcome among decided flips (of trigrams: word by word, [m, 2 + m], graph -1)"},
			{Name: "raster", Doc: "[caps, 3 + k] flip, context (-1: a pair of words), round, and the neurons that fire, of the first flips on the first graph"},
			{Name: "overlaps", Doc: "[caps, 3 + m] flip, context, round as in raster, and the share of each assembly that fires"},
		},
		Deterministic: true,
		OutOfSample:   true,
		Context:       framework.Context{Before: "0", After: "0"}, // what a symbol leads to
		UsesLabels:    framework.Never,
		GPU:           framework.GPUNone,
	}
}

const maxOffsets = 20

func declared() []metric.Info {
	list := []metric.Info{
		{Name: "p_first", Goal: metric.None, Doc: "coin: share of decided flips that end in A_1, mean over graphs"},
		{Name: "p_first_sd", Goal: metric.Min, Doc: "coin: its standard deviation over graphs"},
		{Name: "p_first_lo", Goal: metric.None, Doc: "coin: its 5 % quantile over graphs"},
		{Name: "p_first_hi", Goal: metric.None, Doc: "coin: its 95 % quantile over graphs"},
		{Name: "p_first_cap", Goal: metric.None, Doc: "coin: share of flips whose first cap holds most of A_1, mean over graphs: what a read-out without recurrence says"},
		{Name: "p_rule", Goal: metric.None, Doc: "coin: y_1 / sum y, what the plasticity rule itself predicts"},
		{Name: "p_target", Goal: metric.None, Doc: "coin: T_1 / sum T, or of given weights the share of exp(lambda w)"},
		{Name: "error_mean", Goal: metric.Min, Doc: "coin: |p - target|, mean over the graphs on which any flip was decided"},
		{Name: "error_min", Goal: metric.None, Doc: "coin: |p - target|, smallest over those graphs"},
		{Name: "error_max", Goal: metric.Min, Doc: "coin: |p - target|, largest over those graphs"},
		{Name: "error_mean_cap", Goal: metric.Min, Doc: "coin: |share of flips whose first cap holds most of A_1 - target|, mean over graphs"},
		{Name: "error_max_cap", Goal: metric.Min, Doc: "coin: the same, largest over graphs"},
		{Name: "error_max_fair", Goal: metric.None, Doc: "coin: expected largest |p - 1/2| over so many graphs, were each a fair coin with so many draws"},
		{Name: "softmax_rate", Goal: metric.None, Doc: "coin with offsets: lambda of the softmax in w_1 nearest to the curve (least squares)"},
		{Name: "softmax_rate_cap", Goal: metric.None, Doc: "the same for the first cap's majority"},
		{Name: "tv", Goal: metric.Min, Doc: "total variation between a row of one graph and the row of counts it was trained on, mean over rows and graphs"},
		{Name: "tv_sd", Goal: metric.None, Doc: "standard deviation over graphs of the mean over rows"},
		{Name: "tv_max", Goal: metric.Min, Doc: "largest over rows and graphs"},
		{Name: "tv_averaged", Goal: metric.Min, Doc: "total variation between the mean over graphs and the counts, mean over rows"},
		{Name: "tv_true", Goal: metric.Min, Doc: "as tv, against the target transition or frequency of the recording"},
		{Name: "kl", Goal: metric.Min, Doc: "KL(counts || row), nats, probabilities of the row floored at 1/(2 draws), mean over rows and graphs"},
		{Name: "undecided", Goal: metric.Min, Doc: "share of flips that settle in no assembly"},
		{Name: "decisiveness", Goal: metric.Max, Doc: "largest share of an assembly in the final cap, mean over flips"},
		{Name: "leader_wins", Goal: metric.None, Doc: "share of decided flips won by the assembly that leads the first cap"},
		{Name: "first_cap", Goal: metric.None, Doc: "neurons of an assembly in the first cap, mean over assemblies and flips"},
		{Name: "rounds", Goal: metric.None, Doc: "recurrent rounds until the cap repeats itself (or R), mean over flips"},
		{Name: "valid", Goal: metric.Max, Doc: "trigram: share of sampled trigrams that the text contains"},
		{Name: "copied", Goal: metric.None, Doc: "trigram: longest run of words that the text contains / words sampled, mean over graphs"},
	}
	for i := 1; i <= maxOffsets; i++ {
		list = append(list, metric.Info{Name: curve(i), Goal: metric.None, Doc: fmt.Sprintf("coin with offsets: p_first at offset %d", i)})
	}
	return list
}

func curve(i int) string { return fmt.Sprintf("curve_%02d", i) }
