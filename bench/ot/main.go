// Ot compares package ot with POT (PythonOT), and HiWA with its authors' Python
// release, on one thread each, and prints Markdown tables. Run it from the root of
// the repository:
//
//	go run ./bench/ot -python venv/bin/python                     # pip install POT
//	go run ./bench/ot -python venv/bin/python -hiwa path/to/PyHiWA  # and scikit-learn
//
// Both sides get the same numbers. They take turns, case by case and round by
// round, so that what else the machine does falls on both alike; a turn counts by
// the fastest of its series. Times are those of the processor. A ratio is the
// median over rounds of their time over ours, with the least and the greatest;
// above 1 ours is faster.
package main

import (
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/assaylab/assay/framework/nn/kernel"
)

var (
	python  = flag.String("python", "python3", "a Python with POT, and scikit-learn for -hiwa")
	release = flag.String("hiwa", "", "the authors' release of HiWA, a folder with src/hiwa.py; without it HiWA is left out")
	rounds  = flag.Int("rounds", 7, "alternations; at least 5")
	span    = flag.Duration("span", 40*time.Millisecond, "how long one side computes one case in one round")
	parts   = flag.String("parts", "sinkhorn,tolerance,log,exact,hiwa,scaling", "what to measure")
)

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "ot: %v\n", err)
		os.Exit(1)
	}
}

func run() error {
	if *rounds < 5 {
		return fmt.Errorf("%d rounds say little; at least 5", *rounds)
	}
	p, err := startPeer(*python)
	if err != nil {
		return fmt.Errorf("%s: %w; pip install POT", *python, err)
	}
	defer p.stop()
	if err := machine(); err != nil {
		return err
	}
	fmt.Printf("- %s, one thread; kernels: %v; load average at the start: %s\n", p.version, kernel.Active(), load())
	for _, part := range strings.Split(*parts, ",") {
		var err error
		switch part {
		case "sinkhorn":
			err = sinkhorns(p, "100 sweeps of Sinkhorn's iteration beside POT's sinkhorn", fixed)
		case "tolerance":
			err = sinkhorns(p, "The same until the marginals are off by 1e-9 (ours in the 1-norm, POT in the 2-norm, at most 1,000 sweeps)", tolerant)
		case "log":
			err = sinkhorns(p, "100 sweeps at low temperatures beside POT's sinkhorn_log", cold)
		case "exact":
			err = exacts(p)
		case "hiwa":
			if *release != "" {
				err = hiwas(p)
			}
		case "scaling":
			err = scaling()
		default:
			err = fmt.Errorf("no part %q", part)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", part, err)
		}
	}
	fmt.Printf("\nLoad average at the end: %s.\n", load())
	return nil
}

// fastest is the processor seconds of one call in the fastest of the series that
// fit in the span.
func fastest(call func()) float64 {
	once := timed(call, 1)
	n := max(1, int(span.Seconds()/20/max(once, 1e-7)))
	best := math.Inf(1)
	for end := time.Now().Add(*span); time.Now().Before(end); {
		best = min(best, timed(call, n)/float64(n))
	}
	return min(best, once)
}

func timed(call func(), n int) float64 {
	start := processorTime()
	for range n {
		call()
	}
	return (processorTime() - start).Seconds()
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// ratio prints theirs over ours.
func ratio(theirs, ours []float64) string {
	r := make([]float64, len(ours))
	for i := range r {
		r[i] = theirs[i] / ours[i]
	}
	return fmt.Sprintf("%.2f (%.2f-%.2f)", median(r), slices.Min(r), slices.Max(r))
}

func micro(v []float64) string { return fmt.Sprintf("%.4g", 1e6*median(v)) }
