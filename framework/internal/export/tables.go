package export

import "github.com/assaylab/assay/framework/internal/table"

// tableColumns are of one table; what is no number of a cell stands in them as JSON.
var tableColumns = columns[*table.Table]{
	col("table", Text, func(t *table.Table) any { return t.Name }),
	col("caption", Text, func(t *table.Table) any { return t.Caption }),
	col("rows", Text, func(t *table.Table) any { return asJSON(t.Rows) }),
	col("cols", Text, func(t *table.Table) any { return asJSON(t.Cols) }),
	col("spec", Text, func(t *table.Table) any { return asJSON(t.Spec) }),
	col("across", Text, func(t *table.Table) any { return asJSON(t.Across) }),
	col("selection", Text, func(t *table.Table) any { return asJSON(t.Selection) }),
	col("schema", Whole, func(t *table.Table) any { return int64(t.Schema) }),
}

// aCell is a cell of a table.
type aCell struct {
	t *table.Table
	*table.Cell
}

// interval takes from a cell's interval, if it has one.
func interval(get func(*table.Interval) any) func(aCell) any {
	return func(c aCell) any {
		if c.Interval == nil {
			return nil
		}
		return get(c.Interval)
	}
}

// compared takes from a cell's comparison, if it has one.
func compared(get func(*table.Compared) any) func(aCell) any {
	return func(c aCell) any {
		if c.Compare == nil {
			return nil
		}
		return get(c.Compare)
	}
}

// cellColumns have the names that cells have in JSON.
var cellColumns = columns[aCell]{
	col("table", Text, func(c aCell) any { return c.t.Name }),
	col("row", Text, func(c aCell) any { return c.Row }),
	col("col", Text, func(c aCell) any { return c.Col }),
	col("metric", Text, func(c aCell) any { return c.Metric }),
	col("split", Text, func(c aCell) any { return c.Split }),
	col("goal", Text, func(c aCell) any { return string(c.Goal) }),
	col("mean", Number, func(c aCell) any { return opt(c.Mean) }),
	col("ci95", Number, func(c aCell) any { return opt(c.CI95) }),
	col("std", Number, func(c aCell) any { return opt(c.Std) }),
	col("n", Whole, func(c aCell) any { return int64(c.N) }),
	col("failed", Whole, func(c aCell) any { return int64(c.Failed) }),
	col("missing", Whole, func(c aCell) any { return int64(c.Missing) }),
	col("interval.lo", Number, interval(func(i *table.Interval) any { return i.Lo })),
	col("interval.hi", Number, interval(func(i *table.Interval) any { return i.Hi })),
	col("interval.method", Text, interval(func(i *table.Interval) any { return i.Method })),
	col("interval.over", Text, interval(func(i *table.Interval) any { return i.Over })),
	col("interval.df", Number, interval(func(i *table.Interval) any { return i.DF })),
	col("interval.too_narrow", Flag, interval(func(i *table.Interval) any { return i.Narrow })),
	col("se", Number, func(c aCell) any { return opt(c.SE) }),
	col("cases", Whole, func(c aCell) any { return int64(c.Cases) }),
	col("effective_cases", Number, func(c aCell) any { return some(c.Effective) }),
	col("case_unit", Text, func(c aCell) any { return some(c.Unit) }),
	col("trainings", Whole, func(c aCell) any { return int64(c.Trainings) }),
	col("seedless", Flag, func(c aCell) any { return c.Seedless }),
	col("chance", Flag, func(c aCell) any { return c.Chance }),
	col("bold", Flag, func(c aCell) any { return c.Bold }),
	col("mark", Text, func(c aCell) any { return some(c.Mark) }),
	col("letters", Text, func(c aCell) any { return some(c.Letters) }),
	col("median", Number, func(c aCell) any { return opt(c.Median) }),
	col("q1", Number, func(c aCell) any { return opt(c.Q1) }),
	col("q3", Number, func(c aCell) any { return opt(c.Q3) }),
	col("note", Text, func(c aCell) any { return some(c.Note) }),
	col("compare.against", Text, compared(func(d *table.Compared) any { return d.Against })),
	col("compare.pairs", Whole, compared(func(d *table.Compared) any { return int64(d.Pairs) })),
	col("compare.diff", Number, compared(func(d *table.Compared) any { return d.Diff })),
	col("compare.diff_ci95", Number, compared(func(d *table.Compared) any { return opt(d.DiffCI95) })),
	col("compare.p", Number, compared(func(d *table.Compared) any { return opt(d.P) })),
	col("compare.p_adjusted", Number, compared(func(d *table.Compared) any { return opt(d.PAdjusted) })),
}

