// Package file reads recordings from files that users have. [Read] is what most
// callers need; [Look] lists what is in a file, and [Suggest] writes the `read:`
// block to start from.
//
// A format (format.go) opens a file as a container: arrays by name, whose values
// are read when asked for. What the arrays are is decided in one place for all
// formats: by [Columns] where the user says so, else by their usual names and
// shapes (plan.go). Whatever had to be guessed is said in a [data.Note].
package file

import (
	"context"
	"fmt"
	"strings"

	"github.com/assaylab/assay/framework/data"
)

// Reading is a recording and what is known of it beside its numbers.
type Reading struct {
	Recording *data.Recording
	Targets   map[string]data.AboutTarget // of class targets, by name
	Notes     []data.Note
}

// Read reads the recording that a file holds. limit bounds the bytes of its
// values in memory, which are all that is held of them.
func Read(ctx context.Context, path string, c Columns, limit int64) (Reading, error) {
	f, err := formatOf(path)
	if err != nil {
		return Reading{}, err
	}
	box, err := f.open(path, limit)
	if err != nil {
		return Reading{}, err
	}
	defer box.Close()
	r := newReader(f, box, c, limit)
	out, err := r.read(ctx)
	if err != nil && !strings.HasPrefix(err.Error(), path) { // mistakes in a table have line and column
		err = fmt.Errorf("%s: %w", path, err)
	}
	return out, err
}

// reader makes a recording of a container.
type reader struct {
	columns Columns
	format  format
	box     container
	arrays  []Array
	index   map[string]int // of arrays, by name
	limit   int64          // bytes that may still be read

	plan    plan
	wants   map[string]*want
	used    map[string]bool // arrays that have a part in the recording
	guessed bool            // nothing but its shape says that the samples are the samples

	rec        *data.Recording
	trialOf    []int32 // trial of each sample, counted from 0 in recorded order
	trialCount int
	about      map[string]data.AboutTarget
	notes      []data.Note
}

func newReader(f format, box container, c Columns, limit int64) *reader {
	r := &reader{columns: c, format: f, box: box, arrays: box.arrays(), index: map[string]int{}, limit: limit,
		rec: &data.Recording{Unit: c.Unit, BinSeconds: c.BinSeconds}, about: map[string]data.AboutTarget{}, used: map[string]bool{}}
	for i, a := range r.arrays {
		r.index[a.Name] = i
	}
	return r
}

// read decides what is what from names and shapes alone, reads all that is needed
// in one pass, and puts it together.
func (r *reader) read(ctx context.Context) (Reading, error) {
	if err := r.decide(); err != nil {
		return Reading{}, err
	}
	if err := r.box.read(ctx, r.wants); err != nil {
		return Reading{}, err
	}
	for _, step := range []func() error{r.samples, r.trials, r.split, r.targets, r.gaps, r.angles} {
		if err := step(); err != nil {
			return Reading{}, err
		}
	}
	r.leftOut()
	if err := r.rec.Check(); err != nil {
		return Reading{}, err
	}
	r.channels()
	return Reading{r.rec, r.about, r.notes}, nil
}
