package table

import (
	"math"
	"slices"

	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
)

// fewestGroups is the number of groups from which on rivals are tested across them.
const fewestGroups = 6

// Across compares rivals over recordings: there a group, a subject or a session,
// counts once.
type Across struct {
	Metric  string      `json:"metric"`
	Goal    metric.Goal `json:"goal"`
	Unit    string      `json:"unit"` // subject, session (of one subject), or dataset where nothing is known of them
	Groups  []Group     `json:"groups"`
	Trained []string    `json:"trained,omitempty"` // other recordings that were trained on
	Methods []string    `json:"methods"`
	Left    []string    `json:"left_out,omitempty"` // rivals that some group lacks
	Worst   []Lost      `json:"counted_worst,omitempty"`

	Means     []float64   `json:"means"`      // of each method, over groups
	MeanRanks []float64   `json:"mean_ranks"` // 1 is best
	RankSpan  [][2]int    `json:"rank_intervals"`
	Values    [][]float64 `json:"values"` // [method][group]

	Test     string     `json:"test"` // "sign flips" or "" under 6 groups
	Exact    bool       `json:"exact,omitempty"`
	Smallest *float64   `json:"smallest_p,omitempty"`
	Friedman *Friedman  `json:"friedman,omitempty"`
	Pairs    []Contest  `json:"pairs"`
	Cliques  [][]string `json:"cliques,omitempty"` // methods not shown to differ from each other
	Also     *Also      `json:"also,omitempty"`
	Merged   [][]string `json:"merged,omitempty"` // datasets taken for one recording
}

// Lost is a method that failed on datasets, and on how many.
type Lost struct {
	Method   string `json:"method"`
	Datasets int    `json:"datasets"`
}

// Friedman is the overall test.
type Friedman struct {
	Chi2     float64 `json:"chi2"`
	P        float64 `json:"p"` // by permutation within groups
	Exact    bool    `json:"exact"`
	Smallest float64 `json:"smallest_p"`
}

// Contest is a pair of methods over groups.
type Contest struct {
	A           string    `json:"a"`
	B           string    `json:"b"`
	Diff        float64   `json:"difference"` // mean over groups of a − b
	Lo          *float64  `json:"lo"`         // 95 % t interval, df groups − 1
	Hi          *float64  `json:"hi"`
	T           *float64  `json:"t"`
	P           *float64  `json:"p"` // of the pair alone; null where nothing is tested
	Adj         *float64  `json:"p_adjusted"`
	Wins        int       `json:"wins"` // groups where a is better
	Losses      int       `json:"losses"`
	Differences []float64 `json:"differences"` // of each group
	Wilcoxon    *float64  `json:"wilcoxon_p,omitempty"`
}

// across compares the rivals of each metric over the datasets of the other axis.
func across(t *Table, g *gathered, v *verdict) ([]Across, error) {
	out := []Across{}
	labels, rows := t.Spec.rivals(t)
	if labels == nil || t.Spec.Against == none || rows && t.Spec.Cols != axisDataset || !rows && t.Spec.Rows != axisDataset {
		return out, nil
	}
	var order []string
	byMetric := map[string][]*contest{}
	for _, k := range v.contests {
		if byMetric[k.metric] == nil {
			order = append(order, k.metric)
		}
		byMetric[k.metric] = append(byMetric[k.metric], k)
	}
	for _, m := range order {
		a, ok, err := newAcross(t, g, labels, byMetric[m])
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, a)
		}
	}
	return out, nil
}

