package assemblies

import (
	"math"
	"math/bits"
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

// stimulus draws samples of a class: core neurons fire with probability r, others
// with q. It compares random numbers with the probabilities for 64 neurons at once,
// digit by digit, until all are decided.
type stimulus struct {
	rng   *rand.PCG
	digit [32][]uint64 // [digit][words] of the probability of each neuron, the highest first
	last  uint64       // the neurons of the last word
	list  []int32
}

func newStimulus(rng *rand.PCG, core []bool, r, q float64) *stimulus {
	s := &stimulus{rng: rng, list: make([]int32, 0, len(core))}
	for d := range s.digit {
		s.digit[d] = make([]uint64, (len(core)+63)/64)
		for i := range core {
			p := uint64(q * (1 << 32))
			if core[i] {
				p = uint64(r * (1 << 32))
			}
			s.digit[d][i/64] |= min(p, 1<<32-1) >> (31 - d) & 1 << (i % 64)
		}
	}
	s.last = ^uint64(0) >> ((64 - len(core)%64) % 64)
	return s
}

// sample returns who fires. It is valid until the next.
func (s *stimulus) sample() []int32 {
	n, list := 0, s.list[:cap(s.list)]
	words := len(s.digit[0])
	for w := range words {
		var fires uint64
		open := ^uint64(0)
		if w == words-1 {
			open = s.last
		}
		for d := 0; open != 0 && d < len(s.digit); d++ {
			u, p := s.rng.Uint64(), s.digit[d][w]
			fires |= open & p &^ u
			open &^= p ^ u
		}
		for ; fires != 0; fires &= fires - 1 {
			list[n] = int32(w<<6 + bits.TrailingZeros64(fires))
			n++
		}
	}
	return list[:n]
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
		stimuli := newStimulus(pcg, core, .9, .01)
		for t := range samples[c] {
			samples[c][t] = slices.Clone(stimuli.sample())
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
				var classes [2]*stimulus
				var last [2][]int32
				for c := range classes {
					classes[c] = newStimulus(pcg, coreOf(rng), r, .1)
				}
				for c := range classes {
					last[c] = trainClass(a, classes[c].sample)
				}
				right := 0
				in := newMembers(last[:], benchN)
				meets := make([]int, 2)
				view := a.Fork(0)
				fire := make([][]int32, 2) // nothing in W
				for c := range classes {
					for range benchTests {
						fire[0] = classes[c].sample()
						in.meet(view.Project(assembly.Drive{Firing: fire}), meets)
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
				rest := newStimulus(pcg, none[benchK:], 0, .1)
				buf := make([]int32, 0, benchN)
				sample := func(class int) []int32 {
					var in [2]uint64             // the first k
					for i := range ones[class] { // a partial shuffle
						j := i + rng.IntN(benchK-i)
						order[i], order[j] = order[j], order[i]
						in[order[i]/64] |= 1 << (order[i] % 64)
					}
					buf = buf[:0]
					for w, x := range in {
						for ; x != 0; x &= x - 1 {
							buf = append(buf, int32(w<<6+bits.TrailingZeros64(x)))
						}
					}
					for _, i := range rest.sample() {
						buf = append(buf, i+benchK)
					}
					return buf
				}
				trainClass(a, func() []int32 { return sample(1) })
				caps := [2][][]int32{}
				counts := make([]float64, benchN)
				view := a.Fork(0)
				fire := make([][]int32, 2)
				for class := range 2 {
					for range benchTests {
						fire[0] = sample(class)
						cap := view.Project(assembly.Drive{Firing: fire})
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
