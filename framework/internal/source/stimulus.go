package source

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/data"
)

// stimulusClasses is the input of Dabagia, Papadimitriou and Vempala 2022. Class c
// has a core of sensory neurons; in a sample neuron i fires with probability r if
// it is in the core, else with probability q·core/inputs.
type stimulusClasses struct {
	Classes int     `name:"classes" default:"4" min:"1" max:"1000" doc:"stimulus classes"`
	Inputs  int     `name:"inputs" default:"1000" min:"1" max:"1000000" doc:"n, sensory neurons"`
	Core    int     `name:"core" default:"100" min:"1" max:"100000" doc:"k, sensory neurons in a core"`
	R       float64 `name:"r" default:"0.9" min:"0" max:"1" doc:"r, probability that a core neuron fires"`
	Q       float64 `name:"q" default:"0.1" min:"0" doc:"q: any other neuron fires with probability q k/n"`
	Cores   string  `name:"cores" default:"random" choices:"random,shared" doc:"random: cores drawn independently; shared: any two cores have exactly the share alpha in common"`
	Alpha   float64 `name:"alpha" default:"0" min:"0" max:"1" when:"cores == 'shared'" doc:"overlap of any two cores, in units of k"`
	Train   int     `name:"train" default:"5" min:"1" max:"100000" doc:"training samples per class"`
	Test    int     `name:"test" default:"1000" min:"1" max:"100000" doc:"test samples per class"`
}

var stimulusGenerator = define(Generator{
	Name:    "stimulus-classes",
	Version: 1,
	Summary: "sensory neurons that fire by stimulus class: what assemblies learn to tell apart",
	Doc: "Samples are 0 or 1, each a trial of its own, and bring their division: the train samples of class 0, 1, ..., then the test samples " +
		"(split: {by: given}).",
	Citation: "Dabagia, Papadimitriou and Vempala, Assemblies of Neurons Learn to Classify Well-Separated Distributions, COLT 2022",
	Shapes: map[string]Shape{data.MainRole: {Divided: true, Targets: []TargetInfo{
		{Name: "class", Class: true, Doc: "stimulus class"},
	}}},
}, func() *stimulusClasses { return new(stimulusClasses) })

func (g *stimulusClasses) check() []data.Problem {
	var out []data.Problem
	if g.Core > g.Inputs {
		out = append(out, data.Problem{Path: "core", Fact: fmt.Sprintf("is %d, but there are only %d inputs", g.Core, g.Inputs), Hint: "raise inputs"})
	} else if g.Q*float64(g.Core) > float64(g.Inputs) {
		out = append(out, data.Problem{Path: "q", Fact: fmt.Sprintf("gives the probability q k/n = %v", g.Q*float64(g.Core)/float64(g.Inputs)), Hint: "it must be at most 1"})
	}
	if need := g.shared() + g.Classes*(g.Core-g.shared()); g.Cores == "shared" && need > g.Inputs {
		out = append(out, data.Problem{Path: "inputs", Fact: fmt.Sprintf("%d cores with that overlap take %d neurons, there are %d", g.Classes, need, g.Inputs), Hint: "raise inputs or alpha"})
	}
	return append(out, tooLarge(g.Classes*(g.Train+g.Test), g.Inputs)...)
}

// tooLarge refuses recordings of more than 4 GiB.
func tooLarge(samples, channels int) []data.Problem {
	if float64(samples)*float64(channels)*4 <= 4<<30 {
		return nil
	}
	return []data.Problem{{Path: "test", Fact: fmt.Sprintf("%d samples of %d neurons take more than 4 GiB", samples, channels), Hint: "lower it"}}
}

func (g *stimulusClasses) shared() int { return int(math.Round(g.Alpha * float64(g.Core))) }

// cores returns the probability of firing of every neuron, by class.
func (g *stimulusClasses) cores(rng *rand.Rand) [][]float64 {
	out := make([][]float64, g.Classes)
	perm := rng.Perm(g.Inputs)
	for c := range out {
		core := rng.Perm(g.Inputs)[:g.Core]
		if own := g.Core - g.shared(); g.Cores == "shared" {
			first := g.shared() + c*own
			core = append(append([]int{}, perm[:g.shared()]...), perm[first:first+own]...)
		}
		out[c] = make([]float64, g.Inputs)
		for i := range out[c] {
			out[c][i] = g.Q * float64(g.Core) / float64(g.Inputs)
		}
		for _, i := range core {
			out[c][i] = g.R
		}
	}
	return out
}

func (g *stimulusClasses) generate(seed uint64) (map[string]*data.Recording, error) {
	cores := g.cores(data.Rand(seed, "stimulus-classes cores"))
	b := newFiring(g.Inputs, g.Classes*(g.Train+g.Test))
	for _, part := range []struct {
		split data.Split
		n     int
	}{{data.Train, g.Train}, {data.Test, g.Test}} {
		rng := data.Rand(seed, "stimulus-classes "+string(part.split))
		for c, fires := range cores {
			for range part.n {
				row := b.next(part.split, c)
				for i, p := range fires {
					if rng.Float64() < p {
						row[i] = 1
					}
				}
			}
		}
	}
	return b.recording(g.Classes)
}

// firing is a recording of neurons that fire or do not, in the making: every
// sample is a trial of its own.
type firing struct {
	r      *data.Recording
	labels []int32
}

func newFiring(inputs, samples int) *firing {
	return &firing{r: &data.Recording{Samples: data.NewArray(samples, inputs)}}
}

func (b *firing) next(split data.Split, class int) []float32 {
	s := len(b.labels)
	b.r.Trial, b.r.Split = append(b.r.Trial, int32(s)), append(b.r.Split, split)
	b.labels = append(b.labels, int32(class))
	return b.r.Samples.Row(s)
}

func (b *firing) recording(classes int) (map[string]*data.Recording, error) {
	b.r.Targets = []data.Target{{Name: "class", Labels: b.labels, Classes: classes}}
	return map[string]*data.Recording{data.MainRole: b.r}, b.r.Check()
}
