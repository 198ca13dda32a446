package source

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/source/file"
	"github.com/assaylab/assay/framework/setting"
)

// Entry is a published dataset that Assay can fetch by name.
type Entry struct {
	Name     string           `json:"name"`
	Summary  string           `json:"summary"` // one line
	Licence  string           `json:"licence"` // as its publisher states it
	Citation string           `json:"citation"`
	Files    []File           `json:"files"`
	Subject  string           `json:"subject,omitempty"` // whose recording it is
	Session  string           `json:"session,omitempty"` // of which day; binnings of one day are one session
	Shapes   map[string]Shape `json:"shapes"`            // by role
	read     func(files [][]byte) (map[string]*data.Recording, error)
}

// File is one file to download.
type File struct {
	Path string   `json:"path"` // in the folder $ASSAY_DATA_MIRROR
	URLs []string `json:"urls"` // tried in order
	Size int64    `json:"size"` // in bytes; 0 where SHA256 is of the unpacked bytes
	// SHA256 is of the file, or, where Unpacked is not 0, of the Unpacked bytes
	// that are in a .gz file: some publishers pack the same bytes differently.
	SHA256   string `json:"sha256"`
	Unpacked int64  `json:"unpacked,omitempty"`
}

// Shape says what a recording will look like before it is there.
type Shape struct {
	Samples  int          `json:"samples,omitempty"` // 0 where it depends on settings or chance
	Channels int          `json:"channels,omitempty"`
	Trials   int          `json:"trials,omitempty"`
	Unit     string       `json:"unit,omitempty"`
	Divided  bool         `json:"divided,omitempty"` // brings a split of its own
	Targets  []TargetInfo `json:"targets"`

	Parts []data.PartSummary `json:"parts,omitempty"` // of a recording that is there
}

// TargetInfo describes a target before it is there.
type TargetInfo struct {
	Name    string `json:"name"`
	Classes int    `json:"classes,omitempty"` // of a class target, where known
	Dims    int    `json:"dims,omitempty"`    // of a continuous target, where known
	Class   bool   `json:"class"`
	Unit    string `json:"unit,omitempty"`
	Doc     string `json:"doc,omitempty"`

	names  []string  // of the classes; nil: their numbers
	angles []float64 // that the classes stand for, in radians
}

// hasLabel reports whether a class has that name. Of a generator whose classes
// depend on its settings any number may be one.
func (t TargetInfo) hasLabel(label string) bool {
	if t.Classes == 0 {
		n, err := strconv.Atoi(label)
		return err == nil && n >= 0
	}
	return slices.Contains(t.labels(), file.CanonicalLabel(label))
}

// listLabels helps where classes have names; numbers are told by their count.
func (t TargetInfo) listLabels() string {
	if t.names == nil {
		return ""
	}
	return "its labels are " + few(t.names)
}

// labels are the names of the classes.
func (t TargetInfo) labels() []string {
	if t.names != nil {
		return t.names
	}
	out := make([]string, t.Classes)
	for i := range out {
		out[i] = strconv.Itoa(i)
	}
	return out
}

// Catalogue lists the published datasets in a fixed order.
func Catalogue() []Entry { return slices.Clone(catalogue) }

// Find returns the entry of that name; the error suggests a similar one.
func Find(name string) (Entry, error) {
	var names []string
	for _, e := range catalogue {
		if e.Name == name {
			return e, nil
		}
		names = append(names, e.Name)
	}
	return Entry{}, &Error{Fact: fmt.Sprintf("the catalogue has no dataset %q", name), Hint: setting.Suggest(name, names), Usage: true}
}

// Error is what went wrong and, apart from it, what to do next.
type Error = problem.Problem
