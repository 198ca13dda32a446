package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// line is one line of records.jsonl: a trial under the sweep's names for it.
type line struct {
	MethodID string `json:"method_id"`
	Variant  string `json:"variant,omitempty"`
	Dataset  string `json:"dataset_id"`
	Role     string `json:"role,omitempty"` // chosen or searched, where settings were selected; ablation
	trial.Record
}

const (
	roleChosen   = "chosen"
	roleSearched = "searched"
	roleAblation = "ablation"
)

func (l *ledger) lines(chosen selection, selecting bool) []line {
	var out []line
	for _, p := range l.points {
		rec, ok := l.records[p.Key]
		if !ok {
			if rec, ok = l.failures[p.Key]; !ok {
				continue
			}
		}
		rec.Curves = nil // they stay in the store
		ln := line{MethodID: p.Method, Variant: p.Variant, Dataset: p.Dataset, Record: rec}
		switch {
		case p.Ablation:
			ln.Role = roleAblation
		case p.Searched && selecting && chosen.isChosen(p.Point):
			ln.Role = roleChosen
		case p.Searched && selecting:
			ln.Role = roleSearched
		}
		out = append(out, ln)
	}
	return out
}

// observe turns trials into what a table counts. A table shows ablations and
// unselected configurations only if it has an axis that tells them apart.
func observe(lines []line, sel *sweep.Select, spec table.Spec) []table.Observation {
	variants := spec.Rows == "variant" || spec.Cols == "variant"
	var out []table.Observation
	for _, ln := range lines {
		if ln.Role == roleSearched || ln.Role == roleAblation && !variants {
			continue
		}
		o := table.Observation{Method: ln.MethodID, Variant: ln.Variant, Dataset: ln.Dataset, Seed: ln.Spec.Seed, Settings: ln.Spec.Settings, Trial: ln.Key}
		if ln.Role == roleChosen {
			o.Variant = "" // the selected settings stand for the method
		}
		if ln.Status != trial.Succeeded {
			o.Failed = true
			out = append(out, o)
			continue
		}
		for _, m := range ln.Metrics {
			v := o
			v.Metric, v.Split, v.Goal, v.Value = m.Name, m.Split, m.Goal, m.Value
			v.Tuning = ln.Role == roleChosen && sel != nil && sel.Split == m.Split // every score on the split that selected
			out = append(out, v)
		}
	}
	return out
}

// buildTables makes a sweep's tables. One that cannot be made is an error, and does
// not keep back the others.
func buildTables(sw *sweep.Sweep, lines []line) ([]*table.Table, error) {
	var out []*table.Table
	var wrong []error
	for _, spec := range sw.Tables {
		t, err := table.Build(spec, observe(lines, sw.Select, spec))
		if err != nil {
			wrong = append(wrong, usage(fmt.Errorf("table %s: %w", spec.Name, err), ""))
			continue
		}
		out = append(out, t)
	}
	return out, errors.Join(wrong...)
}

// extensions are the files that a finished run writes for each table.
var extensions = map[string]string{"json": ".json", "markdown": ".md", "latex": ".tex", "csv": ".csv", "text": ".txt", "svg": ".svg"}

// writeResults writes DIR/SWEEP: records.jsonl, and the tables that can be made.
func (s *session) writeResults(dir string, l *ledger, chosen selection) ([]*table.Table, error) {
	lines := l.lines(chosen, s.sweep.Select != nil)
	folder := filepath.Join(dir, s.sweep.Name)
	if err := os.MkdirAll(filepath.Join(folder, "tables"), 0o755); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	for _, ln := range lines {
		if err := enc.Encode(ln); err != nil {
			return nil, err
		}
	}
	if err := writeFile(filepath.Join(folder, "records.jsonl"), text.Bytes()); err != nil {
		return nil, err
	}
	tables, wrong := buildTables(s.sweep, lines)
	for _, t := range tables {
		for format, ext := range extensions {
			var b bytes.Buffer
			if err := table.Render(&b, t, format); err != nil {
				return nil, fmt.Errorf("table %s as %s: %w", t.Name, format, err)
			}
			if err := writeFile(filepath.Join(folder, "tables", t.Name+ext), b.Bytes()); err != nil {
				return nil, err
			}
		}
	}
	return tables, wrong
}

// writeFile replaces a file whole or not at all.
func writeFile(path string, text []byte) error {
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, text, 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

// readLines reads a records.jsonl, such as one that was committed.
func readLines(path string) ([]line, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []line
	r := bufio.NewReader(f)
	for n := 1; ; n++ {
		text, err := r.ReadBytes('\n')
		if len(bytes.TrimSpace(text)) > 0 {
			var ln line
			if err := json.Unmarshal(text, &ln); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", path, n, err)
			}
			out = append(out, ln)
		}
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// metricOrder sorts values for people: by name, then split.
func metricOrder(values []metric.Value) []metric.Value {
	out := slices.Clone(values)
	slices.SortFunc(out, func(a, b metric.Value) int {
		if a.Name != b.Name {
			return compare(a.Name, b.Name)
		}
		return compare(a.Split, b.Split)
	})
	return out
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
