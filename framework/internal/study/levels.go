package study

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Names of rows that are no methods.
const (
	chanceRow   = "chance"
	shuffledRow = ", shuffled" // after the method's name
)

// levels gives the rows of one table that stand beside methods: what an answer that
// looks at nothing scores, and what is read where train's targets were permuted: by
// methods trained anew on them where these use labels, else by the read-outs alone.
type levels struct {
	seen    map[string]bool
	anew    map[[2]string]bool // rows and datasets of which a method was trained anew
	remarks []string           // for the caption
}

// observe adds the levels that come with a row. Of chance one trial of each dataset,
// fold and seed tells all that there is: it does not depend on the method.
func (l *levels) observe(out []table.Observation, row Row, spec table.Spec) []table.Observation {
	if row.Role == Shuffled && spec.Shuffled {
		return l.retrained(out, row, spec)
	}
	if row.Status != trial.Succeeded || !counts(row.Role, spec) {
		return out
	}
	for _, name := range metricsOf(spec) {
		for _, m := range row.Metrics {
			if m.Split != spec.Split {
				continue
			}
			if m.Name == besideOf(name, "unseen") {
				remark := fmt.Sprintf("%s: %.0f %% of the %s samples are of a class that train lacks and nothing can learn", row.Dataset, 100*m.Value, m.Split)
				if !slices.Contains(l.remarks, remark) {
					l.remarks = append(l.remarks, remark)
				}
			}
			o := table.Observation{Dataset: row.Dataset, Seed: row.Spec.Seed, Trial: row.Key, Fold: foldOf(row), Origin: originOf(row),
				Metric: name, Split: m.Split, Goal: m.Goal, Value: m.Value, Chance: true}
			switch {
			case spec.Chance && m.Name == levelOf(name, "chance"):
				at := strings.Join([]string{row.Dataset, row.Spec.Dataset, row.Spec.Fold, name}, "\n")
				if l.seen[at] {
					continue
				}
				if l.seen == nil {
					l.seen = map[string]bool{}
				}
				l.seen[at] = true
				o.Method, o.Seedless = chanceRow, true
			case spec.Shuffled && m.Name == levelOf(name, "shuffled"):
				o.P95 = valueOf(row.Record, levelOf(name, "shuffled95"), m.Split)
				o.Method, o.Variant = row.MethodID+shuffledRow, row.Variant
				if row.Role == Chosen {
					o.Variant = ""
				}
			default:
				continue
			}
			o.Cases = casesOf(row.Cases, m)
			out = append(out, o)
		}
	}
	return out
}

// retrained adds what came of a training on permuted targets: the deals are what its
// row's numbers vary with.
func (l *levels) retrained(out []table.Observation, row Row, spec table.Spec) []table.Observation {
	o := table.Observation{Method: row.MethodID + shuffledRow, Dataset: row.Dataset, Seed: uint64(row.Provenance.Recipe.Shuffled), Trial: row.Key,
		Fold: foldOf(row), Origin: originOf(row), Chance: true, Retrained: true}
	if l.anew == nil {
		l.anew = map[[2]string]bool{}
	}
	l.anew[[2]string{o.Method, o.Dataset}] = true
	if row.Status != trial.Succeeded {
		o.Failed = true
		return append(out, o)
	}
	for _, name := range metricsOf(spec) {
		for _, m := range row.Metrics {
			if m.Split == spec.Split && m.Name == name {
				v := o
				v.Metric, v.Split, v.Goal, v.Value, v.Cases = name, m.Split, m.Goal, m.Value, casesOf(row.Cases, m)
				out = append(out, v)
			}
		}
	}
	return out
}

// settled leaves out the read-outs alone of methods that were trained anew.
func (l *levels) settled(all []table.Observation) []table.Observation {
	return slices.DeleteFunc(all, func(o table.Observation) bool {
		return !o.Retrained && o.Variant == "" && l.anew[[2]string{o.Method, o.Dataset}]
	})
}

// besideOf is the name of another metric of the same probe: probe/knn/unseen.
func besideOf(name, other string) string {
	at := strings.LastIndexByte(name, '/')
	if at < 0 || !strings.HasPrefix(name, "probe/") {
		return ""
	}
	return name[:at+1] + other
}

// levelOf is the name of a level of a probe's metric: probe/knn/chance/accuracy.
func levelOf(name, level string) string {
	at := strings.LastIndexByte(name, '/')
	if at < 0 || !strings.HasPrefix(name, "probe/") {
		return ""
	}
	return name[:at+1] + level + name[at:]
}
