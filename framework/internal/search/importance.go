package search

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/assaylab/assay/framework/data"
)

// An Importance is the share of a parameter in what tells good configurations
// from others.
type Importance struct {
	Name  string
	Share float64 // of the sum over parameters; all are 0 where nothing tells them apart
}

// ImportanceFrom is the least number of configurations of which Importance tells
// something.
const ImportanceFrom = 2 * importanceLeast

const (
	importanceTop    = 0.1 // of the configurations are good ones
	importanceLeast  = 8   // but at least so many, and at most half
	importanceCells  = 50  // of the unit interval
	importanceChance = 100 // random choices of as many configurations
)

// Importance compares, for each parameter, where the best tenth of the
// configurations lies with where all of them lie (PED-ANOVA, Watanabe et al.
// 2023): the Pearson divergence
//
//	D = ∫ p_all(u) (p_top(u)/p_all(u) − 1)² du
//
// of densities over the values, as a share of the sum over parameters. It holds
// for whatever way the configurations were chosen. From D comes off what as many
// configurations chosen by chance give on average, since few points lie unevenly
// by themselves. A parameter that is not always in play counts in proportion to
// how many of the best it is in play for. values are larger the better, NaN: none.
func (s *Space) Importance(list []Config, values []float64) ([]Importance, error) {
	if len(list) != len(values) {
		return nil, fmt.Errorf("importance of %d configurations with %d values", len(list), len(values))
	}
	if len(list) < ImportanceFrom {
		return nil, fmt.Errorf("importance needs at least %d configurations, got %d", ImportanceFrom, len(list))
	}
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return Answer{Value: values[j]}.compare(Answer{Value: values[i]}) })
	top := order[:max(int(math.Ceil(importanceTop*float64(len(list)))), importanceLeast)]

	axes := s.axes()
	points := make([]point, len(list))
	for i, c := range list {
		points[i] = s.point(axes, c)
	}
	out, sum := make([]Importance, len(axes)), 0.0
	for k, a := range axes {
		column := make([]cell, len(points))
		for i, x := range points {
			column[i] = x[k]
		}
		out[k] = Importance{a.param.Name, a.importance(column, top, data.Rand(0, "importance "+a.param.Name))}
		sum += out[k].Share
	}
	for k := range out {
		if sum > 0 {
			out[k].Share /= sum
		}
	}
	return out, nil
}

// importance is D above chance of one parameter.
func (a axis) importance(column []cell, top []int, r *rand.Rand) float64 {
	var all, good []cell
	for _, c := range column {
		if c.present() {
			all = append(all, c)
		}
	}
	for _, i := range top {
		if column[i].present() {
			good = append(good, column[i])
		}
	}
	if len(good) < 2 {
		return 0
	}
	everywhere := a.histogram(all)
	d := divergence(a.histogram(good), everywhere)
	chance, some := 0.0, make([]cell, len(good))
	for range importanceChance {
		for i, j := range r.Perm(len(all))[:len(good)] {
			some[i] = all[j]
		}
		chance += divergence(a.histogram(some), everywhere) / importanceChance
	}
	return math.Max(0, d-chance) * float64(len(good)) / float64(len(top))
}

// divergence is D of masses.
func divergence(top, all []float64) (d float64) {
	for i, p := range all {
		d += (top[i] - p) * (top[i] - p) / p
	}
	return d
}

// histogram is the mass of every cell: of values that have no order how often
// each came, of others a sum of normal kernels, cut to the unit interval, of
// Scott's width 1.06 n^(−1/5) min(s, IQR/1.34), at least half a cell. An even
// prior counts as one observation.
func (a axis) histogram(seen []cell) []float64 {
	n := a.cells()
	if n == 0 || a.ordered && n > importanceCells {
		n = importanceCells
	}
	weight := 1 / float64(len(seen)+1)
	mass := make([]float64, n)
	for i := range mass {
		mass[i] = weight / float64(n)
	}
	if !a.ordered {
		for _, c := range seen {
			mass[a.index(c.mid())] += weight
		}
		return mass
	}
	u := make([]float64, len(seen))
	for i, c := range seen {
		u[i] = c.mid()
	}
	wide := math.Max(scott(u), 0.5/float64(n))
	for _, x := range u {
		whole := normalMass(-x/wide, (1-x)/wide)
		for i := range mass {
			lo, hi := float64(i)/float64(n), float64(i+1)/float64(n)
			mass[i] += weight * normalMass((lo-x)/wide, (hi-x)/wide) / whole
		}
	}
	return mass
}

// scott is Scott's rule for the width of kernels.
func scott(u []float64) float64 {
	sorted, m, v := slices.Sorted(slices.Values(u)), mean(u), 0.0
	for _, x := range u {
		v += (x - m) * (x - m) / float64(max(len(u)-1, 1))
	}
	quantile := func(p float64) float64 {
		at := p * float64(len(u)-1)
		i := int(at)
		return sorted[i] + (at-float64(i))*(sorted[min(i+1, len(u)-1)]-sorted[i])
	}
	return 1.06 * math.Pow(float64(len(u)), -0.2) * math.Min(math.Sqrt(v), (quantile(0.75)-quantile(0.25))/1.34)
}
