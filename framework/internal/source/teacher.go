package source

import (
	"math/rand/v2"
	"slices"

	"github.com/assaylab/assay/framework/data"
)

// teacher labels points by a random function, as Cristian, Dabagia, Papadimitriou
// and Vempala do to learn plasticity rules and to try them.
//
//	halfspace  sign(v·x), v uniform in [−1,1]^d
//	relu       argmax of W_2 ReLU(W_1 x), both uniform in [−1,1], no biases
//	rnn        argmax of U h after T rounds of h ← cap_k(ReLU((M∘W) h + (N∘A) x + b)), where M and N keep
//	           each synapse with probability p; A, W, U and biases uniform in [−.5,.5] (the released code's draws)
//
// Weights and offsets of the paper's own sets are not published.
type teacher struct {
	Kind     string  `name:"kind" default:"halfspace" choices:"halfspace,relu,rnn" doc:"the function that gives labels: a halfspace, a network with one hidden layer, or a random recurrent network"`
	Inputs   int     `name:"inputs" default:"10" min:"1" max:"100000" doc:"d, dimensions"`
	Draw     string  `name:"draw" default:"normal" choices:"normal,uniform" doc:"points from N(0, I) (the paper), or uniform in [-1, 1]^d (the released code)"`
	Hidden   int     `name:"hidden" default:"1000" min:"1" max:"100000" when:"kind == 'relu'" doc:"units of the hidden layer"`
	Neurons  int     `name:"neurons" default:"100" min:"1" max:"10000" when:"kind == 'rnn'" doc:"|V|"`
	K        int     `name:"k" default:"50" min:"1" max:"10000" when:"kind == 'rnn'" doc:"neurons that fire in a round"`
	P        float64 `name:"p" default:"0.5" min:"0" max:"1" when:"kind == 'rnn'" doc:"probability of a synapse"`
	Rounds   int     `name:"rounds" default:"3" min:"1" max:"100" when:"kind == 'rnn'" doc:"T"`
	Balanced bool    `name:"balanced" default:"false" doc:"draw points until both labels have the same number; false: as they come, which of some teachers is .9 of one label"`
	Train    int     `name:"train" default:"10000" min:"2" max:"10000000" doc:"training points"`
	Test     int     `name:"test" default:"10000" min:"2" max:"10000000" doc:"test points"`
}

var teacherGenerator = define(Generator{
	Name:    "teacher",
	Version: 1,
	Summary: "points labelled by a random halfspace or network: what plasticity rules are learned on",
	Doc: "Two labels. The share of each differs from teacher to teacher (assay data describe counts them). Points are trials of their own and bring " +
		"their division (split: {by: given}); a new seed draws a new teacher.",
	Citation: "Cristian, Dabagia, Papadimitriou and Vempala, Learning with Plasticity Rules: Generalization and Robustness, 2020",
	Shapes: map[string]Shape{data.MainRole: {Divided: true, Targets: []TargetInfo{
		{Name: "class", Class: true, Classes: 2, Doc: "what the teacher says"},
	}}},
}, func() *teacher { return new(teacher) })

func (g *teacher) check() []data.Problem { return tooLarge(g.Train+g.Test, g.Inputs) }

func (g *teacher) generate(seed uint64) (map[string]*data.Recording, error) {
	label := g.function(data.Rand(seed, "teacher "+g.Kind))
	b := newFiring(g.Inputs, g.Train+g.Test)
	x := make([]float32, g.Inputs)
	for _, part := range []struct {
		split data.Split
		n     int
	}{{data.Train, g.Train}, {data.Test, g.Test}} {
		rng := data.Rand(seed, "teacher points "+string(part.split))
		wanted := [2]int{part.n, part.n}
		if g.Balanced {
			wanted = [2]int{part.n - part.n/2, part.n / 2}
		}
		for done, drawn := 0, 0; done < part.n; drawn++ {
			if drawn > 1000*(part.n+10) {
				return nil, &Error{Fact: "the teacher gives one label to (nearly) all points, so that they cannot be balanced", Hint: "another seed draws another teacher"}
			}
			for i := range x {
				if x[i] = float32(rng.NormFloat64()); g.Draw == "uniform" {
					x[i] = float32(2*rng.Float64() - 1)
				}
			}
			l := label(x)
			if wanted[l] == 0 {
				continue
			}
			wanted[l]--
			done++
			copy(b.next(part.split, l), x)
		}
	}
	return b.recording(2)
}

