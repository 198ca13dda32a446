package stats

import "fmt"

const (
	blockCount   = 10  // of a recording without behavioural trials
	blockFewest  = 8   // and where it is too short for ten
	blockSamples = 10  // in a block, at least
	lagBlocks    = 40  // whose means' autocorrelation tells whether ten are independent
	LagLimit     = 0.4 // above which they are not: the interval is too narrow
)

// Blocks divides n samples into 10 contiguous blocks of equal length, to a sample,
// none under 10; into 8 or 9 where there are too few. Block b is [at[b], at[b+1]).
func Blocks(n int) (at []int, err error) {
	k := min(blockCount, n/blockSamples)
	if k < blockFewest {
		return nil, fmt.Errorf("%d samples are too few for %d blocks of %d", n, blockFewest, blockSamples)
	}
	for b := range k + 1 {
		at = append(at, b*n/k)
	}
	return at, nil
}

// Lag1 returns the autocorrelation at lag 1 of the means of 40 contiguous blocks of
// per-sample scores; of as many single samples where there are fewer than 40.
func Lag1(scores []float64) float64 {
	k := min(lagBlocks, len(scores))
	means := make([]float64, k)
	for b := range means {
		means[b] = Mean(scores[b*len(scores)/k : (b+1)*len(scores)/k])
	}
	return Autocorrelation(means)
}

// Autocorrelation returns Σ(x_t − x̄)(x_{t+1} − x̄)/Σ(x_t − x̄)², and 0 where x does
// not vary.
func Autocorrelation(x []float64) float64 {
	if len(x) < 2 {
		return 0
	}
	s := unit(x)
	m := Mean(x) * s
	var one, two float64
	for t, v := range x {
		d := v*s - m
		two += d * d
		if t > 0 {
			one += d * (x[t-1]*s - m)
		}
	}
	if two <= 0x1p-80*float64(len(x)) {
		return 0
	}
	return one / two
}
