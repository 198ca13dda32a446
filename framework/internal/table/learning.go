package table

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/assaylab/assay/framework/internal/figure"
)

// FigureLearning draws a metric over the share of the train part that was trained on.
const FigureLearning = "learning-curve"

// shareOf takes the name of a learning curve's dataset apart: "curve.chewie-1.12.5" is
// 12.5 % of curve.chewie-1.
func shareOf(dataset string) (of string, percent float64, ok bool) {
	for i := range dataset {
		if dataset[i] != '.' {
			continue
		}
		if v, err := strconv.ParseFloat(dataset[i+1:], 64); err == nil && v > 0 && v <= 100 {
			return dataset[:i], v, true
		}
	}
	return "", 0, false
}

// isLearning reports whether the columns of t are shares of one train part.
func (t *Table) isLearning() bool {
	first := ""
	for _, col := range t.Cols {
		of, _, ok := shareOf(col)
		if !ok || first != "" && of != first {
			return false
		}
		first = of
	}
	metrics, _ := metricsOf(t.Spec.Cell)
	return t.Spec.Cols == axisDataset && len(t.Cols) > 1 && len(metrics) == 1
}

// learning draws a line per row through the cells' means, with the band of their
// intervals.
func learning(t *Table) (drawing, error) {
	if !t.isLearning() {
		return drawing{}, errors.New("a learning curve is a table of one metric whose columns are the datasets of a protocol learning-curve, of one member")
	}
	v := layOut(t)
	type point struct{ share, mean, lo, hi float64 }
	var lines []figure.Line
	for i, row := range t.Rows {
		var points []point
		for j, col := range t.Cols {
			c := v.cells[i][j]
			if c == nil || c.Mean == nil {
				continue
			}
			_, share, _ := shareOf(col)
			p := point{share, *c.Mean, *c.Mean, *c.Mean}
			if c.Interval != nil {
				p.lo, p.hi = c.Interval.Lo, c.Interval.Hi
			}
			points = append(points, p)
		}
		slices.SortFunc(points, func(a, b point) int {
			if a.share < b.share {
				return -1
			}
			return 1
		})
		line := figure.Line{Name: t.display(row)}
		for _, p := range points {
			line.Steps, line.Mean = append(line.Steps, p.share), append(line.Mean, p.mean)
			line.Lo, line.Hi = append(line.Lo, p.lo), append(line.Hi, p.hi)
		}
		if len(points) > 0 {
			lines = append(lines, line)
		}
	}
	of, _, _ := shareOf(t.Cols[0])
	metrics, _ := metricsOf(t.Spec.Cell)
	name := strings.TrimPrefix(metrics[0], "probe/")
	height, draw, err := figure.Lines(lines, fmt.Sprintf("%s, %s  (line: mean, band: 95 %% interval)", of, name), "share of the train part, %")
	return drawing{figure.Narrow, height, draw}, err
}
