package study

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Tables makes the sweep's tables of what the ledger knows. One that cannot be
// made is an error, and does not keep back the others.
func (l *Ledger) Tables(ctx context.Context) ([]*table.Table, error) {
	specs := l.study.Sweep.Tables
	const with = store.Spec | store.Metrics | store.Cases | store.Provenance
	points := l.counted(specs)
	tables, wrong := buildTables(l.study.Sweep, l.rowsOf(ctx, points, with, wantedBy(specs)), l.selections())
	if wrong == nil {
		return tables, nil
	}
	// What was not read cannot be suggested: of some trials all is read, for the words.
	some := *l.study.Sweep
	some.Tables = slices.DeleteFunc(slices.Clone(specs), func(s table.Spec) bool {
		return slices.ContainsFunc(tables, func(t *table.Table) bool { return t.Name == s.Name })
	})
	const enough = 200
	if _, said := buildTables(&some, l.rowsOf(ctx, points[:min(len(points), enough)], with, nil), l.selections()); said != nil {
		wrong = said
	}
	return tables, wrong
}

// wantedBy says which metrics tables count; those of a failed trial are none.
func wantedBy(specs []table.Spec) func(name, split string) bool {
	type what struct{ name, split string }
	wanted := map[what]bool{}
	for _, s := range specs {
		for _, name := range metricsOf(s) {
			wanted[what{name, s.Split}] = true
			wanted[what{besideOf(name, "unseen"), s.Split}] = true
			if s.Chance {
				wanted[what{levelOf(name, "chance"), s.Split}] = true
			}
			if s.Shuffled {
				wanted[what{levelOf(name, "shuffled"), s.Split}] = true
				wanted[what{levelOf(name, "shuffled95"), s.Split}] = true
			}
		}
	}
	return func(name, split string) bool { return wanted[what{name, split}] }
}

// metricsOf lists what a table shows: one metric, or several.
func metricsOf(s table.Spec) []string {
	switch cell := s.Cell.(type) {
	case string:
		return []string{cell}
	case []string:
		return cell
	case []any:
		var out []string
		for _, c := range cell {
			out = append(out, fmt.Sprint(c))
		}
		return out
	}
	return nil
}

// buildTables makes the tables of rows. How settings were chosen is counted from the
// rows where nobody else knows it.
func buildTables(sw *sweep.Sweep, rows iter.Seq2[Row, error], of selections) ([]*table.Table, error) {
	counted := newTally(sw)
	seen := make([][]table.Observation, len(sw.Tables))
	beside := make([]levels, len(sw.Tables))
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		if of == nil {
			counted.see(row)
		}
		for i, spec := range sw.Tables {
			known := of
			if known == nil {
				known = counted.found
			}
			seen[i] = observe(seen[i], row, sw.Select, known, spec)
			seen[i] = beside[i].observe(seen[i], row, spec)
		}
	}
	var out []*table.Table
	var wrong []error
	for i, spec := range sw.Tables {
		spec.Remarks = beside[i].remarks
		t, err := table.Build(spec, beside[i].settled(seen[i]))
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
	path := RecordsFile(dir, sw.Name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, problem.Advise(fmt.Errorf("%s holds no results of sweep %s", dir, sw.Name), fmt.Sprintf("\"assay run %s --results %s\" makes them", file, dir))
	}
	for i := range sw.Tables {
		for _, p := range sw.Tables[i].Complete() {
			return nil, problem.Usage(fmt.Errorf("%s: table %s: %s %s", file, sw.Tables[i].Name, p.Path, p.Fact), p.Hint)
		}
	}
	return buildTables(sw, store.ReadRecords(path), nil)
}

// RecordsFile is where a sweep's rows stand in a results folder.
func RecordsFile(dir, sweep string) string { return filepath.Join(dir, sweep, store.RecordsFile) }

// extensions are the files that a finished run writes for each table.
var extensions = map[string]string{"json": ".json", "markdown": ".md", "latex": ".tex", "csv": ".csv", "text": ".txt", "svg": ".svg"}

