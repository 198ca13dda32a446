package trial

import (
	"fmt"
	"math"
)

// MaxCases is how many cases of a part are kept; neighbours of larger parts are
// pooled.
const MaxCases = 500

// Cases are the numbers of the metrics of one split, case by case: what inference
// counts. Metrics that count the same cases share a value of this type.
type Cases struct {
	Split  string               `json:"split"`
	Sizes  []int                `json:"sizes,omitempty"`  // samples of each case, in the order of first appearance; empty: unknown
	Pooled int                  `json:"pooled,omitempty"` // how many cases there were before neighbours were pooled
	Values map[string][]float64 `json:"values"`           // by metric: a number per case, whose mean is the metric's value
}

// Len is the number of cases.
func (c Cases) Len() int {
	for _, z := range c.Values {
		return len(z)
	}
	return len(c.Sizes)
}

// Pool returns the cases as at most limit groups of neighbours. A group's number is
//
//	z_g = (m'/m) · Σ_{j in g} z_j
//
// for m cases in m' groups, so that the plain mean of the numbers stays what it
// was, whatever the groups' sizes (which differ by one case at most).
func (c Cases) Pool(limit int) Cases {
	m := c.Len()
	if m <= limit {
		return c
	}
	out := Cases{Split: c.Split, Pooled: max(m, c.Pooled), Values: make(map[string][]float64, len(c.Values))}
	first := func(g int) int { return g * m / limit }
	if len(c.Sizes) == m {
		out.Sizes = make([]int, limit)
		for g := range limit {
			for _, n := range c.Sizes[first(g):first(g+1)] {
				out.Sizes[g] += n
			}
		}
	}
	for name, z := range c.Values {
		pooled := make([]float64, limit)
		for g := range limit {
			var sum float64
			for _, x := range z[first(g):first(g+1)] {
				sum += x
			}
			pooled[g] = sum * float64(limit) / float64(m)
		}
		out.Values[name] = pooled
	}
	return out
}

// Check makes sure that the parts belong together: what came from outside may not.
func (c Cases) Check() error {
	m := c.Len()
	if c.Sizes != nil && len(c.Sizes) != m {
		return fmt.Errorf("%d sizes for %d cases on %s", len(c.Sizes), m, c.Split)
	}
	for name, z := range c.Values {
		if len(z) != m {
			return fmt.Errorf("%s on %s has %d cases, others %d", name, c.Split, len(z), m)
		}
		for _, x := range z {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("%s on %s is %v in a case", name, c.Split, x)
			}
		}
	}
	return nil
}
