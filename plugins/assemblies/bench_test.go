package assemblies

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	assembly "github.com/assaylab/assay/plugins/assemblies/model"
)

// The experiments of bench/assemblies as whole runs: sampling, training and testing
// with the model package, on one thread. Their NumPy sides are written from the same
// description.

const (
	benchN, benchK, benchP, benchT, benchTests = 1000, 100, .1, 5, 1000
)

// benchTrials is how often each value of a curve is run: 5, or as TRIALS says.
func benchTrials() int {
	if n, err := strconv.Atoi(os.Getenv("TRIALS")); err == nil {
		return n
	}
	return 5
}

func benchArea(b *testing.B, beta float64, seed uint64) assembly.Area {
	a, err := assembly.New(assembly.Config{N: benchN, K: benchK, Rule: assembly.Multiplicative(beta), Normalise: true, Seed: seed,
		Fibres: []assembly.Fibre{{From: benchN, P: benchP}, {From: benchN, P: benchP, Recurrent: true}}})
	if err != nil {
		b.Fatal(err)
	}
	return a
}

// classSample draws a stimulus: core neurons fire with probability r, others with q.
func classSample(rng *rand.PCG, core []bool, r, q float64, dst []int32) []int32 {
	dst = slices.Grow(dst[:0], len(core)+2)[:len(core)+2]
	inside, outside := uint64(r*(1<<32)), uint64(q*(1<<32))
	n := 0
	for i := 0; i < len(core); i += 2 {
		u := rng.Uint64() // a half of it for each neuron
		for h := range min(2, len(core)-i) {
			p := outside
			if core[i+h] {
				p = inside
			}
			dst[n] = int32(i + h)
			if u>>(32*h)&(1<<32-1) < p {
				n++
			}
		}
	}
	return dst[:n]
}

func trainClass(a assembly.Area, sample func() []int32) (h []int32) {
	for range benchT {
		h = assembly.Step(a, assembly.Drive{Firing: [][]int32{sample(), h}}, true)
	}
	a.Homeostasis()
	return h
}

// E1: training only, 20 presentations and five normalisations, without drawing
// graph and samples.
func BenchmarkE1Training(b *testing.B) {
	pcg := rand.NewPCG(1, 1)
	rng := rand.New(pcg)
	var samples [4][benchT][]int32
	for c := range samples {
		core := coreOf(rng)
		for t := range samples[c] {
			samples[c][t] = classSample(pcg, core, .9, .01, nil)
		}
	}
	var spent time.Duration // of CPU: other work on the machine does not count
	for b.Loop() {
		a := benchArea(b, .1, 1)
		start := cpuTime()
		for c := range samples {
			t := -1
			trainClass(a, func() []int32 { t++; return samples[c][t] })
		}
		spent += cpuTime() - start
	}
	b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N), "train-ns/op")
}

func coreOf(rng *rand.Rand) []bool {
	core := make([]bool, benchN)
	for _, i := range rng.Perm(benchN)[:benchK] {
		core[i] = true
	}
	return core
}

// E3: 20 values of r, 5 trials each, R1 on 2 x 1000 samples.
func BenchmarkE3(b *testing.B) {
	for b.Loop() {
		mean := 0.0
		for x := range 20 {
			r := .1 + .9*float64(x)/19
			for trial := range benchTrials() {
				pcg := rand.NewPCG(uint64(x), uint64(trial))
				rng := rand.New(pcg)
				a := benchArea(b, .1, rng.Uint64())
				cores := [2][]bool{coreOf(rng), coreOf(rng)}
				buf := make([]int32, 0, benchN)
				var last [2][]int32
				for c := range cores {
					last[c] = trainClass(a, func() []int32 { return classSample(pcg, cores[c], r, .1, buf) })
				}
				right := 0
				in := newMembers(last[:], benchN)
				meets := make([]int, 2)
				for c := range cores {
					for range benchTests {
						in.meet(a.Project(assembly.Drive{Firing: [][]int32{classSample(pcg, cores[c], r, .1, buf), nil}}), meets)
						if (meets[1] > meets[0]) == (c == 1) {
							right++
						}
					}
				}
				mean += float64(right) / (2 * benchTests) / float64(20*benchTrials())
			}
		}
		b.ReportMetric(mean, "accuracy")
	}
}

// E4: 20 values of the margin, 5 trials each, R2 with the threshold k/2 on 1000
// positives and 1000 negatives.
func BenchmarkE4(b *testing.B) {
	for b.Loop() {
		mean := 0.0
		none := make([]bool, benchN)
		for x := range 20 {
			ones := [2]int{max(0, int(math.Floor((1-9*float64(x)/19)*10+1e-9))), int(math.Ceil((1+9*float64(x)/19)*10 - 1e-9))}
			for trial := range benchTrials() {
				pcg := rand.NewPCG(uint64(x), uint64(trial))
				rng := rand.New(pcg)
				a := benchArea(b, 1, rng.Uint64())
				order := rng.Perm(benchK)
				buf, rest := make([]int32, 0, benchN), make([]int32, 0, benchN)
				sample := func(class int) []int32 {
					out := buf[:0]
					for i := range ones[class] { // a partial shuffle
						j := i + rng.IntN(benchK-i)
						order[i], order[j] = order[j], order[i]
						out = append(out, int32(order[i]))
					}
					slices.Sort(out)
					for _, i := range classSample(pcg, none[benchK:], 0, .1, rest) {
						out = append(out, i+benchK)
					}
					return out
				}
				trainClass(a, func() []int32 { return sample(1) })
				caps := [2][][]int32{}
				counts := make([]float64, benchN)
				for class := range 2 {
					for range benchTests {
						cap := a.Project(assembly.Drive{Firing: [][]int32{sample(class), nil}})
						caps[class] = append(caps[class], cap)
						for _, j := range cap {
							counts[j] += float64(class)
						}
					}
				}
				in := newMembers([][]int32{assembly.KCap(counts, benchK)}, benchN)
				meets := make([]int, 1)
				for class := range 2 {
					for _, cap := range caps[class] {
						in.meet(cap, meets)
						if (meets[0] > benchK/2) == (class == 1) {
							mean += 1. / (2 * benchTests * 20 * float64(benchTrials()))
						}
					}
				}
			}
		}
		b.ReportMetric(mean, "accuracy")
	}
}
