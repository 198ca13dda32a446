package table

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
)

// csvHead are the columns of the long form. Columns are only ever added at the end.
var csvHead = []string{"table", "row", "col", "metric", "split", "seed", "value", "trial", "status", "fold", "cases", "goal", "settings"}

// renderCSV writes one line per trial, with all the digits of its value; a failed
// trial has its seed and an empty value.
func renderCSV(w io.Writer, t *Table) error { return writeCSV(w, t) }

func writeCSV(w io.Writer, tables ...*Table) error {
	c := csv.NewWriter(w)
	lines := [][]string{csvHead}
	for _, t := range tables {
		more, err := t.lines()
		if err != nil {
			return err
		}
		lines = append(lines, more...)
	}
	return c.WriteAll(lines)
}

func (t *Table) lines() (lines [][]string, err error) {
	for _, cell := range t.Cells {
		line := func(k int, seed uint64, value, trial, status, fold string) error {
			settings, err := json.Marshal(t.settingsOf(&cell, k))
			if err != nil {
				return err
			}
			cases := ""
			if cell.Cases > 0 && status == "succeeded" {
				cases = strconv.Itoa(cell.Cases)
			}
			lines = append(lines, []string{t.Name, cell.Row, cell.Col, cell.Metric, cell.Split, strconv.FormatUint(seed, 10), value, trial,
				status, fold, cases, string(cell.Goal), string(settings)})
			return nil
		}
		for i, v := range cell.Values {
			fold := ""
			if len(cell.Folds) > i {
				fold = cell.Folds[i]
			}
			if err := line(i, cell.Seeds[i], strconv.FormatFloat(v, 'g', -1, 64), cell.Trials[i], "succeeded", fold); err != nil {
				return nil, err
			}
		}
		for i, f := range cell.Failures {
			if err := line(len(cell.Values)+i, f.Seed, "", f.Trial, "failed", f.Fold); err != nil {
				return nil, err
			}
		}
	}
	return lines, nil
}

// settingsOf are those of trial k of a cell: the values' in order, then the failures'.
func (t *Table) settingsOf(c *Cell, k int) map[string]any {
	if len(c.Settings) == 1 {
		k = 0
	}
	if k >= len(c.Settings) || c.Settings[k] >= len(t.Settings) { // a table of an earlier form
		return map[string]any{}
	}
	return t.Settings[c.Settings[k]]
}
