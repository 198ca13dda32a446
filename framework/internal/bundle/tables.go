package bundle

import (
	"encoding/json"
	"fmt"
	"path"
	"path/filepath"
	"reflect"

	"github.com/assaylab/assay/framework/internal/regular"
	"github.com/assaylab/assay/framework/internal/study"
)

// maxTable bounds a table's file.
const maxTable = 256 << 20

// Tables makes the sweep's tables of the bundle's records again. Those whose cells are
// not the same as in the bundle are named: words may change from one assay to another.
func (b *Bundle) Tables() (same int, different []string, err error) {
	file := filepath.Join(b.Dir, sweepFolder, filepath.FromSlash(b.File))
	tables, wrong := study.CommittedTables(file, b.Set, filepath.Join(b.Dir, resultFolder))
	for _, t := range tables {
		if path.Base(t.Name) != t.Name {
			return same, different, fmt.Errorf("a table is called %q", t.Name)
		}
		text, err := regular.ReadFile(b.results(filepath.Join("tables", t.Name+".json")), maxTable)
		if err != nil {
			different = append(different, t.Name)
			continue
		}
		now, err := json.Marshal(t)
		if err != nil {
			return same, different, err
		}
		if was, is := numbers(text), numbers(now); was != nil && reflect.DeepEqual(was, is) {
			same++
		} else {
			different = append(different, t.Name)
		}
	}
	return same, different, wrong
}

// numbers are the means of a table's cells, and how many values each has.
func numbers(text []byte) map[[2]string][2]any {
	var t struct {
		Cells []struct {
			Row, Col string
			Mean     *float64
			N        int
		}
	}
	if json.Unmarshal(text, &t) != nil {
		return nil
	}
	out := map[[2]string][2]any{}
	for _, c := range t.Cells {
		mean := any(nil)
		if c.Mean != nil {
			mean = *c.Mean
		}
		out[[2]string{c.Row, c.Col}] = [2]any{mean, c.N}
	}
	return out
}
