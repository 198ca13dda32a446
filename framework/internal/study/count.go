package study

import "github.com/assaylab/assay/framework/internal/trial"

// Counts are of trials, each once however many points mean it.
type Counts struct {
	Trials int `json:"trials"`
	Cached int `json:"cached"`
	New    int `json:"new"`
	Failed int `json:"failed"`          // failed before: they will be tried again
	Score  int `json:"score,omitempty"` // of the new ones, those that are trained and only to be scored
}

// Count counts the trials of the points that keep lets through; nil: all.
func (l *Ledger) Count(keep func(*Point) bool) Counts {
	var c Counts
	seen := make(map[string]bool, len(l.points))
	for _, p := range l.Points() {
		if seen[p.Key] || keep != nil && !keep(p) {
			continue
		}
		seen[p.Key] = true
		c.Trials++
		switch l.stateOf(p) {
		case finished:
			c.Cached++
		case failed:
			c.Failed++
		case trained:
			c.Score++
			c.New++
		default:
			c.New++
		}
	}
	return c
}

// state is how far a trial has come.
type state int

const (
	unknown state = iota
	failed
	trained // but not everything is scored that is wanted of it
	finished
)

// stateOf is how far the trial of a point has come, for all the points that mean it.
func (l *Ledger) stateOf(p *Point) state {
	out := finished
	for _, q := range l.points[p.Key] {
		switch {
		case q.failure != nil:
			return failed
		case !q.Trained():
			out = unknown
		case !q.Finished():
			out = trained
		}
	}
	return out
}

// FailureGroup is what failed for one reason.
type FailureGroup struct {
	First  trial.Record
	Label  string // of the first
	Trials int
}

// FailureGroups lists what failed: each reason of each method once.
func (l *Ledger) FailureGroups() []FailureGroup {
	var out []FailureGroup
	place := map[string]int{}
	seen := map[string]bool{}
	for _, p := range l.Points() {
		if p.failure == nil || seen[p.Key] {
			continue
		}
		seen[p.Key] = true
		f := p.failure.Failure
		id := string(f.Kind) + f.Reason + p.Method
		if _, known := place[id]; !known {
			place[id] = len(out)
			out = append(out, FailureGroup{First: *p.failure, Label: Label(p.Point)})
		}
		out[place[id]].Trials++
	}
	return out
}
