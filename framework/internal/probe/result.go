package probe

import (
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
)

// A Result is what a probe says of the parts it was given.
type Result struct {
	Values []metric.Value
	// Cases are the numbers per case of each part, by the names of Values: one for
	// each case of the part's recording, whose plain mean is the value. A metric that
	// a part without one of its cases does not define has none.
	Cases map[data.Split]metric.Cases
	// Problems say why a metric has none, though its part has cases.
	Problems map[data.Split]map[string]string
	// Lag1 is, of parts whose cases are blocks, the autocorrelation of the scores of
	// samples (stats.Lag1) behind each metric.
	Lag1 map[data.Split]map[string]float64
	// Arrays of each part, for figures: "confusion" [classes x classes], the number of
	// samples that have the class of the row and were given that of the column.
	Arrays map[data.Split]map[string]data.Array
	// Notes are sentences on how the parts were read, for people.
	Notes []string
}

func (r *Result) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(r.Notes, text) {
		r.Notes = append(r.Notes, text)
	}
}

// put adds a metric of a part, of which more is better, with its numbers per case.
func (r *Result) put(name string, split data.Split, value float64, n numbers) {
	r.putFor(metric.Max, name, split, value, n)
}

func (r *Result) putFor(goal metric.Goal, name string, split data.Split, value float64, n numbers) {
	r.Values = append(r.Values, metric.Value{Name: name, Split: string(split), Goal: goal, Value: value})
	if n.z != nil {
		keep(&r.Cases, split, name, n.z)
	}
	if n.problem != "" {
		keep(&r.Problems, split, name, n.problem)
	}
	if n.lag1 != nil {
		keep(&r.Lag1, split, name, *n.lag1)
	}
}

// keep sets a value by split and name, whatever maps there are yet.
func keep[M ~map[string]V, V any](all *map[data.Split]M, split data.Split, name string, v V) {
	if *all == nil {
		*all = map[data.Split]M{}
	}
	if (*all)[split] == nil {
		(*all)[split] = M{}
	}
	(*all)[split][name] = v
}

// rename gives all metrics the names that a sweep knows them by.
func (r *Result) rename(prefix string) {
	for i := range r.Values {
		r.Values[i].Name = prefix + r.Values[i].Name
	}
	prefixed(r.Cases, prefix)
	prefixed(r.Problems, prefix)
	prefixed(r.Lag1, prefix)
}

func prefixed[M ~map[string]V, V any](all map[data.Split]M, prefix string) {
	for split, of := range all {
		named := make(M, len(of))
		for name, v := range of {
			named[prefix+name] = v
		}
		all[split] = named
	}
}
