package study

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/metric"
)

// Power is which differences a table's tests will find four times out of five.
type Power struct {
	Table   string  `json:"table"`
	Dataset string  `json:"dataset"` // or another label of the column
	Metric  string  `json:"metric"`
	Seeds   int     `json:"seeds"`
	Cases   int     `json:"cases"`
	Median  float64 `json:"detectable"` // over pairs of methods
	Least   float64 `json:"least"`
	Most    float64 `json:"most"`
	Assumed bool    `json:"assumed"` // nothing was recorded to go by: see Assumption
}

// Without records, the differences of shares are taken to vary as those between plain
// read-outs of one reach recording do: with an SD of 0.19 to 0.29 from test trial to
// test trial.
const (
	assumedCase = 0.25
	assumedSeed = 0.02
)

// Assumption is what is assumed where nothing is recorded.
var Assumption = fmt.Sprintf("an SD of %v of a difference from test case to test case, and of %v from seed to seed", assumedCase, assumedSeed)

// manyRows is how many trials are read for it: a plan of more does without.
const manyRows = 5000

// Power tells for each table what it can show, from earlier trials with numbers per
// case, else, for shares, from the assumption.
func (l *Ledger) Power(ctx context.Context) ([]Power, error) {
	sw := l.study.Sweep
	points := l.counted(sw.Tables)
	if len(points) > manyRows || len(points) == 0 {
		return nil, nil
	}
	seen := make([][]table.Observation, len(sw.Tables))
	if l.store != nil {
		const with = store.Spec | store.Metrics | store.Cases | store.Provenance
		for row, err := range l.rowsOf(ctx, points, with, wantedBy(sw.Tables)) {
			if err != nil {
				return nil, err
			}
			for i, spec := range sw.Tables {
				seen[i] = observe(seen[i], row, sw.Select, l.selections(), spec)
			}
		}
	}
	var out []Power
	for i, spec := range sw.Tables {
		planned, err := table.PlanPower(spec, seen[i], len(sw.Seeds), 0)
		if err != nil {
			planned = nil // nothing of the table is recorded
		}
		found := summarise(spec.Name, planned)
		if len(found) == 0 {
			if found, err = l.assume(spec); err != nil {
				return nil, err
			}
		}
		out = append(out, found...)
	}
	return out, nil
}

// summarise goes over the pairs of each column and metric.
func summarise(name string, planned []table.Planned) []Power {
	var out []Power
	values := map[Power][]float64{}
	for _, p := range planned {
		at := Power{Table: name, Dataset: p.Dataset, Metric: p.Metric, Seeds: p.Seeds, Cases: p.Cases}
		if _, ok := values[at]; !ok {
			out = append(out, at)
		}
		values[at] = append(values[at], p.Detectable)
	}
	for i, at := range out {
		v := values[at]
		slices.Sort(v)
		out[i].Least, out[i].Median, out[i].Most = v[0], (v[(len(v)-1)/2]+v[len(v)/2])/2, v[len(v)-1]
	}
	return slices.DeleteFunc(out, func(p Power) bool { return !(p.Median > 0) })
}

// assume tells of a table's shares what the assumption gives for its methods.
func (l *Ledger) assume(spec table.Spec) ([]Power, error) {
	if spec.Against == "none" || spec.Cols != "dataset" {
		return nil, nil
	}
	methods := map[string]map[string]bool{} // by dataset
	digest := map[string]*Point{}
	for _, p := range l.Points() {
		if len(spec.Methods) > 0 && !slices.Contains(spec.Methods, p.Method) || len(spec.Dataset) > 0 && !slices.Contains(spec.Dataset, p.Dataset) {
			continue
		}
		if methods[p.Dataset] == nil {
			methods[p.Dataset], digest[p.Dataset] = map[string]bool{}, p
		}
		methods[p.Dataset][p.Method] = true
	}
	var out []Power
	for _, d := range l.study.Sweep.Datasets {
		n := len(methods[d.ID])
		if n < 2 {
			continue
		}
		cases, err := l.study.cases(digest[d.ID], data.Split(cmp.Or(spec.Split, string(data.Test))))
		if err != nil {
			return nil, err
		}
		for _, name := range metricsOf(spec) {
			if metric.KindOf(name) != metric.Proportion || cases == 0 {
				continue
			}
			seeds := len(l.study.Sweep.Seeds)
			_, _, detectable := stats.PlannedPower(
				stats.Design{Seeds: [2]int{seeds, seeds}, Cases: cases, Methods: n},
				stats.Spread{Seed: [2]float64{assumedSeed, assumedSeed}, Case: assumedCase})
			if detectable > 0 {
				out = append(out, Power{Table: spec.Name, Dataset: d.ID, Metric: name, Seeds: seeds, Cases: cases, Median: detectable, Least: detectable, Most: detectable, Assumed: true})
			}
		}
	}
	return out, nil
}

// cases counts those of a part of a point's embedded recording; 0 where there is no
// such part.
func (s *Study) cases(p *Point, split data.Split) (int, error) {
	d, err := data.Open(s.Builder.Cache.Dir(p.Fit.Dataset))
	if err != nil {
		return 0, err
	}
	defer d.Close()
	r, err := d.Role(s.plugins[p.Method].Description.EmbedRole())
	if err != nil {
		return 0, err
	}
	if !slices.Contains(r.Splits(), split) {
		return 0, nil
	}
	_, n := r.On(split).Cases()
	return n, nil
}
