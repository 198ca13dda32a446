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
	"strconv"
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

func (t *csvTable) row(row []string) error {
	t.rows++
	for _, i := range t.samples {
		v, err := t.number(row, i)
		if err != nil {
			return err
		}
		t.values = append(t.values, v)
	}
	if t.trial >= 0 {
		v, err := t.whole(row, t.trial)
		if err != nil {
			return err
		}
		t.trials = append(t.trials, v)
	}
	if t.split >= 0 {
		s := data.Split(strings.TrimSpace(row[t.split]))
		if !slices.Contains([]data.Split{"", data.Train, data.Val, data.Test}, s) {
			return t.at(t.split, "split %q is none of train, val, test", s)
		}
		t.splits = append(t.splits, s)
	}
	for k, i := range t.classes {
		v, err := t.whole(row, i)
		if err != nil {
			return err
		}
		t.labels[k] = append(t.labels[k], v)
	}
	for k, columns := range t.continuous {
		for _, i := range columns {
			v, err := t.number(row, i)
			if err != nil {
				return err
			}
			t.continuums[k] = append(t.continuums[k], v)
		}
	}
	return nil
}

func (t *csvTable) number(row []string, i int) (float32, error) {
	s := strings.TrimSpace(row[i])
	switch strings.ToLower(s) {
	case "", "na", "nan", "n/a", "null", "none", "-", "?", ".":
		return 0, t.at(i, "missing value (%q) in column %q: leave the row out or fill it in", s, t.names[i])
	}
	v, err := strconv.ParseFloat(s, 32)
	if err != nil {
		if strings.Count(s, ",") == 1 {
			return 0, t.at(i, "%q in column %q is no number: decimals need a point", s, t.names[i])
		}
		return 0, t.at(i, "%q in column %q is no number", s, t.names[i])
	}
	if v-v != 0 {
		return 0, t.at(i, "%q in column %q is not finite", s, t.names[i])
	}
	return float32(v), nil
}

func (t *csvTable) whole(row []string, i int) (int64, error) {
	if _, err := t.number(row, i); err != nil {
		return 0, err
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(row[i]), 64)
	if err != nil || v != float64(int64(v)) {
		return 0, t.at(i, "%q in column %q is no whole number", row[i], t.names[i])
	}
	return int64(v), nil
}

// at puts file, line and column of field i of the current row in front.
func (t *csvTable) at(i int, format string, args ...any) error {
	line, column := t.in.FieldPos(i)
	return fmt.Errorf("%s:%d:%d: %s", t.name, line, column, fmt.Sprintf(format, args...))
}

func (t *csvTable) recording() (*data.Recording, error) {
	r := &data.Recording{
		Samples:    data.Array{Shape: []int{t.rows, len(t.samples)}, Values: t.values},
		Unit:       t.columns.Unit,
		BinSeconds: t.columns.BinSeconds,
		Trial:      make([]int32, t.rows),
		Split:      t.splits,
	}
	for _, i := range t.samples {
		r.Channels = append(r.Channels, t.names[i])
	}
	var err error
	if t.trial >= 0 {
		if r.Trial, err = trialNumbers(t.trials); err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
	}
	for k, i := range t.classes {
		target, err := classTarget(t.names[i], t.labels[k])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
		r.Targets = append(r.Targets, target)
	}
	for k, target := range sortedKeys(t.columns.Continuous) {
		shape := []int{t.rows, len(t.continuous[k])}
		r.Targets = append(r.Targets, data.Target{Name: target, Values: data.Array{Shape: shape, Values: t.continuums[k]}})
	}
	return r, nil
}