// aValue is one trial's value behind a cell, or the failure of one.
type aValue struct {
	aCell
	seed        uint64
	value       any
	trial, fold string
	status      string
}

var valueColumns = columns[aValue]{
	col("table", Text, func(v aValue) any { return v.t.Name }),
	col("row", Text, func(v aValue) any { return v.Row }),
	col("col", Text, func(v aValue) any { return v.Col }),
	col("metric", Text, func(v aValue) any { return v.Metric }),
	col("split", Text, func(v aValue) any { return v.Split }),
	col("seed", Natural, func(v aValue) any { return v.seed }),
	col("fold", Text, func(v aValue) any { return v.fold }),
	col("trial", Text, func(v aValue) any { return v.trial }),
	col("status", Text, func(v aValue) any { return v.status }),
	col("value", Number, func(v aValue) any { return v.value }),
}

// aPair is a comparison of a table.
type aPair struct {
	t *table.Table
	*table.Pair
}

var pairColumns = columns[aPair]{
	col("table", Text, func(p aPair) any { return p.t.Name }),
	col("a", Text, func(p aPair) any { return p.A }),
	col("b", Text, func(p aPair) any { return p.B }),
	col("column", Text, func(p aPair) any { return p.Column }),
	col("metric", Text, func(p aPair) any { return p.Metric }),
	col("goal", Text, func(p aPair) any { return string(p.Goal) }),
	col("difference", Number, func(p aPair) any { return p.Diff }),
	col("lo", Number, func(p aPair) any { return opt(p.Lo) }),
	col("hi", Number, func(p aPair) any { return opt(p.Hi) }),
	col("se", Number, func(p aPair) any { return opt(p.SE) }),
	col("t", Number, func(p aPair) any { return opt(p.T) }),
	col("df", Number, func(p aPair) any { return opt(p.DF) }),
	col("p", Number, func(p aPair) any { return opt(p.P) }),
	col("p_adjusted", Number, func(p aPair) any { return opt(p.Adj) }),
	col("family", Text, func(p aPair) any { return some(p.Family) }),
	col("family_size", Whole, func(p aPair) any { return some(int64(p.Size)) }),
	col("method", Text, func(p aPair) any { return some(p.Method) }),
	col("n_a", Whole, func(p aPair) any { return int64(p.NA) }),
	col("n_b", Whole, func(p aPair) any { return int64(p.NB) }),
	col("cases", Whole, func(p aPair) any { return int64(p.Cases) }),
	col("pseudo_median", Number, func(p aPair) any { return opt(p.Pseudo) }),
	col("note", Text, func(p aPair) any { return some(p.Note) }),
}

// tableRows goes through the rows of the frames that are about tables.
func (s Source) tableRows(yield func(int, []any) bool) error {
	var row []any
	give := func(frame int, full []any) bool {
		row = full
		return yield(frame, full)
	}
	for _, t := range s.Tables {
		if !give(4, tableColumns.row(row[:0], t)) {
			return errStopped
		}
		for i := range t.Cells {
			c := aCell{t, &t.Cells[i]}
			if !give(5, cellColumns.row(row[:0], c)) {
				return errStopped
			}
			for _, v := range valuesOf(c) {
				if !give(6, valueColumns.row(row[:0], v)) {
					return errStopped
				}
			}
		}
		for i := range t.Pairs {
			if !give(7, pairColumns.row(row[:0], aPair{t, &t.Pairs[i]})) {
				return errStopped
			}
		}
	}
	return nil
}

// valuesOf are the values behind a cell in their order, and then its failures.
func valuesOf(c aCell) (out []aValue) {
	for i, v := range c.Values {
		one := aValue{aCell: c, seed: c.Seeds[i], value: v, trial: c.Trials[i], status: "succeeded"}
		if i < len(c.Folds) {
			one.fold = c.Folds[i]
		}
		out = append(out, one)
	}
	for _, f := range c.Failures {
		out = append(out, aValue{aCell: c, seed: f.Seed, trial: f.Trial, fold: f.Fold, status: "failed"})
	}
	return out
}
