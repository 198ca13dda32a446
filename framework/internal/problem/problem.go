// Package problem is the one shape of an error that a person has to act on:
// what is wrong, where, and what to do next. [Problem] is the shape, [All] takes
// an error apart into what a terminal prints.
//
// The layer that finds a mistake states the fact, and nobody rewords it. Layers
// above add what they alone know: a place in a file ([At]), advice or that the
// user is to blame ([Advise], [Usage]), or words in front
// (fmt.Errorf("dataset %s: %w", ...)).
package problem

import (
	"errors"
	"fmt"
)

// Exit codes of the two sorts of problem. Scripts rely on them.
const (
	exitOther = 1
	exitUsage = 2
)

// Problem is what a person must know.
type Problem struct {
	Place Place  // in a file; zero where nobody knows yet
	Path  string // of the part that is wrong, inside what was checked: "split.train"; "" for the whole
	Fact  string // "shares sum to 0.9, not 1": lower case, no full stop; "" where Err says it
	Hint  string // a command to paste, or what is allowed; may be empty
	Usage bool   // a mistake in the sweep or the arguments: exit code 2, not 1
	Err   error  // the cause, or nil
}

// Place is a position in a file, or in an argument such as `--set seeds=x`.
type Place struct {
	File         string // as it was named; the argument itself
	Line, Column int    // from 1; 0 where the mistake is in no line
}

func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Error is the fact with its place and path: `sweeps/hiwa.yaml:14:3: method hiwa has no setting "epsilonn"`.
func (p Problem) Error() string {
	text := p.Fact
	switch {
	case p.Fact == "" && p.Err != nil:
		text = p.Err.Error()
	case p.Err != nil:
		text += ": " + p.Err.Error()
	}
	if p.Path != "" {
		text = p.Path + ": " + text
	}
	if p.Place.File != "" {
		text = p.Place.String() + ": " + text
	}
	return text
}

// Unwrap is the cause.
func (p Problem) Unwrap() error { return p.Err }

// ExitCode is what a command ends with that stops at this problem.
func (p Problem) ExitCode() int {
	if p.Usage {
		return exitUsage
	}
	return exitOther
}

// Problem makes the problem a [Teller] of itself.
func (p Problem) Problem() Problem { return p }

// A Teller is an error of another type, with fields of its own, that knows how
// to say itself as a problem.
type Teller interface {
	error
	Problem() Problem
}

// New is a problem of a fact and advice.
func New(fact, hint string) Problem { return Problem{Fact: fact, Hint: hint} }

// Advise adds advice to an error. Advice that is nearer to the cause wins.
func Advise(err error, hint string) error { return Problem{Hint: hint, Err: err} }

// Usage is Advise for a mistake of the user.
func Usage(err error, hint string) error { return Problem{Hint: hint, Usage: true, Err: err} }

// At adds a place to an error that has none.
func At(place Place, err error) error { return Problem{Place: place, Err: err} }

// Find returns the outermost problem in an error's chain, with the advice and
// the blame of those further in.
func Find(err error) (Problem, bool) {
	t, ok := errors.AsType[Teller](err)
	if !ok {
		return Problem{}, false
	}
	p := t.Problem()
	if inner, ok := Find(p.Err); ok {
		p.Usage = p.Usage || inner.Usage
		if inner.Hint != "" {
			p.Hint = inner.Hint
		}
	}
	return p, true
}
