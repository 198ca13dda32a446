package study

import (
	"fmt"
	"math"
)

// A Searching says how far the search of a method on a dataset has come.
type Searching struct {
	Method  string  `json:"method"`
	Dataset string  `json:"dataset"`
	Fold    int     `json:"fold,omitempty"`
	Asked   int     `json:"configurations"`         // that are known so far
	Of      int     `json:"of"`                     // at most
	Follow  int     `json:"follow"`                 // trials that follow as results come in, about
	Pruned  int     `json:"pruned,omitempty"`       // configurations that were not trained to the end
	Spared  int     `json:"seeds_spared,omitempty"` // by a race
	Trials  int     `json:"trials"`                 // asked so far, rungs included
	CPU     float64 `json:"cpu_s,omitempty"`        // spent so far, where there is a budget
	Budget  float64 `json:"budget_cpu_s,omitempty"` // its share of budget.cpu
	Over    bool    `json:"over"`                   // nothing more is asked
	Word    string  `json:"note,omitempty"`         // why it ended before its time
}

// Name is the search's for people: "swapvae on chewie-1, fold 2".
func (s Searching) Name() string {
	name := s.Method + " on " + s.Dataset
	if s.Fold > 0 {
		name += fmt.Sprintf(", fold %d", s.Fold)
	}
	return name
}

// searched are the cells that have a search.
func (l *Ledger) searched() (out []*cell) {
	for _, c := range l.cells {
		if c.Searched() {
			out = append(out, c)
		}
	}
	return out
}

// Searches says of every search how far it has come.
func (l *Ledger) Searches() []Searching {
	var out []Searching
	sw := l.study.Sweep
	for _, c := range l.searched() {
		s := Searching{Method: c.Method.ID, Dataset: c.Dataset, Fold: c.Fold, Asked: c.questions, Of: c.most, Follow: c.follow(), Spared: c.spared(), Trials: c.trials - c.spared(), Over: c.asker.Done()}
		if c.asker.Done() {
			_, s.Pruned = c.lost()
		}
		if sw.Budget.Any() {
			s.Budget, s.CPU = sw.Share(c.Cell)*sw.Budget.CPU.Seconds(), c.cpu()
		}
		switch {
		case !s.Over || c.questions == c.most:
		case c.spent:
			s.Word = fmt.Sprintf("the search of %s has used up its budget after %d of %d configurations", s.Name(), s.Asked, s.Of)
		default:
			s.Word = fmt.Sprintf("%s: the space has only %d configurations, and all were tried; %d were asked for", s.Name(), s.Asked, s.Of)
		}
		out = append(out, s)
	}
	return out
}

// follow is how many trials of the search and of the report are not asked yet: at
// most, and where configurations are pruned, about.
func (c *cell) follow() int {
	sw := c.study.Sweep
	n := 0
	for _, s := range c.racing {
		n += len(s.rest)
	}
	if sw.Search.Seeds != nil && !c.done {
		n += len(sw.Seeds)
	}
	if c.asker.Done() {
		return n
	}
	left := (c.most - c.questions) * len(sw.SearchSeeds())
	if c.rungs == nil {
		return n + left
	}
	all := 0.0 // of the rungs above the first, as many go on as the factor says
	for r := range c.rungs {
		all += math.Ceil(float64(c.most) * math.Pow(sw.Search.Prune.Factor, -float64(r)))
	}
	return n + max(left, int(all)*len(sw.SearchSeeds())-c.trials)
}

// Following is how many trials of searches and of their reports are not known yet.
func (l *Ledger) Following() (n int) {
	for _, c := range l.cells {
		if c.Searched() {
			n += c.follow()
		}
	}
	return n
}

// lost counts the configurations that came to nothing, and those that were not trained
// to the end, each once.
func (c *cell) lost() (failed, pruned int) {
	for _, s := range c.last {
		any := false
		for _, p := range s.points {
			any = any || p.value != nil
		}
		switch {
		case !any:
			failed++
		case c.rungs != nil && s.Rung < len(c.rungs)-1:
			pruned++
		}
	}
	return failed, pruned
}

// cpu is the processor time of the search so far in seconds, where it is bounded.
func (c *cell) cpu() (sum float64) {
	for _, s := range c.steps {
		for _, p := range s.points {
			cpu, _ := p.cost()
			sum += cpu
		}
	}
	return sum
}
