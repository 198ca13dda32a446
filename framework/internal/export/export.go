// Package export hands the results of a sweep to other tools: tidy tables for data
// frames, runs for an MLflow server, event files for TensorBoard.
//
// A [Source] is what there is to export; a format is one file of this package and a
// line in formats.
package export

import (
	"context"
	"iter"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/setting"
)

// Source is the results of one sweep.
type Source struct {
	Sweep string
	// Rows goes through the trials that have ended, from the first again at every
	// call: a sweep may have more than memory holds.
	Rows   func() iter.Seq2[store.Line, error]
	Tables []*table.Table
}

// Part is what an export has written: a file, or things of one sort on a server.
type Part struct {
	Name string `json:"name"`
	Rows int    `json:"rows"` // or trials, or runs
	What string `json:"what"` // what was counted
}

// A Format writes a source to a folder or a server. What is there of an earlier
// export of the same is replaced or left, never written twice.
type Format interface {
	Export(ctx context.Context, s Source, out string) ([]Part, error)
}

var formats = []struct {
	name   string
	remote bool // --out is the address of a server, else a folder
	Format
}{
	{"parquet", false, framed{".parquet", newParquet}},
	{"csv", false, framed{".csv", newCSV}},
	{"mlflow", true, mlflow{}},
	{"tensorboard", false, tensorboard{}},
}

// Formats lists what Run can write.
func Formats() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// Remote reports whether a format goes to a server.
func Remote(format string) bool {
	for _, f := range formats {
		if f.name == format {
			return f.remote
		}
	}
	return false
}

// Run exports a source in one of Formats.
func Run(ctx context.Context, s Source, format, out string) ([]Part, error) {
	for _, f := range formats {
		if f.name == format {
			return f.Export(ctx, s, out)
		}
	}
	return nil, problem.Problem{Usage: true, Fact: "there is no export format \"" + format + "\"", Hint: setting.Suggest(format, Formats())}
}
