package nn

import (
	"math"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// FillNormal draws every number from N(0, 1).
func FillNormal(dst []float32, rng *rand.Rand) {
	for i := range dst {
		dst[i] = float32(rng.NormFloat64())
	}
}

// FillBernoulli sets every number to a with probability p and to 0 otherwise;
// p is exact to 2⁻¹⁶. Four numbers share one draw, and there is no branch to
// mispredict: the sign of u − p·2¹⁶ becomes a mask.
func FillBernoulli(dst []float32, p float64, a float32, rng *rand.Rand) {
	below, bits := int32(math.Round(p*(1<<16))), math.Float32bits(a)
	choose := func(u uint64) float32 {
		return math.Float32frombits(bits & uint32((int32(u&0xffff)-below)>>31))
	}
	for ; len(dst) >= 4; dst = dst[4:] {
		u := rng.Uint64()
		dst[0], dst[1], dst[2], dst[3] = choose(u), choose(u>>16), choose(u>>32), choose(u>>48)
	}
	if len(dst) > 0 {
		u := rng.Uint64()
		for i := range dst {
			dst[i] = choose(u >> (16 * i))
		}
	}
}

// Dropout sets elements to zero with probability p, each by itself, and divides
// the others by 1 − p. In evaluation it is x.
func Dropout(x *Value, p float64, rng *rand.Rand) *Value {
	if p == 0 || x.graph.Mode == Evaluation {
		return x
	}
	d := &dropout{x: x, p: p, rng: rng, mask: make([]float32, len(x.data))}
	return x.graph.Apply(d, x.cols, x.passes, x)
}

type dropout struct {
	x    *Value
	p    float64
	rng  *rand.Rand
	mask []float32
}

func (d *dropout) Forward(y *Value) {
	mask := d.mask[:len(y.Data())]
	FillBernoulli(mask, 1-d.p, float32(1/(1-d.p)), d.rng)
	kernel.Mul(y.Data(), d.x.Data(), mask)
}

func (d *dropout) Backward(y *Value) {
	if dx := d.x.Partial(); dx != nil {
		kernel.Mul(dx, y.Grad(), d.mask[:len(dx)])
		d.x.Accumulate(dx)
	}
}

// Reparametrise samples s = μ + exp(v/2) ε with ε ~ N(0, I), where v is the
// logarithm of the variance (Kingma and Welling 2014). In evaluation it is μ.
func Reparametrise(mu, v *Value, rng *rand.Rand) *Value {
	if mu.graph.Mode == Evaluation {
		return mu
	}
	r := &reparametrise{mu: mu, v: v, rng: rng, noise: make([]float32, len(mu.data))}
	return pairwise("Reparametrise", r, mu, v)
}

type reparametrise struct {
	mu, v *Value
	rng   *rand.Rand
	noise []float32 // exp(v/2) ε
}

func (r *reparametrise) Forward(s *Value) {
	noise, tmp := r.noise[:len(s.Data())], s.Data()
	kernel.Scale(tmp, 0.5, r.v.Data())
	kernel.Exp(tmp, tmp)
	FillNormal(noise, r.rng)
	kernel.Mul(noise, noise, tmp)
	kernel.Add(s.Data(), r.mu.Data(), noise)
}

// Backward: ds/dμ = 1 and ds/dv = exp(v/2) ε / 2.
func (r *reparametrise) Backward(s *Value) {
	if dmu := r.mu.Partial(); dmu != nil {
		copy(dmu, s.Grad())
		r.mu.Accumulate(dmu)
	}
	if dv := r.v.Partial(); dv != nil {
		kernel.Mul(dv, s.Grad(), r.noise[:len(dv)])
		kernel.Scale(dv, 0.5, dv)
		r.v.Accumulate(dv)
	}
}
