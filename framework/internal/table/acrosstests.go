package table

import (
	"math"
	"slices"

	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
)

// compare tests all pairs over the groups where there are enough of them.
func (a *Across) compare(s Spec, smaller [][]float64) error {
	G, k := len(a.Groups), len(a.Methods)
	var D [][]float64
	for _, p := range stats.Pairs(k) {
		c := Contest{A: a.Methods[p[0]], B: a.Methods[p[1]]}
		for g := range G {
			x, y := a.Values[p[0]][g], a.Values[p[1]][g]
			d := x - y
			if stats.Tied(x, y) {
				d = 0
			}
			c.Differences = append(c.Differences, d)
			switch {
			case d == 0:
			case a.Goal.Better(x, y):
				c.Wins++
			default:
				c.Losses++
			}
		}
		mean, err := stats.OfMean(c.Differences)
		if err != nil {
			return err
		}
		c.Diff = mean.Estimate
		if mean.SE > 0 {
			lo, hi := mean.Interval()
			c.Lo, c.Hi = &lo, &hi
		}
		D = append(D, c.Differences)
		a.Pairs = append(a.Pairs, c)
	}
	differ := map[[2]int]bool{}
	if G >= fewestGroups {
		f, err := stats.SignFlips(D)
		if err != nil {
			return err
		}
		a.Test, a.Exact, a.Smallest = "sign flips", f.Exact, &f.Smallest
		for i, p := range stats.Pairs(k) {
			a.Pairs[i].P, a.Pairs[i].Adj = &f.Raw[i], &f.P[i]
			if !math.IsInf(f.T[i], 0) {
				a.Pairs[i].T = &f.T[i]
			}
			differ[p] = f.P[i] < alpha
		}
		if k > 2 {
			r, err := stats.Friedman(smaller)
			if err != nil {
				return err
			}
			a.Friedman = &Friedman{r.Chi2, r.P, r.Exact, r.Smallest}
		}
		a.cliques(differ)
	}
	for j := range a.Methods {
		better, worse := 0, 0
		for i, p := range stats.Pairs(k) {
			if !differ[p] || p[0] != j && p[1] != j {
				continue
			}
			up := a.Goal == metric.Max && a.Pairs[i].Diff > 0 || a.Goal == metric.Min && a.Pairs[i].Diff < 0 // a is better
			if up == (p[0] == j) {
				worse++
			} else {
				better++
			}
		}
		lo, hi := stats.RankInterval(k, better, worse)
		a.RankSpan = append(a.RankSpan, [2]int{lo, hi})
	}
	return nil
}

// cliques lists the largest sets of methods without a significant difference, by
// mean rank; sets of one are left out.
func (a *Across) cliques(differ map[[2]int]bool) {
	order := make([]int, len(a.Methods))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int {
		return order01(a.MeanRanks[x] > a.MeanRanks[y]) - order01(a.MeanRanks[x] < a.MeanRanks[y])
	})
	for _, set := range stats.Cliques(len(order), func(x, y int) bool {
		i, j := order[x], order[y]
		return differ[[2]int{min(i, j), max(i, j)}]
	}) {
		if len(set) < 2 {
			continue
		}
		var names []string
		for _, m := range set {
			names = append(names, a.Methods[order[m]])
		}
		a.Cliques = append(a.Cliques, names)
	}
}
