package study

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

// RecordsOf goes through the trials that succeeded in a folder of results or a
// records.jsonl. The error says that there is neither.
func RecordsOf(ctx context.Context, path string) (iter.Seq2[trial.Record, error], error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, problem.Usage(err, "name a folder of results or a records.jsonl")
	}
	if !info.IsDir() {
		return recordsOfFile(path), nil
	}
	if !store.Exists(path) {
		return nil, problem.Usage(fmt.Errorf("%s holds no store", path), "name a folder of results, or one of its sweeps' records.jsonl")
	}
	return recordsOfFolder(ctx, path), nil
}

func recordsOfFolder(ctx context.Context, path string) iter.Seq2[trial.Record, error] {
	return func(yield func(trial.Record, error) bool) {
		st, err := store.View(path)
		if err != nil {
			yield(trial.Record{}, err)
			return
		}
		defer st.Close()
		err = st.All(ctx, store.Everything, func(rec trial.Record) error {
			rec.Status = trial.Succeeded
			if !yield(rec, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(trial.Record{}, err)
		}
	}
}

var errEnough = errors.New("nobody asks for more")

// recordsOfFile reads a records.jsonl, with the cases beside it.
func recordsOfFile(path string) iter.Seq2[trial.Record, error] {
	return records(store.ReadRecords(path))
}
