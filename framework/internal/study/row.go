package study

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/trial"
)

// A Row is one line of records.jsonl: a trial under the sweep's names for it.
type Row struct {
	MethodID string `json:"method_id"`
	Variant  string `json:"variant,omitempty"`
	Dataset  string `json:"dataset_id"`
	Stage    Stage  `json:"role,omitempty"`
	trial.Record
}

// Stage is what a trial was for, where settings are searched or changed.
type Stage string

const (
	Chosen   Stage = "chosen"   // its settings were selected
	Searched Stage = "searched" // it was tried and not selected
	Ablation Stage = "ablation"
)

// Rows lists the trials that have ended, in the order of the sweep.
func (l *Ledger) Rows() []Row {
	chosen := map[[2]string]string{}
	for _, c := range l.cells {
		if c.chosen != nil {
			chosen[[2]string{c.Method.ID, c.Dataset}] = c.chosen.Variant
		}
	}
	var out []Row
	for _, p := range l.Points() {
		rec, ok := l.Records[p.Key]
		if !ok {
			if rec, ok = l.Failures[p.Key]; !ok {
				continue
			}
		}
		rec.Curves = nil // they stay in the store
		row := Row{MethodID: p.Method, Variant: p.Variant, Dataset: p.Dataset, Record: rec}
		switch variant, ok := chosen[[2]string{p.Method, p.Dataset}]; {
		case p.Ablation:
			row.Stage = Ablation
		case p.Searched && ok && variant == p.Variant:
			row.Stage = Chosen
		case p.Searched && l.study.Sweep.Select != nil:
			row.Stage = Searched
		}
		out = append(out, row)
	}
	return out
}

// ReadRows reads a records.jsonl, such as one that was committed.
func ReadRows(path string) ([]Row, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []Row
	r := bufio.NewReader(f)
	for n := 1; ; n++ {
		text, err := r.ReadBytes('\n')
		if len(bytes.TrimSpace(text)) > 0 {
			var row Row
			if err := json.Unmarshal(text, &row); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", path, n, err)
			}
			out = append(out, row)
		}
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// observe turns trials into what a table counts. A table shows ablations and
// unselected configurations only if it has an axis that tells them apart.
func observe(rows []Row, sel *sweep.Select, spec table.Spec) []table.Observation {
	variants := spec.Rows == "variant" || spec.Cols == "variant"
	var out []table.Observation
	for _, row := range rows {
		if row.Stage == Searched || row.Stage == Ablation && !variants {
			continue
		}
		o := table.Observation{Method: row.MethodID, Variant: row.Variant, Dataset: row.Dataset, Seed: row.Spec.Seed, Settings: row.Spec.Settings, Trial: row.Key}
		if row.Stage == Chosen {
			o.Variant = "" // the selected settings stand for the method
		}
		if row.Status != trial.Succeeded {
			o.Failed = true
			out = append(out, o)
			continue
		}
		for _, m := range row.Metrics {
			v := o
			v.Metric, v.Split, v.Goal, v.Value = m.Name, m.Split, m.Goal, m.Value
			v.Tuning = row.Stage == Chosen && sel != nil && sel.Split == m.Split // every score on the split that selected
			out = append(out, v)
		}
	}
	return out
}
