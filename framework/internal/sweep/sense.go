package sweep

import (
	"slices"
	"strconv"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/metric"
)

// sense refuses sweeps that would run, but not to the end that their author has
// in mind. It needs all that the other checks have found sound.
func (b *binder) sense(r reported) {
	b.everyDatasetIsUsed()
	b.somethingIsSearched()
	b.selectable(r)
	for i, t := range b.s.Tables {
		b.rows(t, "tables", strconv.Itoa(i))
	}
}

func (b *binder) everyDatasetIsUsed() {
	for _, x := range b.s.Datasets {
		if b.s.members[x.ID] {
			continue
		}
		if !slices.ContainsFunc(b.s.pairs, func(c cell) bool { return c.dataset == x.ID }) {
			b.failAt("remove it, or add a method that takes it", []string{"datasets", b.s.Key(x.ID)}, "no method runs on dataset %s", x.ID)
		}
	}
}

func (b *binder) somethingIsSearched() {
	if _, ok := b.s.root.Get("search"); ok && !slices.ContainsFunc(b.s.Methods, func(m Method) bool { return len(m.Search) > 0 }) {
		b.failAt("remove it, or give a method search:", []string{"search"}, "search has no effect: no method is searched")
	}
}

// selectable checks the goal of select, and that its split is there.
func (b *binder) selectable(r reported) {
	sel := b.s.Select
	if sel == nil {
		return
	}
	if goal := r.goals[sel.Metric]; goal != metric.None && string(goal) != sel.Goal {
		b.failAt("leave the goal out: the metric knows it", []string{"select", "goal"}, "select: the better side of %s is %s, not %s", sel.Metric, goal, sel.Goal)
	}
	for _, c := range b.s.pairs {
		x := b.s.Datasets[slices.Index(datasetIDs(b.s), c.dataset)]
		if b.s.Methods[c.method].searched() && !x.mayHave(data.Split(sel.Split)) {
			b.failAt("give it one, such as split: {train: 0.6, val: 0.2, test: 0.2}, or select on another split", []string{"select"},
				"select: dataset %s has no split %s", x.ID, sel.Split)
			return // the same holds for most others
		}
	}
}

// mayHave reports whether a dataset has a split, as far as its recipe shows: one
// without shares is divided by a file, by its source, or not at all.
func (x Dataset) mayHave(split data.Split) bool {
	for _, r := range x.Recipe.Everything() {
		if r.As == split {
			return true
		}
	}
	has := func(d *data.Division) bool {
		if d == nil || d.File != "" || d.By == "given" {
			return true
		}
		if d.Folds > 0 {
			return split != data.Val || d.Val > 0
		}
		return map[data.Split]float64{data.Train: d.Train, data.Val: d.Val, data.Test: d.Test}[split] > 0
	}
	if len(x.Recipe.Roles) == 0 {
		return has(x.Recipe.Split)
	}
	for _, recording := range x.Recipe.Roles {
		if has(recording.Split) {
			return true
		}
	}
	return false
}

// rows checks what a table compares with, and that its cells do not mix
// the configurations of a search.
func (b *binder) rows(t table.Spec, path ...string) {
	ids := t.Methods
	if len(ids) == 0 {
		ids = methodIDs(b.s)
	}
	b.against(t, path...)
	for _, axis := range []string{t.Rows, t.Cols} {
		if axis == "variant" || strings.HasPrefix(axis, "settings.") {
			return
		}
	}
	for _, id := range ids {
		if b.s.Select == nil && b.s.method(id).searched() {
			b.failAt("add select: {metric: ..., split: val}, or show all of them with rows: variant", path,
				"table %s has one cell for the many configurations of %s, and nothing selects one", t.Name, id)
		}
	}
}
