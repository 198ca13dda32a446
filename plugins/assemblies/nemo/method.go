// Package nemo learns statistics with assemblies of neurons: the assembly coin
// flip, Markov chains and trigrams of Dabagia, Mitropolsky, Papadimitriou and
// Vempala, "Coin-Flipping In The Brain" (2024).
//
// Symbols follow the paper: n neurons of which k fire, synapses with probability
// p, a context assembly I with weights w_i to the outcomes A_i, internal weight
// w_R of each A_i, noise σ, plasticity π(w) with rate λ.
package nemo

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/modelfile"
)

const (
	name    = "nemo"
	version = "2"
)

type settings struct {
	Task string `name:"task" default:"chain" choices:"coin,chain,trigram" doc:"coin: the samples are outcomes of one choice; chain: each symbol is the context of the next; trigram: each pair of symbols is"`

	N          int     `name:"n" default:"10000" min:"2" max:"1000000" doc:"neurons of the area that chooses; its first m k are the assemblies; with task trigram at least as many as they need"`
	K          int     `name:"k" default:"500" min:"1" max:"100000" doc:"k, neurons that fire"`
	P          float64 `name:"p" default:"0.1" above:"0" max:"1" doc:"p, probability of a synapse"`
	WR         float64 `name:"w_r" default:"10" min:"1" doc:"w_R, weight of synapses inside an assembly"`
	Recurrence string  `name:"recurrence" default:"block" choices:"full,block,none" doc:"synapses among the neurons: full: a random graph; block: only within each stretch of k neurons; none: the first cap decides"`
	Rounds     int     `name:"rounds" default:"9" min:"0" doc:"R, recurrent rounds after the first cap; they end early once a cap repeats itself"`
	Noise      float64 `name:"noise" default:"5" min:"0" doc:"sigma / sqrt(k p)"`
	NoiseRound string  `name:"noise_rounds" default:"first" choices:"first,all" doc:"noise in the first round of a flip, or in all"`
	Decided    float64 `name:"decided" default:"0.8" above:"0" max:"1" doc:"share of an assembly that must fire for its outcome to count; else the flip is undecided"`
	Beta       float64 `name:"beta" default:"0.5" above:"0" doc:"beta of the plasticity rule"`
	Lambda     float64 `name:"lambda" default:"26" above:"1" doc:"lambda of the plasticity rule; alpha = beta + ln(lambda)/lambda"`

	Presentations int       `name:"presentations" default:"1" min:"1" doc:"how often the sequence is presented"`
	Pairs         string    `name:"pairs" default:"total" choices:"total,product" when:"task == 'trigram'" doc:"a pair of words that occurs in several distinct trigrams: total: the rule at its total count; product: the product of the weights of those trigrams, as the authors' demonstration has it"`
	Words         int       `name:"words" default:"200" min:"1" max:"100000" when:"task == 'trigram'" doc:"words sampled per graph"`
	Weights       []float64 `name:"weights" default:"" min:"0" when:"task == 'coin'" doc:"context weights w_i in place of learned ones; one for each outcome"`
	Offsets       []float64 `name:"offsets" default:"" when:"task == 'coin'" doc:"w_1 is moved by each of these in turn, at most 20: curve_1, curve_2, ... and the softmax rate that fits them"`

	Draws  int `name:"draws" default:"500" min:"1" max:"1000000" doc:"flips per context and graph"`
	Graphs int `name:"graphs" default:"20" min:"1" max:"10000" doc:"random graphs; means, deviations and bands are over them"`

	Embedding string `name:"embedding" default:"distribution" choices:"distribution,cap" doc:"of a symbol: how often each symbol follows, mean over graphs; or the neurons of its assembly"`
}

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

func (method) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	s := *req.Settings.(*settings)
	r, err := req.Data.Train(data.MainRole)
	if err != nil {
		return nil, err
	}
	m := &model{Settings: s, Symbols: r.Samples.Cols(), Names: r.Channels}
	if err := s.check(m.Symbols); err != nil {
		return nil, err
	}
	x, err := m.symbols(r)
	if err != nil {
		return nil, err
	}
	run := &experiment{settings: &m.Settings, m: m.Symbols, req: req, rec: rec}
	if s.Task == "trigram" {
		return m, run.trigram(ctx, m, x, r.Trial)
	}
	m.Counts = count(s.Task, x, r.Trial, m.Symbols, s.Presentations)
	return m, run.flips(ctx, m)
}

func (s *settings) check(m int) error {
	switch {
	case m < 2:
		return framework.Refuse(fmt.Sprintf("%d symbol cannot be chosen from", m), "samples are one-hot: a channel for each symbol")
	case m*s.K > s.N && s.Task != "trigram":
		return framework.Refuse(fmt.Sprintf("%d assemblies of %d neurons do not fit into %d", m, s.K, s.N), "raise n or lower k")
	case s.Task == "coin" && len(s.Weights) > 0 && len(s.Weights) != m:
		return framework.Refuse(fmt.Sprintf("%d weights for %d outcomes", len(s.Weights), m), "give one weight for each outcome")
	case len(s.Offsets) > maxOffsets:
		return framework.Refuse(fmt.Sprintf("%d offsets are too many", len(s.Offsets)), fmt.Sprintf("give at most %d", maxOffsets))
	}
	return nil
}

func (method) Load(_ context.Context, dir string) (framework.Model, error) {
	m := new(model)
	if err := modelfile.Read(dir, name, version, m); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("the model in %s does not fit together: %w", dir, err)
	}
	return m, nil
}
