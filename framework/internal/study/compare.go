package study

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/table"
)

// State is a sweep with the trials that have ended.
type State struct {
	Sweep *sweep.Sweep
	Rows  iter.Seq2[Row, error]
}

// Verdicts on a change.
const (
	Same     = "no change"       // every value is the same, bit by bit
	Beyond   = "more than noise" // the difference is tested, and its adjusted p is below 0.05
	Within   = "within noise"    // it is tested, and its adjusted p is not
	Untested = "not tested"      // values differ; Note says why there is no test
	Gone     = "only in the first"
	New      = "only in the second"
)

// Change is what became of one metric of one method on one dataset.
type Change struct {
	Method   string   `json:"method"`
	Variant  string   `json:"variant,omitempty"`
	Dataset  string   `json:"dataset"`
	Metric   string   `json:"metric"`
	Split    string   `json:"split"`
	Before   *float64 `json:"before"` // mean; null without a successful trial
	After    *float64 `json:"after"`
	NBefore  int      `json:"n_before"`
	NAfter   int      `json:"n_after"`
	Failed   [2]int   `json:"failed"`     // before, after
	Diff     *float64 `json:"difference"` // after − before
	Lo       *float64 `json:"lo"`         // its 95 % interval, not adjusted
	Hi       *float64 `json:"hi"`
	P        *float64 `json:"p"`
	Adjusted *float64 `json:"p_adjusted"`         // by Holm, over all changes of one metric on one split
	Settings []string `json:"settings,omitempty"` // names of those that differ
	Verdict  string   `json:"verdict"`
	Note     string   `json:"note,omitempty"`
}

// spot is a method on a dataset, by the names that both states share.
type spot struct{ method, variant, dataset string }

func (s spot) String() string { return strings.Join([]string{s.method, s.variant, s.dataset}, "\x00") }

type measured struct{ metric, split string }

const before, after = "before", "after"

// Compare tells what is different between two states, in the metrics that tables of
// either show. Differences are tested as a table tests those of two methods: by test
// cases that both have, and training seeds.
func Compare(a, b State) ([]Change, error) {
	var shown []measured
	for _, sw := range []*sweep.Sweep{a.Sweep, b.Sweep} {
		for _, spec := range sw.Tables { // a copy, whose defaults are filled in
			if problems := spec.Complete(); len(problems) > 0 {
				return nil, problems[0]
			}
			for _, name := range metricsOf(spec) {
				if m := (measured{name, spec.Split}); !slices.Contains(shown, m) {
					shown = append(shown, m)
				}
			}
		}
	}
	was, err := statesOf(a, before)
	if err != nil {
		return nil, err
	}
	is, err := statesOf(b, after)
	if err != nil {
		return nil, err
	}
	var out []Change
	for _, m := range shown {
		changes, err := changesOf(m, was, is)
		if err != nil {
			return nil, err
		}
		out = append(out, changes...)
	}
	if len(out) == 0 {
		return nil, problem.Usage(errors.New("there is nothing to compare: no finished trial has a metric that the tables show"), "")
	}
	return out, nil
}

// statesOf are the observations of each spot, as those of a method called side.
func statesOf(s State, side string) (map[spot][]table.Observation, error) {
	out := map[spot][]table.Observation{}
	everything := table.Spec{Rows: "variant", Cols: "dataset"}
	for row, err := range s.Rows {
		if err != nil {
			return nil, err
		}
		if row.Role != "" && row.Role != Chosen && row.Role != Ablation {
			continue
		}
		for _, o := range observe(nil, row, nil, nil, everything) {
			at := spot{o.Method, o.Variant, o.Dataset}
			o.Method, o.Variant, o.Dataset, o.Origin, o.Sees = side, "", at.String(), table.Origin{}, nil
			out[at] = append(out[at], o)
		}
	}
	return out, nil
}

// about are the observations of one metric, with the trials that failed.
func about(obs []table.Observation, m measured) (out []table.Observation, any bool) {
	for _, o := range obs {
		if o.Failed || o.Metric == m.metric && o.Split == m.split {
			out, any = append(out, o), any || !o.Failed
		}
	}
	return out, any
}

