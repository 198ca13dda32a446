package sweep

import (
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/setting"
)

// searching checks what a search decides by.
func (b *binder) searching(r reported) {
	s := &b.s.Search
	if b.s.Budget.Any() && !slices.ContainsFunc(b.s.Methods, Method.searched) {
		b.failAt("remove it, or give a method search:", []string{"budget"}, "budget has no effect: no method is searched")
	}
	if b.s.Select == nil {
		at, what := "strategy", s.Strategy+" learns from"
		switch {
		case s.learns():
		case s.Prune != nil && s.Prune.Metric == "":
			at, what = "prune", "prune decides by"
		case s.Race > 0:
			at, what = "race", "race decides by"
		case s.Seeds != nil:
			at, what = "seeds", "with seeds of its own the search reports"
		default:
			return
		}
		b.failAt("add select: {metric: ..., split: val}", []string{"search", at}, "search: %s what select picks, and there is no select", what)
		return
	}
	if b.s.Select.Split == "test" && (s.learns() || s.Prune != nil || s.Race > 0) {
		b.failAt("select on val: what a search has learnt from the test part is no test of it", []string{"select", "split"}, "select: the search would learn from the test part")
	}
	if s.Prune != nil {
		b.pruning(r)
	}
}

// pruning completes prune by what select says, and checks it.
func (b *binder) pruning(r reported) {
	p, sel := b.s.Search.Prune, b.s.Select
	at := []string{"search", "prune"}
	if p.Metric == "" {
		p.Metric = sel.Metric
		if p.Split == "val" {
			p.Split = sel.Split
		}
		if p.Goal == "" {
			p.Goal = sel.Goal
		}
	}
	goal, known := r.goals[p.Metric]
	switch {
	case b.partial:
		return
	case !known:
		b.failAt(setting.Suggest(p.Metric, r.names), append(at, "metric"), "search: prune: no method or probe reports the metric %q", p.Metric)
	case p.Goal == "" && goal == metric.None:
		b.failAt("add goal: max or goal: min", at, "search: prune: the metric %s has no better side of its own", p.Metric)
	case p.Goal == "":
		p.Goal = string(goal)
	}
	able := false
	for _, m := range b.s.Methods {
		able = able || m.searched() && b.s.resumable(m)
		if _, own := b.s.methods[m.ID].Metric(p.Metric); known && m.searched() && !own && !r.probed[p.Metric] {
			b.failAt("prune by the metric of a probe: every method has those", append(at, "metric"), "search: prune: method %s, which is searched, does not report %s", m.ID, p.Metric)
		}
	}
	if !able {
		b.failAt("remove prune", at, "search: prune has no effect: no searched method can be trained in steps%s", b.unable())
	}
}

func (b *binder) unable() (why string) {
	for _, m := range b.s.Methods {
		switch d := b.s.methods[m.ID]; {
		case !m.searched():
		case d.Budget == "":
			why += fmt.Sprintf("; %s has no training budget", m.ID)
		default:
			why += fmt.Sprintf("; %s does not continue from checkpoints", m.ID)
		}
	}
	return why
}
