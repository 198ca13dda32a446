package source

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/assaylab/assay/framework/data"
)

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
