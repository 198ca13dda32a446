package table

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
)

// fewestDatasets is the number from which on rivals are tested across datasets.
// Below it the tests have next to no power: with five datasets the smallest
// two-sided p of a signed-rank test is 1/16.
const fewestDatasets = 6

// rankings returns a sentence for each metric about the rivals' mean ranks over
// the datasets. There the dataset is the unit: each counts once, with its mean.
func rankings(t *Table) ([]string, error) {
	labels, rows := t.Spec.rivals(t)
	if labels == nil || (rows && t.Spec.Cols != axisDataset) || (!rows && t.Spec.Rows != axisDataset) {
		return nil, nil
	}
	var order []string
	byMetric := map[string][]*contest{}
	for _, k := range contests(t) {
		if byMetric[k.metric] == nil {
			order = append(order, k.metric)
		}
		byMetric[k.metric] = append(byMetric[k.metric], k)
	}
	var sentences []string
	for _, m := range order {
		s, err := ranking(labels, byMetric[m])
		if err != nil {
			return nil, err
		}
		if s == "" {
			continue
		}
		if len(order) > 1 {
			s = m + ": " + s
		}
		sentences = append(sentences, s)
	}
	return sentences, nil
}

// ranking is about one metric; datasets holds one contest each.
func ranking(labels []string, datasets []*contest) (string, error) {
	if len(datasets) < 2 {
		return "", nil
	}
	var full, left []string // rivals with a value on every dataset, and the others
	for _, name := range labels {
		if slices.ContainsFunc(datasets, func(k *contest) bool { return k.index(name) < 0 }) {
			left = append(left, name)
		} else {
			full = append(full, name)
		}
	}
	if len(full) < 2 {
		return "", nil
	}
	x := make([][]float64, len(datasets)) // x[dataset][rival], smaller is better
	for b, k := range datasets {
		for _, name := range full {
			mean := *k.cells[k.index(name)].Mean
			if k.goal == metric.Max {
				mean = -mean
			}
			x[b] = append(x[b], mean)
		}
	}
	f, err := stats.Friedman(x)
	if err != nil {
		return "", err
	}
	parts := make([]string, len(full))
	for j, name := range full {
		parts[j] = fmt.Sprintf("%s %.2f", name, f.MeanRanks[j])
	}
	s := fmt.Sprintf("mean rank over %d datasets (1 is best): %s", len(datasets), strings.Join(parts, ", "))
	if len(left) > 0 {
		s += fmt.Sprintf(" (without %s, which some dataset lacks)", strings.Join(left, ", "))
	}
	switch {
	case len(datasets) < fewestDatasets:
		s += "; too few datasets for a test across them"
	case len(full) == 2:
		a, b := make([]float64, len(x)), make([]float64, len(x))
		for i := range x {
			a[i], b[i] = x[i][0], x[i][1]
		}
		w, err := stats.Wilcoxon(a, b)
		if err != nil {
			return "", err
		}
		s += "; Wilcoxon signed-rank test on the means of the datasets, p " + pValue(w.P)
	default:
		s += fmt.Sprintf("; Friedman test in the form of Iman and Davenport, F(%d, %d) = %.3g, p %s",
			f.Groups-1, (f.Groups-1)*(f.Blocks-1), f.F, pValue(f.P))
	}
	return s, nil
}

func pValue(p float64) string {
	if p < 1e-4 {
		return "< 0.0001"
	}
	return fmt.Sprintf("= %.2g", p)
}
