package model

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The k-cap is what sorting gives, with ties to the lower index.
func TestCapIsSorting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 9000).Draw(t, "n")
		k := rapid.IntRange(1, n).Draw(t, "k")
		levels := rapid.SampledFrom([]int{1, 3, 40, 1 << 30}).Draw(t, "levels")
		offset := rapid.SampledFrom([]float64{1, -1e9}).Draw(t, "offset")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		a := make([]float64, n)
		for j := range a {
			a[j] = float64(rng.IntN(levels)) + offset
			if rng.IntN(50) == 0 {
				a[j] *= 1e6 // outliers crowd the others into one bucket
			}
		}
		order := make([]int32, n)
		for j := range order {
			order[j] = int32(j)
		}
		slices.SortStableFunc(order, func(x, y int32) int { return cmp.Compare(a[y], a[x]) })
		want := order[:k]
		slices.Sort(want)
		if got := KCap(a, k); !slices.Equal(got, want) {
			t.Fatalf("cap of %d of %d: got %v, want %v", k, n, got, want)
		}
	})
	for _, a := range [][]float64{make([]float64, 10), {0, 0, -1, 0, 0}, {0, 0}} {
		if got := KCap(a, 2); got != nil {
			t.Errorf("%v: %v fire without input", a, got)
		}
	}
	inf, nan := math.Inf(1), math.NaN()
	if got := KCap([]float64{nan, inf, 1, 2, inf, nan, inf, -inf, 3}, 2); !slices.Equal(got, []int32{1, 4}) {
		t.Errorf("of infinite activations %v fire", got)
	}
	if got := KCap([]float64{-3, -1, -2}, 2); !slices.Equal(got, []int32{1, 2}) {
		t.Errorf("of negative activations %v fire", got)
	}
}

// Every synapse exists with probability p, independently: means, the variance of
// counts within and across blocks, and pairs of neighbours.
func TestEdgesAreIndependent(t *testing.T) {
	for _, p := range []float64{0, .01, .1, .5, .9, 1} {
		e := newEdges(7, Fibre{P: p})
		const sources, blocks = 200, 40
		var place [blockSize]float64
		var total, square, pairs float64
		for i := range int32(sources) {
			for b := range blocks {
				s := setOf(hashed{e}.targets(i, e.key(i), b))
				n := 0.0
				last := -2
				for q := range s.all {
					place[q]++
					n++
					if q == last+1 {
						pairs++
					}
					last = q
				}
				total += n
				square += (n - blockSize*p) * (n - blockSize*p)
			}
		}
		const draws = sources * blocks
		near := func(what string, got, want, sd float64) {
			if math.Abs(got-want) > 4.5*sd+1e-9 { // of some 1500 comparisons none should fail by chance
				t.Errorf("p = %v: %s is %v, want %v ± %v", p, what, got, want, sd)
			}
		}
		v := blockSize * p * (1 - p)
		near("mean count", total/draws, blockSize*p, math.Sqrt(v/draws))
		near("variance of counts", square/draws, v, v*math.Sqrt(2.0/draws)+math.Sqrt(v/draws))
		near("neighbours", pairs/draws, (blockSize-1)*p*p, math.Sqrt((blockSize-1)*p*p/draws)*(1+2*p))
		for q := range place {
			near("a place", place[q]/draws, p, math.Sqrt(p*(1-p)/draws))
		}
	}
	loops := newEdges(7, Fibre{P: 1, Recurrent: true})
	if s := setOf(hashed{loops}.targets(300, loops.key(300), 1)); s[0] != ^uint64(1<<(300-256)) {
		t.Errorf("a neuron without self-loops feeds itself: %x", s)
	}
	stretches := newEdges(7, Fibre{P: 1, Recurrent: true, SelfLoops: true, Within: 100})
	for _, i := range []int32{0, 255, 299, 300, 777} {
		var reached []int
		for b := range 4 {
			s := setOf(hashed{stretches}.targets(i, stretches.key(i), b))
			for q := range s.all {
				reached = append(reached, b*blockSize+q)
			}
		}
		if first := int(i) / 100 * 100; len(reached) != 100 || reached[0] != first || reached[99] != first+99 {
			t.Errorf("neuron %d reaches %v", i, reached)
		}
	}
}

