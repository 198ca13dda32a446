package sweep

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/setting"
)

// reported is what the metrics of a sweep may be called.
type reported struct {
	goals    map[string]metric.Goal
	probed   map[string]bool // by a probe, and so for every method
	names    []string        // all, sorted
	settings []string        // of all methods
}

func (b *binder) reported() reported {
	r := reported{goals: map[string]metric.Goal{}, probed: map[string]bool{}}
	for _, m := range b.s.Methods {
		d := b.s.methods[m.ID]
		for _, i := range d.Metrics {
			r.goals[i.Name] = i.Goal
		}
		r.settings = append(r.settings, d.Schema.Names()...)
	}
	for _, p := range b.s.Probes {
		for _, i := range probe.Metrics(p) {
			r.goals[i.Name], r.probed[i.Name] = i.Goal, true
		}
	}
	r.names = slices.Sorted(maps.Keys(r.goals))
	return r
}

// selection checks select, and takes the goal from the metric where it is left open.
func (b *binder) selection(r reported) {
	sel := b.s.Select
	if sel == nil {
		return
	}
	if !slices.ContainsFunc(b.s.Methods, Method.searched) {
		b.failAt("remove select, or give a method search: or configs:", []string{"select"}, "select has nothing to choose from: no method is searched")
	}
	for i, p := range b.s.Probes {
		if sel.Split == "val" && probe.ChoosesOnVal(p) {
			b.failAt("penalty: folds chooses inside train", []string{"probes", strconv.Itoa(i)}, "probe %s chooses its penalty on val, where select chooses settings: the score there would be chosen twice", p.Name)
		}
	}
	goal, ok := r.goals[sel.Metric]
	if !ok && b.partial {
		return
	}
	if !ok {
		b.failAt(setting.Suggest(sel.Metric, r.names), []string{"select", "metric"}, "select: no method or probe reports the metric %q", sel.Metric)
		return
	}
	for _, m := range b.s.Methods {
		if _, own := b.s.methods[m.ID].Metric(sel.Metric); m.searched() && !own && !r.probed[sel.Metric] && b.described(m) {
			b.failAt("select by the metric of a probe: every method has those", []string{"select", "metric"},
				"select: method %s, which is searched, does not report %s", m.ID, sel.Metric)
		}
	}
	if sel.Goal != "" {
		return
	}
	if goal == metric.None {
		b.failAt("add goal: max or goal: min", []string{"select"}, "select: the metric %s has no better side of its own", sel.Metric)
	}
	sel.Goal = string(goal)
}

// tables completes the tables and checks the names in them.
func (b *binder) tables(r reported) {
	for i := range b.s.Tables {
		t := &b.s.Tables[i]
		at := []string{"tables", strconv.Itoa(i)}
		for _, p := range t.Complete() {
			if p.Path == "against" || p.Path == "correct" {
				p.Path = "compare." + p.Path
			}
			b.problem(p, "table "+t.Name, at...)
		}
		for _, axis := range [][2]string{{"rows", t.Rows}, {"cols", t.Cols}} {
			if name, ok := strings.CutPrefix(axis[1], "settings."); ok && name != "" && !b.partial && !slices.Contains(r.settings, name) {
				b.failAt(setting.Suggest(name, r.settings), append(slices.Clone(at), axis[0]), "table %s: no method has a setting %q", t.Name, name)
			}
		}
		cells, _ := t.Cell.([]string)
		if one, single := t.Cell.(string); single {
			cells = []string{one}
		}
		for _, name := range cells {
			if _, known := r.goals[name]; !known && !b.partial {
				b.failAt(setting.Suggest(name, r.names), append(slices.Clone(at), "cell"), "table %s: no method or probe reports the metric %q", t.Name, name)
			}
		}
	}
}