// Write writes DIR/SWEEP: records.jsonl, cases, and the tables that can be made. What
// is there and made of the same records is left alone.
func (l *Ledger) Write(ctx context.Context, dir string) ([]*table.Table, error) {
	if err := l.WriteRecords(ctx, dir); err != nil {
		return nil, err
	}
	tables, wrong := l.Tables(ctx)
	folder := filepath.Join(dir, l.study.Sweep.Name, "tables")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	for _, t := range tables {
		for format, ext := range extensions {
			var b bytes.Buffer
			if err := table.Render(&b, t, format); err != nil {
				wrong = errors.Join(wrong, fmt.Errorf("table %s as %s: %w", t.Name, format, err))
				continue
			}
			if _, err := store.Replace(filepath.Join(folder, t.Name+ext), func(w io.Writer) error { _, err := w.Write(b.Bytes()); return err }); err != nil {
				return nil, err
			}
		}
	}
	return tables, wrong
}

// WriteRecords writes DIR/SWEEP/records.jsonl and the cases beside it: what is known
// after a run that was interrupted, too. The store notes what the sweep means.
func (l *Ledger) WriteRecords(ctx context.Context, dir string) error {
	members, fingerprint := l.members()
	if _, err := l.store.SetMembers(ctx, l.study.Sweep.Name, members); err != nil {
		return err
	}
	file := RecordsFile(dir, l.study.Sweep.Name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	const all = store.Spec | store.Metrics | store.Embeddings | store.Provenance
	if _, err := l.store.Output(ctx, file, fingerprint, func(w io.Writer) error {
		return store.WriteLines(w, l.Rows(ctx, all, nil))
	}); err != nil {
		return err
	}
	if any, err := l.haveCases(ctx); err != nil || !any {
		return err
	}
	_, err := l.store.Output(ctx, filepath.Join(filepath.Dir(file), store.CasesFile), fingerprint, func(w io.Writer) error {
		return store.WriteCases(w, records(l.Rows(ctx, store.Spec|store.Cases|store.Metrics, nil)))
	})
	return err
}

// members are the sweep's points as the store notes them, and a digest of everything
// that its files are made of.
func (l *Ledger) members() ([]store.Member, []byte) {
	stage := l.stages()
	points := l.Points()
	out := make([]store.Member, len(points))
	mark := sha256.New()
	probes := map[*store.Probes][]byte{} // digests of the specs
	var line []byte
	part := func(text string) { line = append(binary.AppendUvarint(line, uint64(len(text))), text...) }
	for i, p := range points {
		out[i] = store.Member{Fit: p.Key, Label: store.Label{Method: p.Method, Variant: p.Variant, Dataset: p.Dataset, Fold: p.fold(), Stage: stage(p)}}
		if _, ok := probes[p.Probes]; !ok {
			text, err := json.Marshal(p.Probes.Specs)
			if err != nil {
				panic("study: a probe holds what JSON cannot: " + err.Error())
			}
			sum := sha256.Sum256(text)
			probes[p.Probes] = sum[:]
		}
		line = append(line[:0], probes[p.Probes]...)
		for _, text := range []string{p.Key, p.Method, p.Variant, p.Dataset, out[i].Fold, out[i].Stage} {
			part(text)
		}
		line = strconv.AppendBool(strconv.AppendBool(line, p.Finished()), p.Seedless)
		line = p.known.Stamp.Append(line)
		if p.failure != nil {
			part(p.failure.Failure.Error())
			line = strconv.AppendInt(line, p.failure.Provenance.Started.UnixNano(), 16)
		}
		mark.Write(append(line, '\n')) // never fails
	}
	return out, mark.Sum(nil)
}

// haveCases reports whether finished trials come with numbers per case. Those of one
// sweep do or do not alike, but for what the first edition has recorded.
func (l *Ledger) haveCases(ctx context.Context) (any bool, err error) {
	const sample = 200
	var wants []store.Want
	points := l.Points()
	for i := len(points) - 1; i >= 0 && len(wants) < sample; i-- { // the newest come last
		if points[i].Finished() {
			wants = append(wants, points[i].want())
		}
	}
	err = l.store.Read(ctx, store.Query{Wants: wants, With: store.Cases | store.Metrics}, func(_ int, rec trial.Record) error {
		any = any || len(rec.Cases) > 0
		return nil
	})
	return any, err
}

func records(rows iter.Seq2[Row, error]) iter.Seq2[trial.Record, error] {
	return func(yield func(trial.Record, error) bool) {
		for row, err := range rows {
			if !yield(row.Record, err) {
				return
			}
		}
	}
}
