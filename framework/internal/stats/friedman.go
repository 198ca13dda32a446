package stats

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mathext"
)

// enumerateUpTo is the number of ways to permute within groups up to which
// Friedman counts them all.
const enumerateUpTo = 1_000_000

// FriedmanResult is the outcome of [Friedman].
type FriedmanResult struct {
	Blocks, Groups int
	MeanRanks      []float64 // of each group; 1 is the smallest value
	Chi2           float64   // Friedman's statistic, corrected for ties
	P              float64   // by permutation within blocks
	Exact          bool      // all permutations were counted; else 100,000 were drawn
	Smallest       float64   // the smallest p that there can be
	// F is Iman and Davenport's form with its p, for comparison with other
	// programs; NaN where every block ranks the groups alike.
	F, PF float64
}

// Friedman tests whether groups (methods) differ over blocks (recordings):
// x[block][group]. Within each block the values are ranked, ties sharing the
// mean of their ranks. With R̄ⱼ the mean rank of group j, N blocks and k groups,
//
//	χ² = 12N/(k(k+1)) · Σⱼ(R̄ⱼ − (k+1)/2)² / (1 − Σ(t³−t)/(N(k³−k)))
//	F  = (N−1)χ² / (N(k−1) − χ²),   F ~ F(k−1, (k−1)(N−1))
//
// where t are the sizes of tied groups. P is the share of the permutations of
// ranks within blocks with a χ² at least as large: of all of them where there are
// at most 10⁶ that differ, (k!)^(N−1), else of 100,000 with a fixed seed. Where all
// values of every block are tied, P is 1.
func Friedman(x [][]float64) (FriedmanResult, error) {
	if len(x) < 2 {
		return FriedmanResult{}, fmt.Errorf("a Friedman test needs at least 2 blocks, got %d", len(x))
	}
	k := len(x[0])
	if k < 2 {
		return FriedmanResult{}, fmt.Errorf("a Friedman test needs at least 2 groups, got %d", k)
	}
	out := FriedmanResult{Blocks: len(x), Groups: k, MeanRanks: make([]float64, k), F: math.NaN(), PF: math.NaN()}
	N, K := float64(len(x)), float64(k)
	var ties float64
	all := make([][]float64, len(x))
	for i, block := range x {
		if len(block) != k {
			return FriedmanResult{}, fmt.Errorf("block %d has %d values, block 1 has %d", i+1, len(block), k)
		}
		if err := finite(block); err != nil {
			return FriedmanResult{}, fmt.Errorf("block %d: %w", i+1, err)
		}
		r, t := ranks(block)
		all[i] = r
		ties += t
		for j := range r {
			out.MeanRanks[j] += r[j] / N
		}
	}
	correction := 1 - ties/(N*(K*K*K-K))
	if correction == 0 {
		out.P, out.Exact, out.Smallest = 1, true, 1
		return out, nil
	}
	var ss float64
	for _, r := range out.MeanRanks {
		ss += (r - (K+1)/2) * (r - (K+1)/2)
	}
	out.Chi2 = 12 * N / (K * (K + 1)) * ss / correction
	permute(&out, all)
	rest := N*(K-1) - out.Chi2
	if rest <= 1e-12*N*(K-1) {
		return out, nil
	}
	out.F = (N - 1) * out.Chi2 / rest
	// The tail of F, by the symmetry of the beta distribution; distuv.F has it
	// only as 1−CDF, which loses small p-values.
	d1, d2 := K-1, (K-1)*(N-1)
	out.PF = mathext.RegIncBeta(d2/2, d1/2, d2/(d2+d1*out.F))
	return out, nil
}

// permute sets P from ranks r[block][group]. Ranks are doubled, so that sums are
// whole numbers and comparisons exact; χ² grows with the sum of squared rank sums.
func permute(out *FriedmanResult, r [][]float64) {
	k := out.Groups
	twice := make([][]int, len(r))
	sums := make([]int, k)
	for i, block := range r {
		twice[i] = make([]int, k)
		for j, v := range block {
			twice[i][j] = int(2 * v)
			sums[j] += twice[i][j]
		}
	}
	observed := squares(sums)
	ways, exactly := 1.0, true
	for range len(r) - 1 {
		for f := 2; f <= k; f++ {
			ways *= float64(f)
		}
		if ways > enumerateUpTo {
			exactly = false
			break
		}
	}
	if !exactly {
		out.Smallest = 1.0 / drawCount
		out.P = float64(1+permuteDrawn(twice, observed)) / drawCount
		return
	}
	out.Exact = true
	at := append([]int(nil), twice[0]...) // the first block as it is
	extreme, total := 0, 0
	var walk func(block int)
	walk = func(block int) {
		if block == len(twice) {
			total++
			if squares(at) >= observed {
				extreme++
			}
			return
		}
		permutations(twice[block], func(p []int) {
			for j, v := range p {
				at[j] += v
			}
			walk(block + 1)
			for j, v := range p {
				at[j] -= v
			}
		})
	}
	walk(1)
	out.P = float64(extreme) / float64(total)
	out.Smallest = 1 / ways // blocks that agree without ties: one way in (k!)^(N−1)
}

func squares(sums []int) int {
	s := 0
	for _, v := range sums {
		s += v * v
	}
	return s
}

// permutations calls do with every order of v (Heap 1963); v is as before afterwards.
func permutations(v []int, do func([]int)) {
	p := append([]int(nil), v...)
	var heap func(n int)
	heap = func(n int) {
		if n == 1 {
			do(p)
			return
		}
		for i := range n {
			heap(n - 1)
			if i < n-1 {
				if n%2 == 0 {
					p[i], p[n-1] = p[n-1], p[i]
				} else {
					p[0], p[n-1] = p[n-1], p[0]
				}
			}
		}
	}
	heap(len(p))
}

// permuteDrawn counts drawn permutations at least as extreme, without the observed one.
func permuteDrawn(twice [][]int, observed int) int {
	rng := rand.New(rand.NewPCG(drawSeed, uint64(len(twice))))
	k := len(twice[0])
	sums, extreme := make([]int, k), 0
	p := make([]int, k)
	for range drawCount - 1 {
		copy(sums, twice[0])
		for _, block := range twice[1:] {
			copy(p, block)
			rng.Shuffle(k, func(a, b int) { p[a], p[b] = p[b], p[a] })
			for j, v := range p {
				sums[j] += v
			}
		}
		if squares(sums) >= observed {
			extreme++
		}
	}
	return extreme
}
