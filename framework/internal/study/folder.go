package study

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/regular"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Recorded is what the folder of a sweep's results holds.
type Recorded struct {
	Sweep  string
	Rows   func() iter.Seq2[Row, error]
	Tables []*table.Table
}

// maxTable bounds a table's JSON form.
const maxTable = 1 << 30

// Folder reads RESULTS/NAME, the records and tables of a sweep, without the sweep's
// file: nothing is planned, no plugin asked. Curves are in the store beside it alone,
// where there is one. Give the results back when done with the rows.
func Folder(ctx context.Context, dir string) (out Recorded, giveBack func(), err error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return out, nil, err
	}
	out.Sweep = filepath.Base(abs)
	records := filepath.Join(dir, store.RecordsFile)
	if _, err := os.Stat(records); err != nil {
		return out, nil, problem.Usage(fmt.Errorf("%s holds no %s", dir, store.RecordsFile), "name a sweep's folder of results, such as assay-results/NAME, or the sweep's file")
	}
	files, err := filepath.Glob(filepath.Join(glob(dir), "tables", "*.json"))
	if err != nil {
		return out, nil, err
	}
	for _, file := range files {
		text, err := regular.ReadFile(file, maxTable)
		t := new(table.Table)
		if err == nil {
			err = json.Unmarshal(text, t)
		}
		if err != nil {
			return out, nil, fmt.Errorf("%s: %w", file, err)
		}
		out.Tables = append(out.Tables, t)
	}
	out.Rows = func() iter.Seq2[Row, error] { return store.ReadRecords(records) }
	st, err := store.View(filepath.Dir(abs))
	if errors.Is(err, fs.ErrNotExist) {
		return out, func() {}, nil
	}
	if err != nil {
		return out, nil, err
	}
	out.Rows = func() iter.Seq2[Row, error] { return curved(ctx, st, store.ReadRecords(records)) }
	return out, func() { st.Close() }, nil
}

// glob quotes what a pattern would read otherwise.
func glob(dir string) string {
	var out []rune
	for _, r := range dir {
		if r == '*' || r == '?' || r == '[' || r == '\\' {
			out = append(out, '\\')
		}
		out = append(out, r)
	}
	return string(out)
}

// curved adds the curves that the store has of rows.
func curved(ctx context.Context, st *store.Store, rows iter.Seq2[Row, error]) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for row, err := range rows {
			if err == nil && row.Status == trial.Succeeded {
				err = st.Read(ctx, store.Query{Wants: []store.Want{{Fit: row.Fit}}, With: store.Curves}, func(_ int, rec trial.Record) error {
					row.Curves = rec.Curves
					return nil
				})
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}
