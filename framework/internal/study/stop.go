package study

import (
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Stopped is a method of which no further trials were run, as all of them failed for
// one reason.
type Stopped struct {
	Method string
	After  int // failures
	Reason string
	Left   int // trials that were not run
}

func (s Stopped) String() string {
	return fmt.Sprintf("%s: stopped after %d failures for one reason, and never a success: %d trial(s) were not run (stop: {after: 0} in the sweep runs them all): %s", s.Method, s.After, s.Left, s.Reason)
}

// hopeless are the kinds of failure that more trials do not cure.
var hopeless = []failure.Kind{failure.Launch, failure.Handshake, failure.Refused, failure.Invalid}

// stops counts failures by method and reason, and says when enough is enough.
type stops struct {
	after     int
	succeeded map[string]bool
	reasons   map[[2]string]int // method, reason
	stopped   map[string]*Stopped
}

func (l *Ledger) stops() *stops {
	s := &stops{l.study.Sweep.Stop.After, map[string]bool{}, map[[2]string]int{}, map[string]*Stopped{}}
	for _, p := range l.Points() {
		s.succeeded[p.Method] = s.succeeded[p.Method] || p.Trained()
	}
	return s
}

// note takes in how a trial of a method ended.
func (s *stops) note(method string, rec trial.Record) {
	if rec.Status == trial.Succeeded {
		s.succeeded[method] = true
		return
	}
	f := rec.Failure
	if s.after == 0 || f == nil || s.succeeded[method] || s.stopped[method] != nil || !slices.Contains(hopeless, f.Kind) {
		return
	}
	reason := f.Error()
	at := [2]string{method, reason}
	if s.reasons[at]++; s.reasons[at] >= s.after {
		s.stopped[method] = &Stopped{Method: method, After: s.reasons[at], Reason: reason}
	}
}

// holds reports whether a trial is not run any more, and counts it.
func (s *stops) holds(p *Point) bool {
	of := s.stopped[p.Method]
	if of == nil {
		return false
	}
	of.Left++
	return true
}

// list is in the order of methods' names.
func (s *stops) list() (out []Stopped) {
	for _, x := range s.stopped {
		if x.Left > 0 {
			out = append(out, *x)
		}
	}
	slices.SortFunc(out, func(a, b Stopped) int {
		if a.Method < b.Method {
			return -1
		}
		return 1
	})
	return out
}
