package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// FriedmanResult is the outcome of [Friedman].
type FriedmanResult struct {
	Blocks, Groups int
	MeanRanks      []float64 // of each group; 1 is the smallest value
	Chi2           float64   // Friedman's statistic, corrected for ties
	F              float64   // Iman and Davenport's; +Inf where every block ranks the groups alike
	P              float64   // of F
}

// Friedman tests whether groups (methods) differ over blocks (datasets):
// x[block][group]. Within each block the values are ranked, ties sharing the
// mean of their ranks. With R̄ⱼ the mean rank of group j, N blocks and k groups,
//
//	χ² = 12N/(k(k+1)) · Σⱼ(R̄ⱼ − (k+1)/2)² / (1 − Σ(t³−t)/(N(k³−k)))
//	F  = (N−1)χ² / (N(k−1) − χ²),   F ~ F(k−1, (k−1)(N−1))
//
// where t are the sizes of tied groups. χ² itself is too conservative (Iman and
// Davenport 1980; Demšar 2006). Where all values of every block are tied, P is 1.
func Friedman(x [][]float64) (FriedmanResult, error) {
	if len(x) < 2 {
		return FriedmanResult{}, fmt.Errorf("a Friedman test needs at least 2 blocks, got %d", len(x))
	}
	k := len(x[0])
	if k < 2 {
		return FriedmanResult{}, fmt.Errorf("a Friedman test needs at least 2 groups, got %d", k)
	}
	out := FriedmanResult{Blocks: len(x), Groups: k, MeanRanks: make([]float64, k)}
	N, K := float64(len(x)), float64(k)
	var ties float64
	for i, block := range x {
		if len(block) != k {
			return FriedmanResult{}, fmt.Errorf("block %d has %d values, block 1 has %d", i+1, len(block), k)
		}
		if err := finite(block); err != nil {
			return FriedmanResult{}, fmt.Errorf("block %d: %w", i+1, err)
		}
		r, t := ranks(block)
		ties += t
		for j := range r {
			out.MeanRanks[j] += r[j] / N
		}
	}
	correction := 1 - ties/(N*(K*K*K-K))
	if correction == 0 {
		out.P = 1
		return out, nil
	}
	var ss float64
	for _, r := range out.MeanRanks {
		ss += (r - (K+1)/2) * (r - (K+1)/2)
	}
	out.Chi2 = 12 * N / (K * (K + 1)) * ss / correction
	rest := N*(K-1) - out.Chi2
	if rest <= 1e-12*N*(K-1) {
		out.F = math.Inf(1) // P is 0, its limit
		return out, nil
	}
	out.F = (N - 1) * out.Chi2 / rest
	// The tail of F, by the symmetry of the beta distribution; distuv.F has it
	// only as 1−CDF, which loses small p-values.
	d1, d2 := K-1, (K-1)*(N-1)
	out.P = mathext.RegIncBeta(d2/2, d1/2, d2/(d2+d1*out.F))
	return out, nil
}
