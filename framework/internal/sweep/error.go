package sweep

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is one mistake in a sweep. Fact and hint stay apart, so that a terminal
// can show them on lines of their own.
type Error struct {
	File   string // as it was named; or the argument `--set seeds=x`
	Line   int    // from 1; 0 where the mistake is in no line, as in a --set argument
	Column int    // from 1
	Fact   string
	Hint   string // what to do next; may be empty
}

// Error is the fact with its place: `sweeps/hiwa.yaml:14:3: method hiwa has no setting "epsilonn"`.
func (e Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Fact
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Fact)
}

// Errors are all mistakes of a sweep, in the order of their lines; those of
// --set arguments come last.
type Errors []Error

// Error has a line for every mistake, without hints.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find a single [Error].
func (e Errors) Unwrap() []error {
	errs := make([]error, len(e))
	for i := range e {
		errs[i] = e[i]
	}
	return errs
}

// sorted returns the mistakes in order, each once; nil where there are none.
func (e Errors) sorted() error {
	if len(e) == 0 {
		return nil
	}
	out := slices.Clone(e)
	slices.SortStableFunc(out, func(a, b Error) int {
		return cmp.Or(cmp.Compare(min(b.Line, 1), min(a.Line, 1)), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(out)
}
