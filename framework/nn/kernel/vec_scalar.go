package kernel

import "math"

func expOf(x float32) float32 { return float32(math.Exp(float64(x))) }

func logOf(x float32) float32 { return float32(math.Log(float64(x))) }

func tanhOf(x float32) float32 { return float32(math.Tanh(float64(x))) }

func erfOf(x float32) float32 { return float32(math.Erf(float64(x))) }

func sigmoidOf(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }

func softplusOf(x float32) float32 {
	if x > 20 {
		return x
	}
	return float32(math.Log1p(math.Exp(float64(x))))
}

// normal returns the normal distribution function and density at x.
func normal(x float32) (distribution, density float32) {
	z := float64(x)
	return float32(math.Erfc(-z/math.Sqrt2) / 2), float32(math.Exp(-z*z/2) / math.Sqrt(2*math.Pi))
}

// fma returns x y + z, rounded once (almost always: the sum is rounded to
// float64 on the way). The product of two float32 is exact in float64.
func fma(x, y, z float32) float32 { return float32(float64(x)*float64(y) + float64(z)) }
