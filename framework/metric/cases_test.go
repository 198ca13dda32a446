package metric

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The plain mean of the numbers per case is the metric, whatever cases weigh; of
// cases that weigh the same they are the cases' own means.
func TestCasesAreTheMetricOnAverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for trial := range 200 {
		n := 2 + rng.IntN(30)
		var score []float64
		var of []int
		for j := range n {
			for range 1 + rng.IntN(9) {
				score, of = append(score, rng.NormFloat64()*math.Pow(10, float64(rng.IntN(6)-3))), append(of, j)
			}
		}
		theta, z := OverSamples(score, of, n)
		if err := (Cases{"x": z}).Check("x", theta, n); err != nil {
			t.Errorf("%d: %v", trial, err)
		}
		// A mean is its own jackknife where cases weigh the same, and a case
		// without weight changes nothing.
		sum, weight := make([]float64, n+1), make([]float64, n+1)
		for j := range n {
			sum[j], weight[j] = rng.NormFloat64()*3, 3
		}
		theta, z = PerCase(sum[:n], weight[:n])
		total := theta * float64(n)
		jack := Jackknife(theta, n, func(j int) float64 { return (total - sum[j]/3) / float64(n-1) })
		for j := range n {
			if math.Abs(z[j]-sum[j]/3) > 1e-12 || math.Abs(jack[j]-z[j]) > 1e-10 {
				t.Fatalf("%d: case %d is %v, by deletion %v, want %v", trial, j, z[j], jack[j], sum[j]/3)
			}
		}
		with, more := PerCase(sum, weight)
		if math.Abs(with-theta) > 1e-12 || more[n] != with {
			t.Errorf("%d: with an empty case %v, was %v; its number is %v", trial, with, theta, more[n])
		}
	}
}

// The numbers of many cases have their metric as mean as well, although each is
// thousands of times a difference in the last digits.
func TestJackknifeOfManyCases(t *testing.T) {
	for _, n := range []int{1000, 6400, 60000} {
		rng := rand.New(rand.NewPCG(uint64(n), 1))
		score := make([]float64, n)
		for j := range score {
			score[j] = 0.9 + rng.Float64()
		}
		theta, _ := PerCase(score, slices.Repeat([]float64{1}, n))
		total := theta * float64(n)
		z := Jackknife(theta, n, func(j int) float64 { return (total - score[j]) / float64(n-1) })
		if err := (Cases{"x": z}).Check("x", theta, n); err != nil {
			t.Errorf("%d cases: %v", n, err)
		}
	}
}

func TestWhatIsUndefinedHasNoCases(t *testing.T) {
	if z := Jackknife(0.5, 5, func(j int) float64 { return math.NaN() }); z != nil {
		t.Errorf("undefined after deletions: %v", z)
	}
	if z := Jackknife(0.5, 1, func(j int) float64 { return 1 }); z != nil {
		t.Errorf("one case: %v", z)
	}
	if theta, z := OverSamples([]float64{1, 2}, nil, 0); theta != 1.5 || z != nil {
		t.Errorf("without cases: %v, %v", theta, z)
	}
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	c := Cases{"x": {1, 2, 3}, "nan": {1, math.NaN(), 2}}
	for name, bad := range map[string]error{"count": c.Check("x", 2, 4), "mean": c.Check("x", 2+1e-11, 3), "nan": c.Check("nan", 1, 3)} {
		if bad == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := c.Check("x", 2, 3); err != nil {
		t.Error(err)
	}
}
