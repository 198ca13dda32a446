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
	"cmp"
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
	Subject   string // as the file says
	Session   string
}

// Read reads the recording that a file holds. Its values are held in memory once.
func Read(ctx context.Context, path string, c Columns, o Options) (Reading, error) {
	f, box, err := openWithCompanions(ctx, path, c, o)
	if err != nil {
		return Reading{}, err
	}
	defer box.Close()
	r := newReader(f, box, c, o.Limit)
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
	clock      *clock         // of what has times; else nil
	keep       []keeping      // by which units are chosen
	after      []func() error // what follows a pass over the file
}

func newReader(f format, box container, c Columns, limit int64) *reader {
	r := &reader{columns: c, format: f, box: box, arrays: box.arrays(), index: map[string]int{}, limit: limit,
		rec: &data.Recording{Unit: c.Unit, BinSeconds: c.BinSeconds}, about: map[string]data.AboutTarget{}, used: map[string]bool{}}
	for i, a := range r.arrays {
		r.index[a.Name] = i
		if at := strings.LastIndexAny(a.Name, "./#"); at > 0 && a.Table == "" && !f.imported && !f.folder {
			r.arrays[i].Table = a.Name[:at] // a struct of MATLAB's, or another file
		}
	}
	return r
}

// read decides what is what from names and shapes alone, reads all that is needed
// in one pass, and puts it together.
func (r *reader) read(ctx context.Context) (Reading, error) {
	if r.timed() {
		return r.readTimed(ctx)
	}
	if err := r.decide(); err != nil {
		return Reading{}, err
	}
	if err := r.box.read(ctx, r.wants); err != nil {
		return Reading{}, err
	}
	return r.finish(r.pickUnits, r.samples, r.trials, r.split, r.targets, r.gaps, r.angles)
}

// finish puts together what was read.
func (r *reader) finish(steps ...func() error) (Reading, error) {
	for _, step := range steps {
		if err := step(); err != nil {
			return Reading{}, err
		}
	}
	r.remarks()
	r.leftOut()
	if err := r.rec.Check(); err != nil {
		return Reading{}, err
	}
	r.channels()
	out := Reading{Recording: r.rec, Targets: r.about, Notes: r.notes}
	if c, ok := r.box.(interface{ about() map[string]string }); ok {
		about := c.about()
		out.Subject, out.Session = about["subject"], cmp.Or(about["session"], about["identifier"])
	}
	return out, nil
}
