package trial

import (
	"fmt"
	"math"
	"slices"

	"github.com/assaylab/assay/framework/data"
)

// MaxCases is how many cases of a part are kept; neighbours of larger parts are
// pooled.
const MaxCases = 500

// What a case is. Empty, as in the first files that had cases: a behavioural trial.
const (
	CaseTrial  = "trial"  // a behavioural trial
	CaseBlock  = "block"  // a stretch of a recording without behavioural trials
	CaseSample = "sample" // an independent sample, such as an image
)

// Cases are the numbers of the metrics of one split, case by case: what inference
// counts. Metrics that count the same cases share a value of this type.
type Cases struct {
	Split  string               `json:"split"`
	Unit   string               `json:"unit,omitempty"`   // CaseTrial, ...
	IDs    []int64              `json:"ids,omitempty"`    // of the behavioural trials: they tell the cases of folds apart
	Sizes  []int                `json:"sizes,omitempty"`  // samples of each case, in the order of first appearance; empty: unknown
	Pooled int                  `json:"pooled,omitempty"` // how many cases there were before neighbours were pooled
	Values map[string][]float64 `json:"values,omitempty"` // by metric: a number per case, whose mean is the metric's value
	// Lag1 is, by metric, the autocorrelation of 40 block means of the scores of
	// samples (stats.Lag1): of blocks, whether they are independent.
	Lag1 map[string]float64 `json:"lag1,omitempty"`
	// Problems say, by metric, why there are no numbers: "class 3 has one test case".
	Problems map[string]string `json:"problems,omitempty"`
}

// CasesOf are the cases of a part of a recording, as yet without numbers.
func CasesOf(part *data.Recording, split data.Split) Cases {
	of, n := part.Cases()
	c := Cases{Split: string(split), Unit: CaseTrial, Values: map[string][]float64{}}
	if n == 0 {
		return c
	}
	c.Sizes = make([]int, n)
	for i, j := range of {
		if c.Sizes[j] == 0 {
			c.IDs = append(c.IDs, int64(part.Trial[i]))
		}
		c.Sizes[j]++
	}
	switch {
	case part.Trial[0] == part.Trial[len(of)-1]:
		c.Unit, c.IDs = CaseBlock, nil
	case n == len(of):
		c.Unit = CaseSample
	}
	return c
}

// Add takes in the numbers per case of a metric, if they are what they should be;
// else why they are not.
func (c *Cases) Add(name string, z []float64, wrong error) {
	if wrong == nil {
		c.Values[name] = z
		return
	}
	if c.Problems == nil {
		c.Problems = map[string]string{}
	}
	c.Problems[name] = wrong.Error()
}

// Select keeps what is said of some metrics, under the names that as gives them.
func (c Cases) Select(as func(name string) (string, bool)) Cases {
	c.Values, c.Lag1, c.Problems = selected(c.Values, as), selected(c.Lag1, as), selected(c.Problems, as)
	return c
}

func selected[V any](of map[string]V, as func(string) (string, bool)) map[string]V {
	out := make(map[string]V, len(of))
	for name, v := range of {
		if is, ok := as(name); ok {
			out[is] = v
		}
	}
	return out
}

// Empty reports whether there is nothing to be said of any metric.
func (c Cases) Empty() bool { return len(c.Values)+len(c.Problems) == 0 }

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
	out := c // the pooled groups have no ids
	out.IDs, out.Pooled, out.Values = nil, max(m, c.Pooled), make(map[string][]float64, len(c.Values))
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
	if c.IDs != nil && len(c.IDs) != m {
		return fmt.Errorf("%d ids for %d cases on %s", len(c.IDs), m, c.Split)
	}
	if c.Unit != "" && !slices.Contains([]string{CaseTrial, CaseBlock, CaseSample}, c.Unit) {
		return fmt.Errorf("a case on %s is a %q", c.Split, c.Unit)
	}
	for name, r := range c.Lag1 {
		if !(math.Abs(r) <= 1+1e-9) {
			return fmt.Errorf("%s on %s has an autocorrelation of %v", name, c.Split, r)
		}
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
