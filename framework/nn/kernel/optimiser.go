package kernel

import "math"

// An AdamStep holds the numbers of one step of Adam (Kingma & Ba 2015). They
// are float64 because 1-β in float32 would be off by 10⁻⁵ of itself.
type AdamStep struct {
	Rate         float64 // α
	Beta1, Beta2 float64 // β₁, β₂
	Eps          float64 // ε
	Correction1  float64 // 1 - β₁ᵗ
	Correction2  float64 // 1 - β₂ᵗ
	L2           float64 // λ of a penalty λ/2 |p|²: λp joins the gradient (Adam)
	Decay        float64 // λ of decoupled decay: p loses αλp (AdamW)
}

// Adam updates parameters p and moments m, v with gradients g as PyTorch does:
//
//	g' = g + L2 p
//	m += (1-β₁) (g' - m)
//	v = β₂ v + (1-β₂) g'²
//	p = (1 - α Decay) p - α/Correction1 m / (√v/√Correction2 + ε)
//
// where the last fraction is multiplied by √Correction2/√Correction2 to save a
// division.
func Adam(p, m, v, g []float32, s AdamStep) {
	check4("Adam", len(p), len(m), len(v), len(g))
	root := math.Sqrt(s.Correction2)
	adam(p, m, v, g,
		float32(s.L2), float32(1-s.Beta1), float32(s.Beta2), float32(1-s.Beta2),
		float32(s.Eps*root), float32(1-s.Rate*s.Decay), float32(s.Rate*root/s.Correction1))
}

// Momentum updates parameters p and velocities buf with gradients g as
// PyTorch's SGD does (no dampening, no Nesterov):
//
//	buf = momentum buf + g + l2 p
//	p -= rate buf
func Momentum(p, buf, g []float32, rate, momentum, l2 float32) {
	check3("Momentum", len(p), len(buf), len(g))
	sgd(p, buf, g, rate, momentum, l2)
}
