package export

import (
	"encoding/json"
	"iter"
	"slices"
	"time"
)

// Kind is what the values of a column are. Any value may be missing: nil.
type Kind int

const (
	Text    Kind = iota // string
	Number              // float64
	Whole               // int64
	Natural             // uint64
	Flag                // bool
	Moment              // time.Time
)

// A Frame is a tidy table: one observation a row, one variable a column.
type Frame struct {
	Name    string
	Columns []Column
}

// Column is one variable.
type Column struct {
	Name string
	Kind Kind
}

// columns say of each column how to take it from a T, so that heads and values
// cannot come apart.
type columns[T any] []struct {
	Column
	get func(T) any
}

func (c columns[T]) heads() (out []Column) {
	for _, x := range c {
		out = append(out, x.Column)
	}
	return out
}

// row appends the values of t to a row.
func (c columns[T]) row(row []any, t T) []any {
	for _, x := range c {
		row = append(row, x.get(t))
	}
	return row
}

// col is an entry of columns.
func col[T any](name string, kind Kind, get func(T) any) struct {
	Column
	get func(T) any
} {
	return struct {
		Column
		get func(T) any
	}{Column{name, kind}, get}
}

// Frames are the tables of a source, and what goes through all of their rows: the
// place of a frame and a row of it, which is valid until the next.
func (s Source) Frames() ([]Frame, iter.Seq2[int, []any], func() error) {
	set, err := settingsOf(s.Rows())
	heads := slices.Concat(trialColumns.heads(), set.heads())
	frames := []Frame{
		{"trials", heads},
		{"metrics", slices.Concat(head.heads(), metricColumns.heads())},
		{"curves", slices.Concat(head.heads(), curveColumns.heads())},
		{"cases", slices.Concat(head.heads(), caseColumns.heads())},
		{"tables", tableColumns.heads()},
		{"cells", cellColumns.heads()},
		{"values", valueColumns.heads()},
		{"pairs", pairColumns.heads()},
	}
	each := func(yield func(int, []any) bool) {
		if err != nil {
			return
		}
		if err = s.trialRows(set, yield); err == nil {
			err = s.tableRows(yield)
		}
	}
	return frames, each, func() error {
		if err == errStopped {
			return nil
		}
		return err
	}
}

// opt is a value that may be missing.
func opt[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// some is a value whose zero says that there is none.
func some[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// asJSON is a value that no column holds.
func asJSON(v any) any {
	text, err := json.Marshal(v)
	if err != nil { // what JSON cannot hold was never recorded
		return nil
	}
	return string(text)
}

func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}
