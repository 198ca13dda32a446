package trial

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Pooling keeps every metric's mean and all samples, and stays within the limit.
func TestPoolKeepsTheMean(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, m := range []int{1, 7, 8, 9, 500, 501, 999, 1000, 12345} {
		c := Cases{Split: "test", Values: map[string][]float64{}}
		samples := 0
		for range m {
			c.Sizes = append(c.Sizes, 1+r.IntN(30))
			samples += c.Sizes[len(c.Sizes)-1]
			c.Values["a"] = append(c.Values["a"], 0.7+r.NormFloat64())
			c.Values["b"] = append(c.Values["b"], float64(r.IntN(3))/2)
		}
		for _, limit := range []int{8, 500} {
			p := c.Pool(limit)
			if want := min(m, limit); p.Len() != want || len(p.Sizes) != want {
				t.Fatalf("%d cases in at most %d: %d and %d sizes", m, limit, p.Len(), len(p.Sizes))
			}
			if m <= limit != (p.Pooled == 0) || m > limit && p.Pooled != m {
				t.Errorf("%d cases in at most %d: pooled %d", m, limit, p.Pooled)
			}
			n := 0
			for _, s := range p.Sizes {
				n += s
			}
			if n != samples {
				t.Errorf("%d cases in at most %d: %d samples of %d", m, limit, n, samples)
			}
			for name := range c.Values {
				if a, b := mean(c.Values[name]), mean(p.Values[name]); math.Abs(a-b) > 1e-12*math.Max(1, math.Abs(a)) {
					t.Errorf("%d cases in at most %d: the mean of %s is %v, was %v", m, limit, name, b, a)
				}
			}
			if again := p.Pool(limit); again.Len() != p.Len() || again.Pooled != p.Pooled {
				t.Errorf("pooled again: %d cases of %d", again.Len(), again.Pooled)
			}
		}
	}
	bad := Cases{Split: "test", Sizes: []int{1, 2}, Values: map[string][]float64{"a": {1}}}
	if bad.Check() == nil {
		t.Error("one number for two sizes passes")
	}
	bad = Cases{Values: map[string][]float64{"a": {math.NaN()}}}
	if bad.Check() == nil {
		t.Error("a NaN passes")
	}
}

func mean(z []float64) float64 {
	var sum float64
	for _, x := range z {
		sum += x
	}
	return sum / float64(len(z))
}
