package source

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data"
)

// readCSV reads a table with a header row and a row per sample. Samples are the
// columns that c.Samples names; a pattern such as unit* names several.
func readCSV(name string, c Columns, limit int64) (*data.Recording, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("%s has %d bytes; at most %d are read", name, info.Size(), limit)
	}
	in := bufio.NewReaderSize(f, 1<<16)
	if bom, _ := in.Peek(3); string(bom) == "\ufeff" {
		in.Discard(3)
	}
	t := &csvTable{name: name, in: csv.NewReader(in), columns: c}
	t.in.ReuseRecord = true
	if err := t.header(); err != nil {
		return nil, err
	}
	for {
		row, err := t.in.Read()
		if errors.Is(err, io.EOF) {
			return t.recording()
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err) // names line and column
		}
		if err := t.row(row); err != nil {
			return nil, err
		}
	}
}

// csvTable collects columns of numbers while rows pass by.
type csvTable struct {
	name    string
	in      *csv.Reader
	columns Columns
	names   []string

	samples    []int // columns
	trial      int   // or -1
	split      int   // or -1
	classes    []int
	continuous [][]int // in the order of sorted target names

	rows       int
	values     []float32
	trials     []int64
	splits     []data.Split
	labels     [][]int64
	continuums [][]float32
}

func (t *csvTable) header() error {
	row, err := t.in.Read()
	if err != nil {
		return fmt.Errorf("%s: no header row: %w", t.name, err)
	}
	for i, n := range row {
		n = strings.TrimSpace(n)
		if n == "" {
			return t.at(i, "column %d has no name", i+1)
		}
		if slices.Contains(t.names, n) {
			return t.at(i, "two columns are named %q", n)
		}
		t.names = append(t.names, n)
	}
	if len(t.names) == 1 && strings.ContainsAny(t.names[0], ";\t") {
		return t.at(0, "columns must be separated by commas, found %q", t.names[0])
	}
	if len(t.columns.Samples) == 0 {
		return t.at(0, "which columns hold the samples? name them under read: samples (a pattern such as unit* is fine); there are %s", strings.Join(t.names, ", "))
	}
	for _, pattern := range t.columns.Samples {
		found, err := t.match(pattern)
		if err != nil {
			return err
		}
		t.samples = append(t.samples, found...)
	}
	if t.trial, err = t.find(t.columns.Trial, "trial"); err != nil {
		return err
	}
	if t.split, err = t.find("", "split"); err != nil {
		return err
	}
	for _, c := range t.columns.Classes {
		i, err := t.find(c, "")
		if err != nil {
			return err
		}
		t.classes = append(t.classes, i)
	}
	for _, target := range sortedKeys(t.columns.Continuous) {
		var columns []int
		for _, c := range t.columns.Continuous[target] {
			i, err := t.find(c, "")
			if err != nil {
				return err
			}
			columns = append(columns, i)
		}
		t.continuous = append(t.continuous, columns)
	}
	t.labels = make([][]int64, len(t.classes))
	t.continuums = make([][]float32, len(t.continuous))
	return nil
}

func (t *csvTable) match(pattern string) ([]int, error) {
	if i := slices.Index(t.names, pattern); i >= 0 {
		return []int{i}, nil
	}
	var out []int
	for i, n := range t.names {
		ok, err := path.Match(pattern, n)
		if err != nil {
			return nil, fmt.Errorf("read: samples: %q is no pattern: %w", pattern, err)
		}
		if ok {
			out = append(out, i)
		}
	}
	if len(out) == 0 {
		return nil, t.at(0, "no column is named %q; there are %s", pattern, strings.Join(t.names, ", "))
	}
	return out, nil
}

// find returns the column of that name, which must be there, or the usual one, or -1.
func (t *csvTable) find(name, usual string) (int, error) {
	if name == "" {
		return slices.Index(t.names, usual), nil
	}
	i := slices.Index(t.names, name)
	if i < 0 {
		return -1, t.at(0, "no column is named %q; there are %s", name, strings.Join(t.names, ", "))
	}
	return i, nil
}
