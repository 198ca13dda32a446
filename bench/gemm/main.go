// Gemm compares the matrix products of package kernel with those of other
// libraries, on one thread each, at the shapes that the methods use, and prints a
// Markdown table. Run it from the root of the repository:
//
//	go run ./bench/gemm
//	go run ./bench/gemm -peers numpy@python3,mkl@venv/bin/python,torch@/usr/bin/python3
//
// numpy and torch are what that Python imports (the first line of output says with
// which BLAS; Debian's may have the slow reference), mkl is Intel's library itself
// (pip install numpy mkl).
//
// The contestants take turns, shape by shape and round by round, so that what
// else the machine does falls on all alike; a turn counts by the fastest of its
// twenty or so series. A ratio is the median over rounds of
// their time over ours, with the smallest and the largest; above 1 ours is faster.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/assaylab/assay/framework/nn/kernel"
)

func main() {
	peers := flag.String("peers", "numpy@python3,torch@python3,mkl@python3", "libraries, each with the Python that has it")
	rounds := flag.Int("rounds", 7, "alternations; at least 5")
	span := flag.Duration("span", 10*time.Millisecond, "how long one library computes one shape in one round")
	only := flag.String("only", "", "only shapes whose name contains this")
	flag.Parse()
	if err := run(strings.Split(*peers, ","), *rounds, *span, *only); err != nil {
		fmt.Fprintf(os.Stderr, "gemm: %v\n", err)
		os.Exit(1)
	}
}

func run(specs []string, rounds int, span time.Duration, only string) error {
	if rounds < 5 {
		return fmt.Errorf("%d rounds say little; at least 5", rounds)
	}
	var peers []*peer
	for _, spec := range specs {
		p, err := startPeer(spec)
		if err != nil {
			fmt.Printf("- absent: %s: %v\n", spec, err)
			continue
		}
		defer p.stop()
		peers = append(peers, p)
		fmt.Printf("- %s: %s; a product of 1 x 1 x 1 takes it %s\n", p.name, p.version, micro(p.empty))
	}
	// The micro-kernel alone: one tile, whose operands stay in the first cache.
	tile := newOurs(shape{form: "NN", count: 1, m: 12, n: 32, k: 256})
	if kernel.Active() != kernel.AVX512 {
		tile = newOurs(shape{form: "NN", count: 1, m: 12, n: 16, k: 256})
	}
	defer tile.close()
	var own, clock []float64
	for range rounds {
		own = append(own, tile.shape.flops()/tile.time(span))
		clock = append(clock, clockRate())
	}
	perCycle := flopsPerCycle()
	fmt.Printf("- kernel: %v; micro-kernel alone %.1f GFLOP/s; clock %.2f GHz x %d flop/cycle = %.1f GFLOP/s\n\n",
		kernel.Active(), median(own)/1e9, median(clock)/1e9, perCycle, median(clock)*float64(perCycle)/1e9)

	fmt.Print("| form | m x n x k | us | GFLOP/s | of micro-kernel | of theory |")
	for _, p := range peers {
		fmt.Printf(" %s |", p.name)
	}
	fmt.Println("\n|---|---|--:|--:|--:|--:|" + strings.Repeat("--:|", len(peers)))
	for _, s := range shapes() {
		if !strings.Contains(s.String(), only) {
			continue
		}
		if err := row(s, peers, tile, rounds, span, float64(perCycle)); err != nil {
			return err
		}
	}
	return nil
}

// row measures one shape and prints its row.
func row(s shape, peers []*peer, tile *ours, rounds int, span time.Duration, perCycle float64) error {
	us := newOurs(s)
	defer us.close()
	var seconds, ofOwn, ofTheory []float64
	ratios := make([][]float64, len(peers))
	for range rounds {
		t := us.time(span)
		seconds = append(seconds, t)
		ofOwn = append(ofOwn, s.flops()/t/(tile.shape.flops()/tile.time(span/4)))
		ofTheory = append(ofTheory, s.flops()/t/(clockRate()*perCycle))
		for i, p := range peers {
			theirs, err := p.time(s, span)
			if err != nil {
				return err
			}
			ratios[i] = append(ratios[i], theirs/t)
		}
	}
	t := median(seconds)
	fmt.Printf("| %s | %s | %.1f | %.1f | %.0f %% | %.0f %% |", s.form, s.size(), t*1e6, s.flops()/t/1e9, 100*median(ofOwn), 100*median(ofTheory))
	for _, r := range ratios {
		fmt.Printf(" %.2f (%.2f-%.2f) |", median(r), slices.Min(r), slices.Max(r))
	}
	fmt.Println()
	return nil
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

func micro(seconds float64) string { return fmt.Sprintf("%.1f us", seconds*1e6) }
