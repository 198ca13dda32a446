package latent

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// kmeansIterations is the most that one start makes; it ends before, when no
// sample changes its cluster.
const kmeansIterations = 300

// KMeans divides the rows of X [n x d] into k clusters around centres so that the
// squared distances from the centres are small: Lloyd's iteration from starts by
// Arthur and Vassilvitskii (k-means++, SODA 2007), of which the best is kept. It
// returns the cluster of each row, 0 to k−1, and the sum of squared distances.
func KMeans(X *mat.Dense, k, starts int, rng *rand.Rand) (labels []int32, cost float64, err error) {
	n, _ := X.Dims()
	if k < 1 || k > n || starts < 1 {
		return nil, 0, fmt.Errorf("k-means: %d clusters asked of %d samples, with %d starts", k, n, starts)
	}
	for i := range n {
		for j, x := range X.RawRowView(i) {
			if x-x != 0 {
				return nil, 0, fmt.Errorf("k-means: sample %d, channel %d is %v; samples must be finite", i, j, x)
			}
		}
	}
	cost = math.Inf(1)
	for range starts {
		l, c := lloyd(X, spreadCentres(X, k, rng))
		if c < cost {
			labels, cost = l, c
		}
	}
	return labels, cost, nil
}

// spreadCentres draws k rows, each with a chance that grows with its squared
// distance from those drawn before.
func spreadCentres(X *mat.Dense, k int, rng *rand.Rand) *mat.Dense {
	n, d := X.Dims()
	centres, far := mat.NewDense(k, d, nil), make([]float64, n)
	at := rng.IntN(n)
	for c := range k {
		centres.SetRow(c, X.RawRowView(at))
		total := 0.0
		for i := range n {
			if s := squaredDistance(X.RawRowView(i), X.RawRowView(at)); c == 0 || s < far[i] {
				far[i] = s
			}
			total += far[i]
		}
		u := rng.Float64() * total
		for at = 0; at < n-1; at++ {
			if u -= far[at]; u < 0 {
				break
			}
		}
	}
	return centres
}

// lloyd moves centres to the means of the samples nearest to them until none
// changes its cluster. A cluster that has lost all samples takes the one that is
// farthest from its centre.
func lloyd(X, centres *mat.Dense) (labels []int32, cost float64) {
	n, d := X.Dims()
	k, _ := centres.Dims()
	labels = make([]int32, n)
	for i := range labels {
		labels[i] = -1
	}
	for range kmeansIterations {
		changed := false
		cost = 0
		counts, farthest, farthestAt := make([]int, k), -1.0, 0
		for i := range n {
			best, least := int32(0), math.Inf(1)
			for c := range k {
				if s := squaredDistance(X.RawRowView(i), centres.RawRowView(c)); s < least {
					best, least = int32(c), s
				}
			}
			changed = changed || labels[i] != best
			labels[i] = best
			counts[best]++
			cost += least
			if least > farthest {
				farthest, farthestAt = least, i
			}
		}
		if !changed {
			break
		}
		sums := mat.NewDense(k, d, nil)
		for i, c := range labels {
			row := sums.RawRowView(int(c))
			for j, x := range X.RawRowView(i) {
				row[j] += x
			}
		}
		for c, count := range counts {
			for j, s := range sums.RawRowView(c) {
				if count > 0 {
					centres.Set(c, j, s/float64(count))
				} else {
					centres.Set(c, j, X.At(farthestAt, j))
				}
			}
		}
	}
	return labels, cost
}

func squaredDistance(x, y []float64) (sum float64) {
	for j, v := range x {
		sum += (v - y[j]) * (v - y[j])
	}
	return sum
}
