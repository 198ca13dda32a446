package problem

import (
	"cmp"
	"slices"
	"strings"
)

// All takes an error apart into what a person reads one by one: joined errors
// are told separately, each with the words that were put in front of the join.
// A problem with a place of its own needs no words in front. A fact holds all of
// the text but the place.
func All(err error) []Problem {
	if err == nil {
		return nil
	}
	return take(err, "")
}

func take(err error, words string) []Problem {
	if t, ok := err.(Teller); ok {
		return told(t, words)
	}
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		if inner := e.Unwrap(); isJoin(err, inner) {
			var out []Problem
			for _, i := range inner {
				out = append(out, take(i, words)...)
			}
			return out
		}
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			if before, ok := strings.CutSuffix(err.Error(), inner.Error()); ok {
				return take(inner, words+before)
			}
		}
	}
	// The text is the error's own: only advice and blame come from further in.
	p, _ := Find(err)
	return []Problem{{Fact: words + err.Error(), Hint: p.Hint, Usage: p.Usage}}
}

// told gives a problem the words in front, or those around a cause their advice.
func told(t Teller, words string) []Problem {
	p := t.Problem()
	if p.Fact != "" || p.Err == nil {
		out, _ := Find(t)
		out.Fact, out.Path, out.Err = words+t.Error(), "", nil
		if place := p.Place; place != (Place{}) {
			p.Place = Place{}
			out.Fact = p.Error()
		}
		return []Problem{out}
	}
	if p.Path != "" {
		words += p.Path + ": "
	}
	out := take(p.Err, words)
	for i := range out {
		out[i].Usage = out[i].Usage || p.Usage
		out[i].Hint = cmp.Or(out[i].Hint, p.Hint)
		if out[i].Place == (Place{}) {
			out[i].Place = p.Place
		}
	}
	return out
}

// Leaves are the single errors that an error joins, without the words in front;
// one that tells nothing of itself is a fact and no more.
func Leaves(err error) []Teller {
	switch e := err.(type) {
	case Teller:
		if p := e.Problem(); p.Fact != "" || p.Err == nil {
			return []Teller{e}
		}
		return Leaves(e.Problem().Err)
	case interface{ Unwrap() []error }:
		var out []Teller
		for _, inner := range e.Unwrap() {
			out = append(out, Leaves(inner)...)
		}
		return out
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return Leaves(inner)
		}
	}
	return []Teller{Problem{Fact: err.Error()}}
}

// isJoin reports whether an error only lists others, one a line.
func isJoin(err error, inner []error) bool {
	lines := make([]string, len(inner))
	for i, e := range inner {
		lines[i] = e.Error()
	}
	return err.Error() == strings.Join(lines, "\n")
}

// List is all the mistakes of one file at once.
type List []Problem

// Error has a line for every mistake, without hints.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, p := range l {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find a single [Problem].
func (l List) Unwrap() []error {
	errs := make([]error, len(l))
	for i, p := range l {
		errs[i] = p
	}
	return errs
}

// Sorted returns the mistakes in the order of their lines, each once, those of
// arguments last; nil where there are none.
func (l List) Sorted() error {
	if len(l) == 0 {
		return nil
	}
	out := slices.Clone(l)
	slices.SortStableFunc(out, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(min(b.Place.Line, 1), min(a.Place.Line, 1)), cmp.Compare(a.Place.Line, b.Place.Line), cmp.Compare(a.Place.Column, b.Place.Column))
	})
	return slices.CompactFunc(out, func(a, b Problem) bool { return a.Place == b.Place && a.Error() == b.Error() && a.Hint == b.Hint })
}
