package nn

import (
	"fmt"
	"math"
	"strings"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// An Optimiser changes parameters by their gradients. Parameters that no step
// has computed a gradient of since the last update are left alone, as PyTorch
// does where a gradient is missing.
type Optimiser interface {
	// Step makes one update at that learning rate.
	Step(rate float64)
}

// take reports whether there is a new gradient, which the caller now uses.
func (p *Param) take() bool {
	was := p.touched
	p.touched = false
	return was
}

// Adam is Kingma and Ba's optimiser (2015) in PyTorch's form. L2 adds L2·w to
// the gradient (Adam's own decay), Decay subtracts rate·Decay·w from the weight
// (AdamW, Loshchilov and Hutter 2019).
type Adam struct {
	Beta1, Beta2, Eps float64
	L2, Decay         float64
	params            []*Param
	m, v              [][]float32
	t                 int
}

// NewAdam returns Adam with β = (0.9, 0.999) and ε = 1e-8, without decay.
func NewAdam(params []*Param) *Adam {
	a := &Adam{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, params: params}
	for _, p := range params {
		a.m = append(a.m, make([]float32, len(p.Data)))
		a.v = append(a.v, make([]float32, len(p.Data)))
	}
	return a
}

// Step makes one update: m and v are the moving averages of g and g²,
// w ← w − rate · (m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε).
func (a *Adam) Step(rate float64) {
	a.t++
	s := kernel.AdamStep{
		Rate: rate, Beta1: a.Beta1, Beta2: a.Beta2, Eps: a.Eps, L2: a.L2, Decay: a.Decay,
		Correction1: 1 - math.Pow(a.Beta1, float64(a.t)), Correction2: 1 - math.Pow(a.Beta2, float64(a.t)),
	}
	for i, p := range a.params {
		if !p.take() {
			continue
		}
		kernel.Adam(p.Data, a.m[i], a.v[i], p.Grad, s)
	}
}

// buffers are the memory of an optimiser as parameters, which share it.
func buffers(params []*Param, buf [][]float32) *Params {
	ps := new(Params)
	for i, p := range params {
		b := *p
		b.Name, b.Data = fmt.Sprintf("%d.%s", i, p.Name), buf[i] // names are unique within one set only
		ps.list = append(ps.list, &b)
	}
	return ps
}

// state are m, v and t as parameters, which share memory with a.
func (a *Adam) state() (ps *Params, steps *Param) {
	ps = new(Params)
	for i, p := range a.params {
		m, v := *p, *p
		m.Name, m.Data = fmt.Sprintf("%d.m.%s", i, p.Name), a.m[i] // names are unique within one set only
		v.Name, v.Data = fmt.Sprintf("%d.v.%s", i, p.Name), a.v[i]
		ps.list = append(ps.list, &m, &v)
	}
	steps = ps.Vector("t", 2, Constant(0)) // t mod 2^20 and the rest: float32 counts to 2^24
	return ps, steps
}

// Save writes the moving averages and the number of updates to a file, for
// training that goes on in another process.
func (a *Adam) Save(path string) error {
	ps, steps := a.state()
	steps.Data[0], steps.Data[1] = float32(a.t%(1<<20)), float32(a.t/(1<<20))
	return ps.Save(path)
}

// Load fills a new Adam of equal parameters with what Save wrote.
func (a *Adam) Load(path string) error {
	ps, steps := a.state()
	if err := ps.Load(path); err != nil {
		return err
	}
	a.t = int(steps.Data[0]) + int(steps.Data[1])*(1<<20)
	return nil
}

// SGD is gradient descent with momentum: buf ← momentum·buf + g, w ← w − rate·buf,
// where g includes L2·w but for parameters that NoDecay names.
type SGD struct {
	Momentum, L2 float64
	NoDecay      func(name string) bool
	params       []*Param
	buf          [][]float32
}

// NewSGD returns gradient descent.
func NewSGD(params []*Param, momentum, l2 float64) *SGD {
	s := &SGD{Momentum: momentum, L2: l2, NoDecay: func(string) bool { return false }, params: params}
	for _, p := range params {
		s.buf = append(s.buf, make([]float32, len(p.Data)))
	}
	return s
}

// Save writes the momentum to a file, for training that goes on in another process.
func (s *SGD) Save(path string) error { return buffers(s.params, s.buf).Save(path) }

// Load fills a new SGD of equal parameters with what Save wrote.
func (s *SGD) Load(path string) error { return buffers(s.params, s.buf).Load(path) }

// Step makes one update.
func (s *SGD) Step(rate float64) {
	for i, p := range s.params {
		if !p.take() {
			continue
		}
		l2 := s.L2
		if s.NoDecay(p.Name) {
			l2 = 0
		}
		kernel.Momentum(p.Data, s.buf[i], p.Grad, float32(rate), float32(s.Momentum), float32(l2))
	}
}

// LARS scales the update of every parameter by the ratio of its norm to that of
// its gradient (You, Gitman and Ginsburg 2017):
//
//	local = η |w| / (|g| + L2 |w|),  buf ← momentum·buf + local·rate·(g + L2 w),  w ← w − buf
//
// Parameters that Plain names get neither the scaling nor the decay.
type LARS struct {
	Momentum, L2, Eta float64
	Plain             func(name string) bool
	params            []*Param
	buf               [][]float32
}

// NewLARS returns LARS with η = 1e-3 that leaves biases and batch-norm layers,
// by their names, plain.
func NewLARS(params []*Param, momentum, l2 float64) *LARS {
	l := &LARS{Momentum: momentum, L2: l2, Eta: 1e-3, Plain: BiasOrNorm, params: params}
	for _, p := range params {
		l.buf = append(l.buf, make([]float32, len(p.Data)))
	}
	return l
}

// BiasOrNorm says whether a name contains "bias" or "bn".
func BiasOrNorm(name string) bool {
	return strings.Contains(name, "bias") || strings.Contains(name, "bn")
}

// Save writes the momentum to a file, for training that goes on in another process.
func (l *LARS) Save(path string) error { return buffers(l.params, l.buf).Save(path) }

// Load fills a new LARS of equal parameters with what Save wrote.
func (l *LARS) Load(path string) error { return buffers(l.params, l.buf).Load(path) }

// Step makes one update. A parameter whose norm or gradient is zero is not
// scaled.
func (l *LARS) Step(rate float64) {
	for i, p := range l.params {
		if !p.take() {
			continue
		}
		l2, local := 0.0, 1.0
		if !l.Plain(p.Name) {
			l2 = l.L2
			w := math.Sqrt(float64(kernel.SumSquares(p.Data)))
			g := math.Sqrt(float64(kernel.SumSquares(p.Grad)))
			if w > 0 && g > 0 {
				local = l.Eta * w / (g + l2*w)
			}
		}
		step := float32(local * rate)
		buf := l.buf[i]
		kernel.Scale(buf, float32(l.Momentum), buf)
		kernel.Axpy(buf, step, p.Grad)
		if l2 != 0 {
			kernel.Axpy(buf, step*float32(l2), p.Data)
		}
		kernel.Axpy(p.Data, -1, buf)
	}
}

// WarmupCosine is the schedule that rises linearly from 0 to base over warm
// steps and falls to 0 along half a cosine at step total.
func WarmupCosine(base float64, t, warm, total int) float64 {
	if t < warm {
		return base * float64(t) / float64(warm)
	}
	if total <= warm {
		return base
	}
	return base * (1 + math.Cos(math.Pi*float64(t-warm)/float64(total-warm))) / 2
}

// CosineTo1 rises from base at step 0 to 1 at step total along half a cosine:
// the schedule of a moving average.
func CosineTo1(base float64, t, total int) float64 {
	return 1 - (1-base)*(1+math.Cos(math.Pi*float64(t)/float64(total)))/2
}

// MoveAverage makes target the moving average of online: ξ ← τ ξ + (1−τ) θ for
// parameters, by position; statistics that layers keep are left alone.
func MoveAverage(target, online *Params, tau float64) {
	from := online.Trained()
	for i, p := range target.Trained() {
		if tau == 0 { // exactly
			copy(p.Data, from[i].Data)
			continue
		}
		kernel.Lerp(p.Data, from[i].Data, float32(1-tau))
	}
}

// CopyFrom makes the parameters and statistics equal to those of another set of
// the same network.
func (ps *Params) CopyFrom(other *Params) {
	for i, p := range ps.list {
		copy(p.Data, other.list[i].Data)
	}
}
