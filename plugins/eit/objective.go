package eit

import (
	"math"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/augment"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// objective is a training step on a batch of windows.
type objective struct {
	batch *nn.Batch // of windows
	most  int
	x     *nn.Value // [B T x N F]
	step  *nn.Step
	fill  func(windows []int) // beside x
	parts map[string]*nn.Value
}

func newStep(s *settings, p *part) *objective {
	most := min(s.Batch, len(p.windows))
	return &objective{batch: nn.NewBatch(most), most: most}
}

// objective describes the step of a network on a part. random is the stream of
// what a step draws beside dropout.
func (s *settings) objective(net network, p *part, classes []int32, w *kernel.Workers, random *rand.Rand) *objective {
	o := newStep(s, p)
	pass := o.batch.Pass(s.Window)
	o.x = nn.NewGraph(nn.Training, w).Input(p.bins.Cols(), pass)
	fillX := func(windows []int) { fillWindows(o.x.Data(), p, s.Window, windows) }
	if s.Pepper > 0 {
		plain, salt := fillX, make([]float32, len(o.x.Data()))
		pepper := augment.Pepper{P: s.Pepper, Size: s.PepperSize, Apply: 1}
		fillX = func(windows []int) {
			plain(windows)
			salt := salt[:len(o.x.Data())]
			pepper.Add(salt, o.x.Cols(), random)
			kernel.Add(o.x.Data(), o.x.Data(), salt)
		}
	}
	if pop, ok := net.(*population); ok && pop.mask != nil {
		o.masked(s, pop, p, fillX, random)
		return o
	}
	labels := nn.NewIndices(pass)
	o.fill = func(windows []int) {
		fillX(windows)
		fillLabels(labels.At, p, classes, s.Window, windows)
	}
	out := net.apply(o.x)
	// L = CE(P_S, y) + α CE(P_T, y), means over B T
	own := nn.CrossEntropy(out.logits, labels)
	terms := []*nn.Loss{nn.Weigh(own, 1)}
	if out.individual != nil {
		aux := nn.CrossEntropy(out.individual, labels)
		terms = append(terms, nn.Weigh(aux, s.Alpha))
		o.parts = map[string]*nn.Value{"loss_interaction": own, "loss_individual": aux}
	}
	o.step = nn.NewStep(nn.Total(terms...))
	return o
}

// masked is the objective of the self-supervised NDT: of each window ⌊ρ T⌋ steps
// are hidden, and softplus(latent) there are Poisson rates of the counts,
//
//	L = 1/B Σ_{hidden (b,t)} Σ_n rate − count ln rate
//
// The release has rate and count the wrong way round; this is the proper form.
func (o *objective) masked(s *settings, net *population, p *part, fillX func([]int), random *rand.Rand) {
	each := s.hiddenSteps()
	tokens, mask := hidden(net.mask, net.read.Apply(o.x))
	pass := o.batch.Pass(each)
	at := nn.NewIndices(pass)
	rates := nn.Softplus(nn.Gather(net.body(tokens), at))
	counts := o.x.Graph().Input(o.x.Cols(), pass)
	order := make([]int, s.Window)
	o.fill = func(windows []int) {
		fillX(windows)
		for i, w := range windows {
			for t := range order {
				order[t] = t
			}
			random.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
			for k, t := range order[:each] {
				at.At[i*each+k] = i*s.Window + t
				copy(counts.Matrix().Row(i*each+k), p.raw.Row(w+t))
			}
		}
		mask.set(at.At[:len(windows)*each])
		kernel.Scale(counts.Data(), float32(p.countsPerUnit), counts.Data())
	}
	o.step = nn.NewStep(nn.Total(nn.Weigh(nn.PoissonNLL(rates, counts), float64(each))))
}

// hiddenSteps is ⌊ρ T⌋; 1/6 of 6 is one.
func (s *settings) hiddenSteps() int { return int(math.Floor(s.MaskRatio*float64(s.Window) + 1e-9)) }

// fillWindows copies windows of T bins [T x N F], one after another.
func fillWindows(x []float32, p *part, T int, windows []int) {
	n := T * p.bins.Cols()
	for i, w := range windows {
		copy(x[i*n:(i+1)*n], p.bins.Values[w*p.bins.Cols():][:n])
	}
}

// fillLabels writes the number of the class of every step; classes are sorted.
func fillLabels(to []int, p *part, classes []int32, T int, windows []int) {
	for i, w := range windows {
		for t := range T {
			to[i*T+t] = classOf(classes, p.labels[w+t])
		}
	}
}