func changesOf(m measured, was, is map[spot][]table.Observation) ([]Change, error) {
	var both []table.Observation
	found := map[string]*Change{}
	var out []*Change
	spots := map[spot]bool{}
	for at := range was {
		spots[at] = true
	}
	for at := range is {
		spots[at] = true
	}
	for at := range spots {
		old, anyOld := about(was[at], m)
		now, anyNow := about(is[at], m)
		c := &Change{Method: at.method, Variant: at.variant, Dataset: at.dataset, Metric: m.metric, Split: m.split}
		switch {
		case !anyOld && !anyNow:
			continue
		case len(old) == 0:
			c.Verdict = New
		case len(now) == 0:
			c.Verdict = Gone
		}
		c.Settings = changedSettings(old, now)
		both = append(append(both, old...), now...)
		found[at.String()] = c
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, nil
	}
	spec := table.Spec{Name: "compare", Rows: "method", Cols: "dataset", Cell: m.metric, Split: m.split, Against: before, Correct: "holm", Family: "table"}
	if !slices.ContainsFunc(both, func(o table.Observation) bool { return o.Method == before }) {
		spec.Against, spec.Correct = "none", "none"
	}
	if problems := spec.Complete(); len(problems) > 0 {
		return nil, problems[0]
	}
	t, err := table.Build(spec, both)
	if err != nil {
		return nil, fmt.Errorf("%s on %s: %w", m.metric, m.split, err)
	}
	judge(t, found)
	slices.SortFunc(out, func(a, b *Change) int {
		return cmp.Or(cmp.Compare(a.Method, b.Method), cmp.Compare(a.Variant, b.Variant), cmp.Compare(a.Dataset, b.Dataset))
	})
	changes := make([]Change, len(out))
	for i, c := range out {
		changes[i] = *c
	}
	return changes, nil
}

// judge reads from the table of both states what became of each spot.
func judge(t *table.Table, found map[string]*Change) {
	cells := map[[2]string]*table.Cell{}
	for i := range t.Cells {
		c := &t.Cells[i]
		cells[[2]string{c.Row, c.Col}] = c
	}
	for col, c := range found {
		old, now := cells[[2]string{before, col}], cells[[2]string{after, col}]
		if old != nil {
			c.Before, c.NBefore, c.Failed[0] = old.Mean, old.N, old.Failed
		}
		if now != nil {
			c.After, c.NAfter, c.Failed[1] = now.Mean, now.N, now.Failed
		}
		if c.Verdict != "" || old == nil || now == nil {
			continue
		}
		c.Verdict = Untested
		if slices.Equal(old.Values, now.Values) && slices.Equal(old.Seeds, now.Seeds) && slices.Equal(old.Folds, now.Folds) && old.Failed == now.Failed {
			c.Verdict = Same
		}
		if old.Mean != nil && now.Mean != nil {
			d := *now.Mean - *old.Mean
			c.Diff = &d
		}
	}
	for _, p := range t.Pairs {
		c := found[p.Column]
		if c == nil || c.Verdict != Untested {
			continue
		}
		c.P, c.Adjusted, c.Note = p.P, p.Adj, p.Note
		c.Lo, c.Hi = p.Lo, p.Hi
		if p.A == before && p.Lo != nil && p.Hi != nil { // the pair is before − after
			lo, hi := -*p.Hi, -*p.Lo
			c.Lo, c.Hi = &lo, &hi
		}
		switch {
		case p.Adj == nil:
		case *p.Adj < 0.05:
			c.Verdict = Beyond
		default:
			c.Verdict = Within
		}
	}
}

// changedSettings are names of settings whose values are others now.
func changedSettings(old, now []table.Observation) (out []string) {
	if len(old) == 0 || len(now) == 0 {
		return nil
	}
	a, b := old[0].Settings, now[0].Settings
	for _, from := range []map[string]any{a, b} {
		for name := range from {
			if !reflect.DeepEqual(a[name], b[name]) && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return out
}
