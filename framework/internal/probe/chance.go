package probe

import (
	"math"
	"slices"

	"github.com/assaylab/assay/framework/metric"
)

// chance scores answers that look at nothing, each the best that train tells for its
// metric: its most frequent class, the mean of its values, the angle with the most
// samples in reach, or that which is off by least. Balanced accuracy is that of
// guessing, 1/C of the C classes of the part.
func (t *task) chance(train *task) ([]score, error) {
	switch n := t.x.n; {
	case train.want.theta != nil:
		var out []score
		for i, angle := range []float64{mostWithin(train.want.theta, tolerance), mostWithin(train.want.theta, deltaTolerance), leastOff(train.want.theta)} {
			out = append(out, t.scoreAngles(slices.Repeat([]float64{angle}, n))[i])
		}
		return out, nil
	case train.want.labels != nil:
		most := int32(largest(frequencies(train.want)))
		out := t.scoreClasses(slices.Repeat([]int32{most}, n))
		all, each := t.cases.confusions(t.want.labels, t.want.labels, t.want.classes)
		value, one := t.cases.classMetric(all, each, make([]float64, n), func(c confusion) float64 { return 1 / float64(c.occur()) })
		out[1] = score{"balanced_accuracy", metric.Max, value, one}
		return out, nil
	default:
		mean := columnMeans(train.want.values)
		return t.scoreValues(samples{n, len(mean), slices.Repeat(mean, n)})
	}
}

// frequencies counts the samples of each class.
func frequencies(a answer) []int {
	out := make([]int, a.classes)
	for _, l := range a.labels {
		out[l]++
	}
	return out
}

// rose counts samples by their angle in [0, 2π), in order.
func rose(theta []float64) (angles, count []float64) {
	n := map[float64]float64{}
	for _, a := range theta {
		a = math.Mod(a, 2*math.Pi)
		if a < 0 {
			a += 2 * math.Pi
		}
		n[a]++
	}
	for a := range n {
		angles = append(angles, a)
	}
	slices.Sort(angles)
	for _, a := range angles {
		count = append(count, n[a])
	}
	return angles, count
}

// mostWithin is the angle with the most samples nearer than reach: one of theirs, or
// the middle between two that both are in reach of it. Of several the first.
func mostWithin(theta []float64, reach float64) (best float64) {
	angles, count := rose(theta)
	candidates := slices.Clone(angles)
	for i, a := range angles {
		for _, b := range angles[i+1:] {
			if distance(a, b) < 2*reach {
				sa, ca := math.Sincos(a)
				sb, cb := math.Sincos(b)
				candidates = append(candidates, math.Atan2(sa+sb, ca+cb))
			}
		}
	}
	most := -1.0
	for _, a := range candidates {
		within := 0.0
		for i, b := range angles {
			if distance(a, b) < reach*(1-1e-9) { // not by rounding
				within += count[i]
			}
		}
		if within > most {
			best, most = a, within
		}
	}
	return best
}

// leastOff is the angle with the least mean distance to those given. It is one of
// them: between two the mean distance is linear but for peaks at their antipodes.
func leastOff(theta []float64) (best float64) {
	angles, count := rose(theta)
	least := math.Inf(1)
	for _, a := range angles {
		sum := 0.0
		for i, b := range angles {
			sum += count[i] * distance(a, b)
		}
		if sum < least*(1-1e-12) {
			best, least = a, sum
		}
	}
	return best
}
