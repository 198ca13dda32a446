package source

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/data/npy"
)

// fileKinds are the user's files that can be read, by ending.
var fileKinds = []string{".npz", ".npy", ".csv"}

// readUserFile reads a recording from a file of the user's. limit bounds the
// bytes of its values.
func readUserFile(path string, c Columns, limit int64) (*data.Recording, error) {
	var r *data.Recording
	var err error
	switch strings.ToLower(filepath.Ext(path)) {
	case ".npz":
		r, err = readNPZ(path, c, limit)
	case ".npy":
		r, err = readNPY(path, c, limit)
	case ".csv":
		r, err = readCSV(path, c, limit)
	default:
		return nil, fmt.Errorf("%s: only %s files are read", path, strings.Join(fileKinds, ", "))
	}
	if err != nil {
		return nil, err
	}
	if err := r.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// readNPY reads a file of samples alone. Without trials it is one trial.
func readNPY(path string, c Columns, limit int64) (*data.Recording, error) {
	a, err := npy.ReadFile(path, limit)
	if err != nil {
		return nil, err
	}
	if len(a.Shape) != 2 {
		return nil, fmt.Errorf("%s: samples must be [samples x channels], got shape %v", path, a.Shape)
	}
	return &data.Recording{
		Samples:    data.Array{Shape: a.Shape, Values: a.Float32()},
		Unit:       c.Unit,
		BinSeconds: c.BinSeconds,
		Trial:      make([]int32, a.Shape[0]),
	}, nil
}

// classTarget makes a target of labels 0, 1, ...
func classTarget(name string, labels []int64) (data.Target, error) {
	const most = 1 << 20
	t := data.Target{Name: name, Labels: make([]int32, len(labels))}
	for i, l := range labels {
		if l < 0 || l >= most {
			return t, fmt.Errorf("class target %q: label %d of sample %d is not within 0..%d; list it under continuous if it is no class", name, l, i, most-1)
		}
		t.Labels[i] = int32(l)
		t.Classes = max(t.Classes, int(l)+1)
	}
	return t, nil
}

// trialNumbers narrows trial numbers to 32 bits.
func trialNumbers(values []int64) ([]int32, error) {
	out := make([]int32, len(values))
	for i, v := range values {
		if out[i] = int32(v); int64(out[i]) != v {
			return nil, fmt.Errorf("trial number %d of sample %d is beyond 32 bits", v, i)
		}
	}
	return out, nil
}
