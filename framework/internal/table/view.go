package table

import (
	"slices"

	"github.com/assaylab/assay/framework/metric"
)

// view is a table laid out for print: rows × columns, where a column is a label
// of the columns' axis and, with several metrics per cell, a metric.
type view struct {
	corner string
	heads  []string
	rows   []string
	cells  [][]*Cell // nil where nobody ran
	usual  int       // the largest number of seeds of a cell, which the caption names
}

func layOut(t *Table) view {
	v := view{corner: t.display(t.Spec.Rows)}
	metrics, _ := metricsOf(t.Spec.Cell)
	goal := map[string]metric.Goal{}
	for _, c := range t.Cells {
		goal[c.Metric] = c.Goal
	}
	// One column per metric where neither axis spreads them out.
	split := len(metrics) > 1 && t.Spec.Rows != axisMetric && t.Spec.Cols != axisMetric
	at := map[[2]string]int{}
	for _, col := range t.Cols {
		for _, m := range metrics {
			used := slices.ContainsFunc(t.Cells, func(c Cell) bool { return c.Col == col && c.Metric == m })
			if !used {
				continue
			}
			k, head := [2]string{col, ""}, t.head(col)
			if split {
				k[1], head = m, t.head(col)+", "+t.display(m)
			}
			if _, ok := at[k]; ok {
				continue
			}
			if t.Spec.Rows != axisMetric {
				head += arrow(goal[m])
			}
			at[k] = len(v.heads)
			v.heads = append(v.heads, head)
		}
	}
	row := map[string]int{}
	for i, r := range t.Rows {
		row[r] = i
		name := t.display(r)
		if t.Spec.Rows == axisMetric {
			name += arrow(goal[r])
		}
		v.rows = append(v.rows, name)
		v.cells = append(v.cells, make([]*Cell, len(v.heads)))
	}
	for i := range t.Cells {
		c := &t.Cells[i]
		k := [2]string{c.Col, ""}
		if split {
			k[1] = c.Metric
		}
		v.cells[row[c.Row]][at[k]] = c
	}
	_, v.usual = spread(t)
	return v
}

// head is the display name of a column.
func (t *Table) head(col string) string {
	if to, ok := t.Spec.Columns[col]; ok && to != "" {
		return to
	}
	return t.display(col)
}

func arrow(g metric.Goal) string {
	switch g {
	case metric.Max:
		return " ↑"
	case metric.Min:
		return " ↓"
	}
	return ""
}
