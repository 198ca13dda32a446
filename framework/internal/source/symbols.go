package source

import (
	"fmt"

	"github.com/assaylab/assay/framework/data"
)

// markovChain is a sequence of symbols: P(s′|s) is a row of a transition matrix
// whose rows are independent Exp(1) numbers, normalised.
type markovChain struct {
	States int `name:"states" default:"3" min:"2" max:"500" doc:"m, symbols"`
	Length int `name:"length" default:"0" min:"0" max:"1000000" doc:"steps of the sequence; 0: 100 per state"`
}

var markovGenerator = define(Generator{
	Name:    "markov-chain",
	Version: 1,
	Summary: "a sequence of symbols from a random Markov chain",
	Doc: "One trial. Samples are one-hot. The target transition is the row P(.|s) of the sample's symbol: what a learner of the chain should find. " +
		"The first symbol is drawn uniformly.",
	Citation: "Dabagia, Mitropolsky, Papadimitriou and Vempala, Coin-Flipping In The Brain, 2024, arXiv 2406.07715",
	Shapes: map[string]Shape{data.MainRole: {Targets: []TargetInfo{
		{Name: "symbol", Class: true, Doc: "state of the chain"},
		{Name: "transition", Doc: "P(s'|s) of that state"},
	}}},
}, func() *markovChain { return new(markovChain) })

func (g *markovChain) check() []data.Problem { return nil }

func (g *markovChain) generate(seed uint64) (map[string]*data.Recording, error) {
	rng := data.Rand(seed, "markov-chain matrix")
	P := make([][]float64, g.States)
	for s := range P {
		P[s] = make([]float64, g.States)
		sum := 0.0
		for t := range P[s] {
			P[s][t] = rng.ExpFloat64()
			sum += P[s][t]
		}
		for t := range P[s] {
			P[s][t] /= sum
		}
	}
	steps := data.Rand(seed, "markov-chain steps")
	length := g.Length
	if length == 0 {
		length = 100 * g.States
	}
	symbols := []int32{int32(steps.IntN(g.States))}
	for len(symbols) < length {
		u := steps.Float64()
		next := 0
		for row := P[symbols[len(symbols)-1]]; next < g.States-1 && u >= row[next]; next++ {
			u -= row[next]
		}
		symbols = append(symbols, int32(next))
	}
	r := oneHot(symbols, g.States, "symbol")
	values := data.NewArray(length, g.States)
	for i, s := range symbols {
		for t, p := range P[s] {
			values.Row(i)[t] = float32(p)
		}
	}
	r.Targets = append(r.Targets, data.Target{Name: "transition", Values: values})
	return map[string]*data.Recording{data.MainRole: r}, r.Check()
}

// coinFlips is a number of outcomes of one m-way choice, in random order.
type coinFlips struct {
	Counts []int `name:"counts" default:"5,5,5" min:"0" max:"1000000" doc:"T_i, how often outcome i occurs"`
}

var coinGenerator = define(Generator{
	Name:     "coin-flips",
	Version:  1,
	Summary:  "outcomes of one m-way choice, with given counts",
	Doc:      "One trial. Samples are one-hot. The target frequency is T_i / sum T of every outcome, the same for all samples.",
	Citation: "Dabagia, Mitropolsky, Papadimitriou and Vempala, Coin-Flipping In The Brain, 2024, arXiv 2406.07715",
	Shapes: map[string]Shape{data.MainRole: {Targets: []TargetInfo{
		{Name: "symbol", Class: true, Doc: "outcome"},
		{Name: "frequency", Doc: "share of every outcome"},
	}}},
}, func() *coinFlips { return new(coinFlips) })

func (g *coinFlips) total() (n int) {
	for _, c := range g.Counts {
		n += c
	}
	return n
}

func (g *coinFlips) check() []data.Problem {
	if len(g.Counts) < 2 || g.total() == 0 {
		return []data.Problem{{Path: "counts", Fact: fmt.Sprintf("a choice needs two outcomes and one presentation, got %v", g.Counts)}}
	}
	return nil
}

func (g *coinFlips) generate(seed uint64) (map[string]*data.Recording, error) {
	var outcomes []int32
	for i, n := range g.Counts {
		for range n {
			outcomes = append(outcomes, int32(i))
		}
	}
	rng := data.Rand(seed, "coin-flips order")
	rng.Shuffle(len(outcomes), func(i, j int) { outcomes[i], outcomes[j] = outcomes[j], outcomes[i] })
	r := oneHot(outcomes, len(g.Counts), "symbol")
	values := data.NewArray(len(outcomes), len(g.Counts))
	for i := range outcomes {
		for t, n := range g.Counts {
			values.Row(i)[t] = float32(float64(n) / float64(g.total()))
		}
	}
	r.Targets = append(r.Targets, data.Target{Name: "frequency", Values: values})
	return map[string]*data.Recording{data.MainRole: r}, r.Check()
}

// oneHot is a recording of symbols in sequence, all one trial.
func oneHot(symbols []int32, m int, name string) *data.Recording {
	r := &data.Recording{Samples: data.NewArray(len(symbols), m), Trial: make([]int32, len(symbols))}
	for i, s := range symbols {
		r.Samples.Row(i)[s] = 1
	}
	r.Targets = []data.Target{{Name: name, Labels: symbols, Classes: m}}
	return r
}
