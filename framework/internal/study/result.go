package study

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2/maybe"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/table"
)

// Tables makes the sweep's tables of what the ledger knows. One that cannot be
// made is an error, and does not keep back the others.
func (l *Ledger) Tables() ([]*table.Table, error) {
	return buildTables(l.study.Sweep, l.Rows())
}

func buildTables(sw *sweep.Sweep, rows []Row) ([]*table.Table, error) {
	var out []*table.Table
	var wrong []error
	for _, spec := range sw.Tables {
		t, err := table.Build(spec, observe(rows, sw.Select, spec))
		if err != nil {
			wrong = append(wrong, problem.Usage(fmt.Errorf("table %s: %w", spec.Name, err), ""))
			continue
		}
		out = append(out, t)
	}
	return out, errors.Join(wrong...)
}

// CommittedTables makes tables of DIR/SWEEP/records.jsonl alone: neither plugins
// nor data are needed to look at results.
func CommittedTables(file string, sets []string, dir string) ([]*table.Table, error) {
	sw, err := sweep.Load(file, sets)
	if err != nil {
		return nil, err
	}
	rows, err := ReadRows(RecordsFile(dir, sw.Name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, problem.Advise(fmt.Errorf("%s holds no results of sweep %s", dir, sw.Name), fmt.Sprintf("\"assay run %s --results %s\" makes them", file, dir))
	}
	if err != nil {
		return nil, err
	}
	for i := range sw.Tables {
		for _, p := range sw.Tables[i].Complete() {
			return nil, problem.Usage(fmt.Errorf("%s: table %s: %s %s", file, sw.Tables[i].Name, p.Path, p.Fact), p.Hint)
		}
	}
	return buildTables(sw, rows)
}

// RecordsFile is where a sweep's rows stand in a results folder.
func RecordsFile(dir, sweep string) string { return filepath.Join(dir, sweep, "records.jsonl") }

// extensions are the files that a finished run writes for each table.
var extensions = map[string]string{"json": ".json", "markdown": ".md", "latex": ".tex", "csv": ".csv", "text": ".txt", "svg": ".svg"}

// Write writes DIR/SWEEP: records.jsonl, and the tables that can be made.
func (l *Ledger) Write(dir string) ([]*table.Table, error) {
	if err := l.WriteRecords(dir); err != nil {
		return nil, err
	}
	folder := filepath.Join(dir, l.study.Sweep.Name, "tables")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	tables, wrong := l.Tables()
	for _, t := range tables {
		for format, ext := range extensions {
			var b bytes.Buffer
			if err := table.Render(&b, t, format); err != nil {
				return nil, fmt.Errorf("table %s as %s: %w", t.Name, format, err)
			}
			if err := writeFile(filepath.Join(folder, t.Name+ext), b.Bytes()); err != nil {
				return nil, err
			}
		}
	}
	return tables, wrong
}

// WriteRecords writes DIR/SWEEP/records.jsonl: what is known after a run that was
// interrupted, too.
func (l *Ledger) WriteRecords(dir string) error {
	file := RecordsFile(dir, l.study.Sweep.Name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	for _, row := range l.Rows() {
		if err := enc.Encode(row); err != nil {
			return err
		}
	}
	return writeFile(file, text.Bytes())
}

// writeFile replaces a file whole or not at all, unless it is like that already.
func writeFile(path string, text []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
		return nil
	}
	return maybe.WriteFile(path, text, 0o644)
}