func newAcross(t *Table, g *gathered, labels []string, datasets []*contest) (Across, bool, error) {
	gr := newGrouping(datasets, g.origins)
	a := Across{Metric: datasets[0].metric, Goal: datasets[0].goal, Unit: gr.unit, Groups: gr.groups, Merged: gr.merged, Pairs: []Contest{}}
	for _, k := range datasets {
		for _, r := range g.origins[k.other].Trained {
			if !slices.Contains(a.Trained, r) {
				a.Trained = append(a.Trained, r)
			}
		}
	}
	if len(gr.groups) < 2 {
		return a, false, nil
	}
	x, lost := a.matrix(t, labels, datasets, gr)
	if len(a.Methods) < 2 {
		return a, false, nil
	}
	for j := range a.Methods {
		var values []float64
		for i := range x {
			values = append(values, x[i][j])
		}
		if !modest(values) {
			return a, false, nil
		}
		a.Values = append(a.Values, values)
		a.Means = append(a.Means, stats.Mean(values))
	}
	smaller := ordered(x, lost, a.Goal)
	a.MeanRanks = stats.MeanRanks(smaller)
	if err := a.compare(t.Spec, smaller); err != nil {
		return a, false, err
	}
	return a, true, a.also(t.Spec, datasets)
}

// ordered returns the values by which methods are ranked within groups: smaller is
// better, and a method that failed in a group is worse than all others there.
func ordered(x [][]float64, lost [][]bool, goal metric.Goal) [][]float64 {
	out := make([][]float64, len(x))
	for i := range x {
		var worst, size float64
		for j, v := range x[i] {
			if goal == metric.Max {
				v = -v
			}
			out[i] = append(out[i], v)
			if j == 0 || v > worst {
				worst = v
			}
			size = max(size, math.Abs(v))
		}
		for j := range out[i] {
			if lost[i][j] {
				out[i][j] = worst + max(size, 1)
			}
		}
	}
	return out
}

// matrix fills Methods and returns x[group][method]: methods with a value on every
// dataset, and by "failures: worst" those that failed on some, with the worst value
// of that dataset; lost says where they did.
func (a *Across) matrix(t *Table, labels []string, datasets []*contest, gr grouping) (x [][]float64, lost [][]bool) {
	value, gone := map[string][]float64{}, map[string][]bool{}
	for _, name := range labels {
		values, failed, complete, own := make([]float64, len(datasets)), make([]bool, len(datasets)), true, false
		times := 0
		for d, k := range datasets {
			i := k.index(name)
			switch {
			case i >= 0:
				values[d], own = *k.rivals()[i].Mean, true
			case t.failed(name, k) && t.Spec.Failures == failuresWorst:
				values[d], failed[d] = k.worst(), true
				times++
			default:
				complete = false
			}
		}
		switch {
		case complete && own:
			a.Methods = append(a.Methods, name)
			value[name], gone[name] = values, failed
			if times > 0 {
				a.Worst = append(a.Worst, Lost{name, times})
			}
		case own || t.anyFailed(name, datasets):
			a.Left = append(a.Left, name)
		}
	}
	x, lost = make([][]float64, len(gr.groups)), make([][]bool, len(gr.groups))
	for i := range x {
		for _, name := range a.Methods {
			x[i] = append(x[i], gr.mean(i, func(d int) float64 { return value[name][d] }))
			lost[i] = append(lost[i], slices.ContainsFunc(slices.Concat(gr.at[i]...), func(d int) bool { return gone[name][d] }))
		}
	}
	return x, lost
}

// failed reports whether a rival has failures and no value in a contest.
func (t *Table) failed(name string, k *contest) bool {
	_, rows := t.Spec.rivals(t)
	return slices.ContainsFunc(t.Cells, func(c Cell) bool {
		rival, other := c.Row, c.Col
		if !rows {
			rival, other = c.Col, c.Row
		}
		return rival == name && other == k.other && c.Metric == k.metric && c.N == 0 && c.Failed > 0 && !c.Chance
	})
}

func (t *Table) anyFailed(name string, datasets []*contest) bool {
	return slices.ContainsFunc(datasets, func(k *contest) bool { return t.failed(name, k) })
}

func (k *contest) worst() float64 {
	all := k.rivals()
	w := *all[0].Mean
	for _, e := range all {
		if k.goal.Better(w, *e.Mean) {
			w = *e.Mean
		}
	}
	return w
}

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
