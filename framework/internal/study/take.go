package study

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

// RecordsOf reads the trials that succeeded from a folder of results or a
// records.jsonl, each once, in the order of their keys.
func RecordsOf(ctx context.Context, path string) ([]trial.Record, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, problem.Usage(err, "name a folder of results or a records.jsonl")
	}
	read := recordsOfFile
	if info.IsDir() {
		read = recordsOfFolder
	}
	found, err := read(ctx, path)
	if err != nil {
		return nil, err
	}
	var out []trial.Record
	for _, key := range sortedKeys(found) {
		rec := found[key]
		if is := rec.Spec.Key(); is != key {
			return nil, fmt.Errorf("%s: the trial recorded as %s has the key %s: its settings, dataset, seed or probes were changed", path, trial.Short(key), trial.Short(is))
		}
		out = append(out, rec)
	}
	return out, nil
}

func recordsOfFolder(ctx context.Context, path string) (map[string]trial.Record, error) {
	st, err := store.View(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, problem.Usage(fmt.Errorf("%s holds no store", path), "name a folder of results, or one of its sweeps' records.jsonl")
	}
	if err != nil {
		return nil, err
	}
	defer st.Close()
	return st.Records(ctx)
}

func recordsOfFile(_ context.Context, path string) (map[string]trial.Record, error) {
	rows, err := ReadRows(path)
	if err != nil {
		return nil, err
	}
	out := map[string]trial.Record{}
	for _, row := range rows {
		if row.Status == trial.Succeeded {
			out[row.Key] = row.Record
		}
	}
	return out, nil
}
