package stats_test

import (
	"fmt"

	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
)

// The worked example of docs/numbers.md: two methods with three seeds, on eight
// test trials of five samples each; numbers are shares of hits.
func Example() {
	a := [][]float64{
		{.8, .6, 1, .4, .8, .6, 1, .8},
		{.8, .8, 1, .6, .8, .6, .8, .8},
		{.6, .6, 1, .4, .6, .8, 1, .6},
	}
	b := [][]float64{
		{.6, .6, .8, .2, .6, .6, .8, .4},
		{.8, .4, .8, .4, .6, .4, .8, .6},
		{.6, .6, .6, .2, .4, .6, 1, .4},
	}
	parts := func(z [][]float64) stats.Parts {
		var values []float64
		for _, row := range z {
			values = append(values, stats.Mean(row))
		}
		p, err := stats.Crossed(z, values, nil, 1)
		if err != nil {
			panic(err)
		}
		return p
	}
	pa, pb := parts(a), parts(b)
	in, _ := stats.Of(metric.Proportion, pa.Alone(), 3*8*5, 8)
	fmt.Printf("a: %.4f, standard error %.4f, ν %.1f, interval [%.2f, %.2f]\n", pa.Alone().Estimate, pa.Alone().SE, pa.Alone().Nu, in.Lo, in.Hi)
	d, err := pa.Minus(pb)
	if err != nil {
		panic(err)
	}
	t, p := d.T()
	lo, hi := d.Interval()
	fmt.Printf("a − b: %.4f, standard error %.4f, ν %.1f, t %.2f, p %.4f, interval [%.3f, %.3f]\n", d.Estimate, d.SE, d.Nu, t, p, lo, hi)
	fmt.Printf("smallest difference shown with a power of 80 %%: %.3f\n", stats.Detectable(d.SE, d.Nu, 0.05, 0.8))
	adjusted, err := stats.Shaffer([]float64{0.004, 0.02, 0.3}, 3)
	if err != nil {
		panic(err)
	}
	fmt.Printf("Shaffer: %.3f\n", adjusted)
	// Output:
	// a: 0.7417, standard error 0.0583, ν 6.5, interval [0.58, 0.85]
	// a − b: 0.1667, standard error 0.0282, ν 2.7, t 5.92, p 0.0124, interval [0.072, 0.261]
	// smallest difference shown with a power of 80 %: 0.126
	// Shaffer: [0.012 0.020 0.300]
}
