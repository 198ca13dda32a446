package kernel

import (
	"fmt"
	"math"
	"testing"
)

// A curve is a function with its truth in float64. Its error is bounded by ulp
// units in the last place of the truth plus an absolute part.
type curve struct {
	name     string
	f        func(dst, x []float32)
	truth    func(x float64) float64
	ulp, abs float64
}

func ones(n int) []float32 {
	x := make([]float32, n)
	Fill(x, 1)
	return x
}

func normalDistribution(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

func normalDensity(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }

func softplusTruth(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func sigmoidTruth(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

var curves = []curve{
	{"Exp", Exp, math.Exp, 1.5, 0},
	{"Log", Log, math.Log, 1, 0},
	{"Tanh", Tanh, math.Tanh, 2.5, 0},
	{"Erf", Erf, math.Erf, 2, 0},
	{"Sigmoid", Sigmoid, sigmoidTruth, 2.5, 0},
	{"Softplus", Softplus, softplusTruth, 2, 0},
	{"Gelu", Gelu, func(x float64) float64 { return x * normalDistribution(x) }, 10, 0},
	{"Sqrt", Sqrt, math.Sqrt, 0.5, 0},
	{"SoftplusGrad", func(dst, x []float32) { SoftplusGrad(dst, x, ones(len(x))) }, sigmoidTruth, 2.5, 0},
	{"GeluGrad", func(dst, x []float32) { GeluGrad(dst, x, ones(len(x))) },
		func(x float64) float64 { return normalDistribution(x) + x*normalDensity(x) }, 4, 0x1p-23},
}

// sweep returns every 4099th float32, NaN and infinities among them, and numbers
// spread evenly where the functions bend.
func sweep() []float32 {
	var x []float32
	for b := uint64(0); b < 1<<32; b += 4099 {
		x = append(x, math.Float32frombits(uint32(b)))
	}
	for i := -120000; i <= 120000; i++ {
		x = append(x, float32(i)*1e-3, float32(i)*1e-4+1e-5, 1+float32(i)*1e-6)
	}
	inf := float32(math.Inf(1))
	return append(x, 0, float32(math.Copysign(0, -1)), inf, -inf, float32(math.NaN()), math.MaxFloat32, -math.MaxFloat32,
		math.SmallestNonzeroFloat32, 0x1p-126, 88.72283, 88.72284, -87.33655, -103.97, -103.98)
}

func TestFunctionsAreAccurate(t *testing.T) {
	x := sweep()
	for _, c := range curves {
		truth := make([]float64, len(x))
		for i, v := range x {
			truth[i] = c.truth(float64(v))
		}
		everyISA(t, c.name, func(t *testing.T) {
			got := make([]float32, len(x))
			c.f(got, x)
			var worst float64
			var where float32
			for i, v := range x {
				e := (ulps(got[i], truth[i])*ulp(truth[i]) - c.abs) / ulp(truth[i])
				if !(e <= c.ulp) {
					t.Fatalf("%s(%g = %#08x): got %g, want %g: %.2f ulp", c.name, v, math.Float32bits(v), got[i], truth[i], e)
				}
				if e > worst {
					worst, where = e, v
				}
			}
			t.Logf("at most %.3f ulp, at %g", worst, where)
		})
	}
}

// ulp returns the distance of the float32 around x.
func ulp(x float64) float64 {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0x1p-149
	}
	_, e := math.Frexp(x)
	return math.Ldexp(1, min(max(e-24, -149), 104))
}

// ulps returns the error of got in units in the last place of want. NaN and
// infinities, also those of a want beyond float32, must be met exactly.
func ulps(got float32, want float64) float64 {
	switch rounded := float32(want); {
	case want != want:
		if got != got {
			return 0
		}
		return math.Inf(1)
	case math.IsInf(float64(rounded), 0) || math.IsInf(float64(got), 0):
		if got == rounded {
			return 0
		}
		// one step around the largest number is an error like others
		return math.Abs(min(max(float64(got), -0x1p128), 0x1p128)-min(max(want, -0x1p128), 0x1p128)) / 0x1p104
	}
	return math.Abs(float64(got)-want) / ulp(want)
}

// everyISA runs a test on each instruction set, naming those this machine lacks.
func everyISA(t *testing.T, name string, test func(t *testing.T)) {
	was := active
	defer func() { active = was }()
	for i := Generic; i <= AVX512; i++ {
		t.Run(fmt.Sprintf("%s/%v", name, i), func(t *testing.T) {
			if i > detect() {
				t.Skipf("this machine or build has no %v", i)
			}
			active = i
			test(t)
		})
	}
}
