package study

import (
	"fmt"
	"math"
)

// A Searching says how far the search of a method on a dataset has come.
type Searching struct {
	Method  string  `json:"method"`
	Dataset string  `json:"dataset"`
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

// Searches says of every search how far it has come.
func (l *Ledger) Searches() []Searching {
	var out []Searching
	sw := l.study.Sweep
	for _, c := range l.cells {
		if !c.Searched() {
			continue
		}
		s := Searching{Method: c.Method.ID, Dataset: c.Dataset, Asked: c.questions, Of: c.most, Follow: c.follow(), Spared: c.spared(), Trials: c.trials - c.spared(), Over: c.asker.Done()}
		if c.asker.Done() && c.rungs != nil {
			for _, last := range c.last {
				if last.Rung < len(c.rungs)-1 {
					s.Pruned++
				}
			}
		}
		if sw.Budget.Any() {
			s.Budget = sw.Share(c.Cell) * sw.Budget.CPU.Seconds()
			for _, step := range c.steps {
				for _, p := range step.points {
					cpu, _ := p.cost()
					s.CPU += cpu
				}
			}
		}
		switch {
		case !s.Over || c.questions == c.most:
		case c.spent:
			s.Word = fmt.Sprintf("the search of %s on %s has used up its budget after %d of %d configurations", s.Method, s.Dataset, s.Asked, s.Of)
		default:
			s.Word = fmt.Sprintf("the space of %s has only %d configurations: all were tried on %s, %d were asked for", s.Method, s.Asked, s.Dataset, s.Of)
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
