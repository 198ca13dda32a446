package table

import (
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