// function draws the teacher.
func (g *teacher) function(rng *rand.Rand) func(x []float32) int {
	switch g.Kind {
	case "relu":
		w1, w2 := uniformMatrix(rng, g.Hidden, g.Inputs, 1), uniformMatrix(rng, 2, g.Hidden, 1)
		h := make([]float64, g.Hidden)
		return func(x []float32) int {
			for j, w := range w1 {
				h[j] = max(0, along(w, x))
			}
			return larger(w2, h)
		}
	case "rnn":
		n := g.network(rng)
		return func(x []float32) int { return n.label(x) }
	}
	v := uniformMatrix(rng, 1, g.Inputs, 1)[0]
	return func(x []float32) int {
		if along(v, x) >= 0 {
			return 1
		}
		return 0
	}
}

// recurrent is a teacher with rounds.
type recurrent struct {
	a, w, u            [][]float64
	inBias, graphBias  []float64
	k, rounds          int
	drive, z, h, order []float64
}

func (g *teacher) network(rng *rand.Rand) *recurrent {
	n := &recurrent{a: uniformMatrix(rng, g.Neurons, g.Inputs, 0.5), w: uniformMatrix(rng, g.Neurons, g.Neurons, 0.5), u: uniformMatrix(rng, 2, g.Neurons, 0.5),
		inBias: uniformMatrix(rng, 1, g.Neurons, 0.5)[0], graphBias: uniformMatrix(rng, 1, g.Neurons, 0.5)[0], k: min(g.K, g.Neurons), rounds: g.Rounds,
		drive: make([]float64, g.Neurons), z: make([]float64, g.Neurons), h: make([]float64, g.Neurons)}
	for _, m := range [][][]float64{n.a, n.w} {
		for j, row := range m {
			for i := range row {
				if rng.Float64() >= g.P || &m[0] == &n.w[0] && i == j {
					row[i] = 0
				}
			}
		}
	}
	return n
}

// label runs the rounds; the graph's bias joins where the graph does, from the second round on.
func (n *recurrent) label(x []float32) int {
	for j, w := range n.a {
		n.drive[j] = along(w, x) + n.inBias[j]
	}
	for t := range n.rounds {
		for j := range n.z {
			n.z[j] = n.drive[j]
			if t > 0 {
				n.z[j] += n.graphBias[j] + dot(n.w[j], n.h)
			}
			n.z[j] = max(0, n.z[j])
		}
		n.order = append(n.order[:0], n.z...)
		slices.Sort(n.order)
		least := n.order[len(n.order)-n.k] // equal positive values do not happen
		for j, z := range n.z {
			if z < least {
				z = 0
			}
			n.h[j] = z
		}
	}
	return larger(n.u, n.h)
}

// uniformMatrix draws rows of numbers in [−a, a).
func uniformMatrix(rng *rand.Rand, rows, cols int, a float64) [][]float64 {
	m := make([][]float64, rows)
	for i := range m {
		m[i] = make([]float64, cols)
		for j := range m[i] {
			m[i][j] = a * (2*rng.Float64() - 1)
		}
	}
	return m
}

func along(w []float64, x []float32) float64 {
	sum := 0.0
	for i, v := range x {
		sum += float64(w[i] * float64(v)) // not fused: the same label on every processor
	}
	return sum
}

// larger is argmax of two outputs, 0 of equal ones.
func larger(u [][]float64, h []float64) int {
	if dot(u[1], h) > dot(u[0], h) {
		return 1
	}
	return 0
}