// The exact scalar recurrence of the coin-flip rule, and the weights that the
// paper's parameters give (two independent computations).
func TestCoinFlipRule(t *testing.T) {
	const beta, lambda = 0.5, 26
	r := CoinFlip(beta, lambda)
	y := func(T int) float64 { return math.Exp(lambda*(r.Weight(T)-1-beta)) / lambda }
	for T, want := range map[int]float64{1: 1, 2: 2.718, 3: 3.927, 4: 5.066, 5: 6.171, 6: 7.257, 40: 42.16} {
		if math.Abs(y(T)-want) > 5e-4*want {
			t.Errorf("y_%d = %v, want %v", T, y(T), want)
		}
	}
	for T := 1; T < 60; T++ { // y_{T+1} = y_T exp(1/y_T)
		if next := y(T) * math.Exp(1/y(T)); math.Abs(y(T+1)/next-1) > 1e-9 {
			t.Errorf("y_%d = %v, want %v", T+1, y(T+1), next)
		}
	}
	for T, want := range map[int]float64{1: 1.625, 2: 1.664, 3: 1.678, 5: 1.695, 10: 1.719, 20: 1.744, 40: 1.769} {
		if math.Abs(r.Weight(T)-want) > 1e-3 {
			t.Errorf("w_%d = %v, want %v", T, r.Weight(T), want)
		}
	}
	// Predicted frequencies y_T / Σ y.
	for _, c := range []struct {
		T    [3]int
		want float64
	}{{[3]int{1, 5, 5}, .0750}, {[3]int{5, 5, 5}, 1. / 3}, {[3]int{10, 5, 5}, .482}, {[3]int{20, 5, 5}, .639}, {[3]int{40, 5, 5}, .774}} {
		if got := y(c.T[0]) / (y(c.T[0]) + y(c.T[1]) + y(c.T[2])); math.Abs(got-c.want) > 6e-4 {
			t.Errorf("T = %v: predicted %v, want %v", c.T, got, c.want)
		}
	}
	if w := Multiplicative(1).Weight(2000); w != most {
		t.Errorf("a weight of %v would overflow sums", w)
	}
}

// The k largest of n binomials: means of order statistics against drawing all.
func TestTopCounts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	const n, sources, p, k, runs = 3000, 60, .05, 40, 400
	binomial := func() (x int) {
		for range sources {
			if rng.Float64() < p {
				x++
			}
		}
		return x
	}
	var got, want [k]float64
	for range runs {
		top := topCounts(rng, n, sources, p, k)
		if len(top) != k || !slices.IsSortedFunc(top, func(a, b int) int { return b - a }) {
			t.Fatalf("top counts %v", top)
		}
		for x := range k {
			got[x] += float64(top[x]) / runs
		}
	}
	const brute = 25
	for range brute {
		all := make([]int, n)
		for j := range all {
			all[j] = binomial()
		}
		slices.SortFunc(all, func(a, b int) int { return b - a })
		for x := range k {
			want[x] += float64(all[x]) / brute
		}
	}
	for _, x := range []int{0, 1, 5, 20, 39} {
		if math.Abs(got[x]-want[x]) > 0.5 { // the first has a deviation near 0.9, so a mean of 25 one near 0.18
			t.Errorf("order statistic %d has mean %v, by drawing all %v", x+1, got[x], want[x])
		}
	}
	if few := topCounts(rng, 7, 10, .5, 20); len(few) != 7 {
		t.Errorf("of 7 neurons %d are found", len(few))
	}
	if none := topCounts(rng, 7, 0, .5, 2); len(none) != 0 {
		t.Errorf("without sources %v", none)
	}
}

func setOf(s0, s1, s2, s3 uint64) set256 { return set256{s0, s1, s2, s3} }
