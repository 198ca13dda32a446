package nemo

import (
	"fmt"

	"github.com/assaylab/assay/framework"
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
