package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// A Param is a matrix that training changes, or that a layer keeps (the running
// statistics of BatchNorm).
type Param struct {
	Name       string
	Rows, Cols int // vectors have one row
	Vector     bool
	Data       []float32
	Grad       []float32 // nil for what is not trained by gradients
	Kept       bool      // a statistic that a layer keeps, not a weight
	touched    bool      // a step has computed Grad since the last update
}

func (p *Param) differentiable() bool { return p.Grad != nil }

// Params are the parameters of a network in the order of their making.
type Params struct {
	list   []*Param
	frozen bool
}

// Frozen returns an empty set whose parameters get no gradients: those of a
// target network.
func Frozen() *Params { return &Params{frozen: true} }

// All returns the parameters and the kept statistics.
func (ps *Params) All() []*Param { return ps.list }

// Trained returns the parameters without the kept statistics.
func (ps *Params) Trained() []*Param {
	var out []*Param
	for _, p := range ps.list {
		if !p.Kept {
			out = append(out, p)
		}
	}
	return out
}

// Matrix adds a parameter [rows x cols].
func (ps *Params) Matrix(name string, rows, cols int, init Init) *Param {
	return ps.add(&Param{Name: name, Rows: rows, Cols: cols}, init)
}

// Vector adds a parameter of n numbers.
func (ps *Params) Vector(name string, n int, init Init) *Param {
	return ps.add(&Param{Name: name, Rows: 1, Cols: n, Vector: true}, init)
}

// statistic adds n numbers that a layer keeps beside its parameters.
func (ps *Params) statistic(name string, n int, init Init) *Param {
	return ps.add(&Param{Name: name, Rows: 1, Cols: n, Vector: true, Kept: true}, init)
}

func (ps *Params) add(p *Param, init Init) *Param {
	for _, q := range ps.list {
		if q.Name == p.Name {
			panic(fmt.Sprintf("nn: two parameters are named %s", p.Name))
		}
	}
	p.Data = make([]float32, p.Rows*p.Cols)
	if !p.Kept && !ps.frozen {
		p.Grad = make([]float32, len(p.Data))
	}
	init(p)
	ps.list = append(ps.list, p)
	return p
}

// Count returns how many numbers are trained.
func (ps *Params) Count() int {
	n := 0
	for _, p := range ps.Trained() {
		n += len(p.Data)
	}
	return n
}

// An Init fills a new parameter. Fan-in is its number of columns.
type Init func(*Param)

// Constant fills with a.
func Constant(a float32) Init {
	return func(p *Param) {
		for i := range p.Data {
			p.Data[i] = a
		}
	}
}

// Normal draws from N(0, sd²).
func Normal(sd float64, rng *rand.Rand) Init {
	return func(p *Param) {
		for i := range p.Data {
			p.Data[i] = float32(sd * rng.NormFloat64())
		}
	}
}

// KaimingNormal draws from N(0, 2/fan-in) (He et al. 2015).
func KaimingNormal(rng *rand.Rand) Init {
	return func(p *Param) { Normal(math.Sqrt(2/float64(p.Cols)), rng)(p) }
}

// Uniform draws from U(-a, a).
func Uniform(a float64, rng *rand.Rand) Init {
	return func(p *Param) {
		for i := range p.Data {
			p.Data[i] = float32(a * (2*rng.Float64() - 1))
		}
	}
}

// FanIn draws from U(-1/√n, 1/√n), the default of PyTorch's Linear for its
// weights and biases; n is the number of inputs.
func FanIn(n int, rng *rand.Rand) Init { return Uniform(1/math.Sqrt(float64(n)), rng) }

// Glorot draws from U(-√(6/(in+out)), ...) (Glorot and Bengio 2010).
func Glorot(rng *rand.Rand) Init {
	return func(p *Param) { Uniform(math.Sqrt(6/float64(p.Rows+p.Cols)), rng)(p) }
}
