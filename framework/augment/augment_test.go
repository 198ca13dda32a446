package augment

import (
	"math"
	"math/rand/v2"
	"testing"
)

func stream() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// trials of 3, 1 and 4 samples.
var trials = []int32{0, 0, 0, 1, 2, 2, 2, 2}

func TestPairs(t *testing.T) {
	// |j − i| ≤ 1: a trial of n has 3n − 2 pairs: 7 + 1 + 10.
	if n := NewPairs(trials, -1, 1).Len(); n != 18 {
		t.Errorf("%d pairs within one step, want 18", n)
	}
	// 0 ≤ j − i ≤ 2: 3n − 3 for n ≥ 2: 6 + 1 + 9.
	if n := NewPairs(trials, 0, 2).Len(); n != 16 {
		t.Errorf("%d forward pairs, want 16", n)
	}
	p, rng := NewPairs(trials, -5, 5), stream() // all pairs of a trial: 9 + 1 + 16
	counts := map[[2]int]int{}
	i, j := make([]int, 13), make([]int, 13)
	for range 20000 {
		p.Draw(i, j, rng)
		seen := map[[2]int]bool{}
		for n := range i {
			pair := [2]int{i[n], j[n]}
			if trials[i[n]] != trials[j[n]] {
				t.Fatalf("the pair %v crosses trials", pair)
			}
			if seen[pair] {
				t.Fatalf("the pair %v is drawn twice", pair)
			}
			seen[pair] = true
			counts[pair]++
		}
	}
	if len(counts) != 26 {
		t.Fatalf("%d different pairs, want 26", len(counts))
	}
	for pair, n := range counts { // half of the pairs each time: 10000 ± 5·√5000
		if math.Abs(float64(n)-10000) > 5*math.Sqrt(5000) {
			t.Errorf("%v came %d times, want about 10000", pair, n)
		}
	}
}

func TestDropout(t *testing.T) {
	const rows, cols = 20000, 31
	mask, rng := make([]float32, rows*cols), stream()
	Dropout{0.6, 0.5}.Mask(mask, cols, rng)
	gone, untouched := 0.0, 0.0
	for r := range rows {
		n := 0
		for _, m := range mask[r*cols : (r+1)*cols] {
			if m != 0 && m != 1 {
				t.Fatalf("mask value %v", m)
			}
			if m == 0 {
				n++
			}
		}
		gone += float64(n)
		if n == 0 {
			untouched++
		}
	}
	// Mean rate 0.3, applied to half of the rows. A touched row has no loss with
	// probability ∫(1−p)³¹ dp/0.6 = (1 − 0.4³²)/(32·0.6).
	if share := gone / rows / cols; math.Abs(share-0.15) > 0.005 {
		t.Errorf("%.4f of the units dropped, want 0.15", share)
	}
	want := 0.5 + 0.5/(32*0.6)
	if share := untouched / rows; math.Abs(share-want) > 0.02 {
		t.Errorf("%.4f of the rows untouched, want %.4f", share, want)
	}
}

func TestNoise(t *testing.T) {
	const rows, cols = 20000, 30
	x, rng := make([]float32, rows*cols), stream()
	Pepper{0.3, 1.5, 0.5}.Add(x, cols, rng)
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	if mean := sum / rows / cols; math.Abs(mean-0.225) > 0.006 {
		t.Errorf("mean of the pepper %.4f, want 0.225", mean)
	}
	Gaussian{2, 0.5}.Add(x, cols, rng)
	sum = 0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	if v := sum / rows / cols; math.Abs(v-2) > 0.06 {
		t.Errorf("mean square of the noise %.4f, want 2", v)
	}
}
