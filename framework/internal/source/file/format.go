package file

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// A format is one kind of file. To add one, write its container in a file of its
// own and name it in formats.
type format struct {
	endings []string // of names, in lower case
	table   bool     // columns of one length: which are samples has to be said, and nothing is guessed to be a target
	alone   bool     // one array and nothing else: the samples
	// imported says that another process reads it; see [Importer].
	imported bool
	folder   bool // several files
	open     func(path string, limit int64) (container, error)
}

var formats = []format{
	npzFormat,
	npyFormat,
	tableFormat,
	matlabFormat,
	importedFormat,
	parquetFormat,
}

// Options are what a file may cost, and who reads what this package does not.
type Options struct {
	Limit    int64    // bytes of values in memory
	Importer Importer // nil: such files are refused
}

// opened opens a file in its format.
func (f format) opened(ctx context.Context, path string, o Options) (container, error) {
	switch {
	case f.imported:
		return openImported(ctx, path, o)
	case slices.Contains(f.endings, ".mat"):
		return openAnyMatlab(ctx, path, o)
	}
	return f.open(path, o.Limit)
}

// A container is an open file of named arrays.
type container interface {
	// arrays says what is in the file, by name in a fixed order, without the values.
	arrays() []Array
	// read passes over the file once and hands out the values of the arrays that
	// are wanted, each in the order of the file. It reads them to their very end,
	// where checksums are.
	read(ctx context.Context, wants map[string]*want) error
	io.Closer
}

// Kind is what the values of an array are.
type Kind string

const (
	Floats Kind = "floats"
	Wholes Kind = "whole numbers" // and truth values, as 0 and 1
	Texts  Kind = "text"
	Opaque Kind = "not read" // Array.Why says why
)

// Array is what a file says of one of its arrays before the values are read.
type Array struct {
	Name  string  `json:"name"`
	Kind  Kind    `json:"kind"`
	Shape []int   `json:"shape"`           // of a list that of its first part
	Parts [][]int `json:"parts,omitempty"` // of a list of arrays: the shape of each
	Why   string  `json:"why,omitempty"`   // it is not read

	// What some formats say beside it.
	Ragged bool    `json:"ragged,omitempty"` // a list of numbers of its own length for each of Shape[0] rows
	Unit   string  `json:"unit,omitempty"`
	Doc    string  `json:"doc,omitempty"`
	Table  string  `json:"table,omitempty"`  // that it is a column of
	Times  string  `json:"times,omitempty"`  // array with the time of each row, in seconds
	Rate   float64 `json:"rate,omitempty"`   // rows per second, where they are evenly spaced
	Start  float64 `json:"start,omitempty"`  // time of the first row, in seconds
	Refers string  `json:"refers,omitempty"` // table whose rows the values are numbers of

	columns bool // the first index varies fastest in the file, not the last
}

func (a Array) String() string {
	if size := a.Size(); size != "" {
		return a.Name + " " + size
	}
	return a.Name
}

// Size is the shape for people: "[1640 x 174]", "(8 parts, the first [86 x 69])".
func (a Array) Size() string {
	switch {
	case a.Kind == Opaque && a.Shape == nil:
		return ""
	case a.Ragged:
		return fmt.Sprintf("(%d lists)", a.Shape[0])
	case a.Parts != nil:
		return fmt.Sprintf("(%d parts, the first %v)", len(a.Parts), times(a.Shape))
	case len(a.Shape) == 0:
		return "(one value)"
	}
	return times(a.Shape)
}

// times is a shape as people write it: [1640 x 174].
func times(shape []int) string {
	return "[" + strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", " x ") + "]"
}

func (a Array) numeric() bool { return a.Kind == Floats || a.Kind == Wholes }

// size is the number of values.
func (a Array) size() int {
	n := 0
	for _, shape := range a.parts() {
		n += product(shape)
	}
	return n
}

// parts are the shapes of a list, or that of the array.
func (a Array) parts() [][]int {
	if a.Parts != nil {
		return a.Parts
	}
	return [][]int{a.Shape}
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// want is what becomes of the values of an array.
type want struct {
	exact  bool                // whole numbers come as such and text as text, not as floats
	times  bool                // of a table: numbers in float64, not rounded to the float32 of a recording
	rows   func([]int64) error // of a ragged array: where each row begins, and the end of the last
	gaps   bool                // of a table: a missing number is NaN, not a mistake
	accept func(string) error  // of a table: looks at each text, so that a mistake has line and column
	put    func(values) error
}

// values are the next ones of an array: exactly one of these is not nil.
type values struct {
	floats []float64
	wholes []int64
	texts  []string
}

// Endings are those of the files that can be read.
func Endings() []string {
	var out []string
	for _, f := range formats {
		out = append(out, f.endings...)
	}
	return out
}

// Kinds names the formats by their usual endings, for people.
func Kinds() string {
	var out []string
	for _, f := range formats {
		out = append(out, f.endings[0])
	}
	return strings.Join(out, ", ")
}

// Ending is the ending by which a file's format is known, in lower case.
func Ending(path string) string {
	if _, ending, ok := folderFormat(path); ok {
		return ending
	}
	name := strings.ToLower(filepath.Base(path))
	best := ""
	for _, e := range Endings() {
		if strings.HasSuffix(name, e) && len(e) > len(best) {
			best = e
		}
	}
	if best == "" {
		return filepath.Ext(name)
	}
	return best
}

func formatOf(path string) (format, error) {
	if f, _, ok := folderFormat(path); ok {
		return f, nil
	}
	ending := Ending(path)
	for _, f := range formats {
		if slices.Contains(f.endings, ending) {
			return f, nil
		}
	}
	fact, hint := Unreadable(path)
	if hint != "" {
		fact += ": " + hint
	}
	return format{}, fmt.Errorf("%s", fact)
}
