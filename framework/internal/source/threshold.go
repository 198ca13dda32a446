package source

import (
	"fmt"
	"math"

	"github.com/assaylab/assay/framework/data"
)

// linearThreshold is the second task of Dabagia, Papadimitriou and Vempala 2022:
// positive samples are displaced from negative ones by Δ along a unit vector v,
// here constant on the first m coordinates. μ = √k·k/n is the level of both.
//
//	counts     the first m hold exactly ⌈(μ+Δ)√m⌉ ones, or ⌊(μ−Δ)√m⌋, at random
//	           places; any other coordinate ~ Bernoulli(k/n) (the authors' code)
//	bernoulli  x_i ~ Bernoulli(k/n + Δ v_i), or Bernoulli(k/n) (the paper's text)
type linearThreshold struct {
	Inputs    int     `name:"inputs" default:"1000" min:"1" max:"1000000" doc:"n, sensory neurons"`
	Core      int     `name:"core" default:"100" min:"1" max:"100000" doc:"k: the expected number of sensory neurons that fire, were there no class"`
	Direction int     `name:"direction" default:"100" min:"1" max:"100000" doc:"m, coordinates on which v is not 0; 100 in the authors' sweep, 125 in their demonstration"`
	Delta     float64 `name:"delta" default:"3" min:"0" doc:"Δ, margin"`
	Variant   string  `name:"variant" default:"counts" choices:"counts,bernoulli" doc:"counts: exact numbers of ones along v; bernoulli: independent coordinates"`
	Train     int     `name:"train" default:"5" min:"1" max:"100000" doc:"training samples per class"`
	Test      int     `name:"test" default:"1000" min:"1" max:"100000" doc:"test samples per class"`
}

var thresholdGenerator = define(Generator{
	Name:    "linear-threshold",
	Version: 1,
	Summary: "sensory neurons whose sum along one direction tells two classes apart",
	Doc: "Class 1 is positive. Samples are 0 or 1, each a trial of its own, and bring their division (split: {by: given}). " +
		"Of the variant counts the classes do not have the same expected number of active inputs.",
	Citation: "Dabagia, Papadimitriou and Vempala, Assemblies of Neurons Learn to Classify Well-Separated Distributions, COLT 2022",
	Shapes: map[string]Shape{data.MainRole: {Divided: true, Targets: []TargetInfo{
		{Name: "class", Class: true, Classes: 2, Doc: "0 negative, 1 positive"},
	}}},
}, func() *linearThreshold { return new(linearThreshold) })

func (g *linearThreshold) check() []data.Problem {
	var out []data.Problem
	if g.Core > g.Inputs {
		out = append(out, data.Problem{Path: "core", Fact: fmt.Sprintf("is %d, but there are only %d inputs", g.Core, g.Inputs), Hint: "raise inputs"})
	}
	if g.Direction > g.Inputs {
		out = append(out, data.Problem{Path: "direction", Fact: fmt.Sprintf("is %d, but there are only %d inputs", g.Direction, g.Inputs), Hint: "raise inputs"})
	} else if ones := g.ones(1); ones > g.Direction {
		out = append(out, data.Problem{Path: "delta", Fact: fmt.Sprintf("asks for %d ones on %d coordinates", ones, g.Direction), Hint: "lower it"})
	}
	return append(out, tooLarge(2*(g.Train+g.Test), g.Inputs)...)
}

// ones is the number of active coordinates along v of the variant counts.
func (g *linearThreshold) ones(class int) int {
	mu := math.Sqrt(float64(g.Core)) * float64(g.Core) / float64(g.Inputs)
	root := math.Sqrt(float64(g.Direction))
	const slack = 1e-9 // (1 + 9)·10 is 100 ones, whatever the rounding of Δ
	if class == 1 {
		return int(math.Ceil((mu+g.Delta)*root - slack))
	}
	return max(0, int(math.Floor((mu-g.Delta)*root+slack)))
}

func (g *linearThreshold) generate(seed uint64) (map[string]*data.Recording, error) {
	base := float64(g.Core) / float64(g.Inputs)
	b := newFiring(g.Inputs, 2*(g.Train+g.Test))
	for _, part := range []struct {
		split data.Split
		n     int
	}{{data.Train, g.Train}, {data.Test, g.Test}} {
		rng := data.Rand(seed, "linear-threshold "+string(part.split))
		for class := range 2 {
			along := base // probability of a coordinate along v
			if class == 1 {
				along = math.Min(1, base+g.Delta/math.Sqrt(float64(g.Direction)))
			}
			for range part.n {
				row := b.next(part.split, class)
				if g.Variant == "counts" {
					along = 0
					for _, i := range rng.Perm(g.Direction)[:g.ones(class)] {
						row[i] = 1
					}
				}
				for i := range row {
					p := base
					if i < g.Direction {
						p = along
					}
					if rng.Float64() < p {
						row[i] = 1
					}
				}
			}
		}
	}
	return b.recording(2)
}
