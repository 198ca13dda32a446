package study

import (
	"context"
	"iter"
	"slices"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/trial"
)

// A Row is one line of records.jsonl: a trial under the sweep's names for it.
type Row = store.Line

// Stages say what a trial was for, where settings are searched or changed. In
// records.jsonl they are called roles.
const (
	Chosen   = "chosen"   // its settings were selected
	Searched = "searched" // it was tried and not selected
	Ablation = "ablation"
	Rung     = "rung"     // it was trained to a part of its budget, and its training went on or may do so
	Pruned   = "pruned"   // likewise, and its training did not go on
	Shuffled = "shuffled" // it was trained on targets of train that were dealt out anew
)

// Rows goes through the trials that have ended, in the order of the sweep: those
// that failed last, with what of a record is asked for.
func (l *Ledger) Rows(ctx context.Context, with store.With, metrics func(name, split string) bool) iter.Seq2[Row, error] {
	return l.rowsOf(ctx, l.Points(), with, metrics)
}

// rowsOf is Rows of some of the points.
func (l *Ledger) rowsOf(ctx context.Context, points []*Point, with store.With, metrics func(name, split string) bool) iter.Seq2[Row, error] {
	stage := l.stages()
	row := func(p *Point, rec trial.Record) Row {
		if rec.Provenance.Trials == nil {
			rec.Provenance.Trials = p.trials
		}
		if with&store.Provenance == 0 {
			rec.Provenance.Recipe = *p.recipe
		}
		return Row{MethodID: p.Method, Variant: p.Variant, Dataset: p.Dataset, Fold: p.fold(), Role: stage(p), Seedless: p.Seedless, Record: rec}
	}
	return func(yield func(Row, error) bool) {
		for points := range slices.Chunk(points, 4096) {
			if !l.chunk(ctx, points, with, metrics, row, yield) {
				return
			}
		}
	}
}

func (l *Ledger) chunk(ctx context.Context, points []*Point, with store.With, metrics func(string, string) bool, row func(*Point, trial.Record) Row, yield func(Row, error) bool) bool {
	rows := make([]*Row, len(points))
	var wants []store.Want
	var at []int
	for i, p := range points {
		switch {
		case p.failure != nil:
			r := row(p, *p.failure)
			rows[i] = &r
		case p.Finished():
			wants, at = append(wants, p.want()), append(at, i)
		}
	}
	if len(wants) > 0 {
		err := l.store.Read(ctx, store.Query{Wants: wants, With: with, Metrics: metrics}, func(i int, rec trial.Record) error {
			rec.Status = trial.Succeeded
			r := row(points[at[i]], rec)
			rows[at[i]] = &r
			return nil
		})
		if err != nil {
			yield(Row{}, err)
			return false
		}
	}
	for _, r := range rows {
		if r != nil && !yield(*r, nil) {
			return false
		}
	}
	return true
}

// stages tells points apart by what they are for.
func (l *Ledger) stages() func(*Point) string {
	type place struct {
		method, dataset string
		fold            int
	}
	chosen := map[place]string{}
	over := map[place]bool{}
	for _, c := range l.cells {
		at := place{c.Method.ID, c.Dataset, c.Fold}
		over[at] = c.done
		if c.chosen != nil {
			chosen[at] = c.chosen.Variant
		}
	}
	return func(p *Point) string {
		at := place{p.Method, p.Dataset, p.Fold}
		variant, ok := chosen[at]
		switch {
		case p.Ablation:
			return Ablation
		case p.Shuffled > 0:
			return Shuffled
		case p.Until > 0 && !p.step.on && over[at]:
			return Pruned
		case p.Until > 0:
			return Rung
		case p.Searched && ok && variant == p.Variant && (p.Report || l.study.Sweep.Search.Seeds == nil):
			return Chosen
		case p.Searched && l.study.Sweep.Select != nil:
			return Searched
		}
		return ""
	}
}

// counts reports whether a table counts trials of a stage as the method's: ablations and
// unselected configurations only if it has an axis that tells them apart.
func counts(stage string, spec table.Spec) bool {
	return stage != Searched && stage != Rung && stage != Pruned && stage != Shuffled && (stage != Ablation || spec.Rows == "variant" || spec.Cols == "variant")
}

// counted are the points that some table counts. Of a search that is few.
func (l *Ledger) counted(specs []table.Spec) []*Point {
	stage := l.stages()
	return slices.DeleteFunc(l.Points(), func(p *Point) bool {
		s := stage(p)
		return !slices.ContainsFunc(specs, func(spec table.Spec) bool { return counts(s, spec) || s == Shuffled && spec.Shuffled })
	})
}
