package export

import (
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// head tells trials apart, in every frame that is about trials. A trial that stands
// in a sweep under two names has rows under both.
var head = columns[*store.Line]{
	col("trial", Text, func(l *store.Line) any { return l.Key }),
	col("method", Text, func(l *store.Line) any { return l.MethodID }),
	col("variant", Text, func(l *store.Line) any { return l.Variant }),
	col("dataset", Text, func(l *store.Line) any { return l.Dataset }),
	col("fold", Text, func(l *store.Line) any { return l.Fold }),
	col("seed", Natural, func(l *store.Line) any { return l.Spec.Seed }),
	col("role", Text, func(l *store.Line) any { return l.Role }),
}

// trialColumns leave out the node and all paths, as what is committed does.
var trialColumns = slices.Concat(head, columns[*store.Line]{
	col("seedless", Flag, func(l *store.Line) any { return l.Seedless }),
	col("status", Text, func(l *store.Line) any { return string(l.Status) }),
	col("failure", Text, func(l *store.Line) any {
		if l.Failure == nil {
			return nil
		}
		return string(l.Failure.Kind)
	}),
	col("reason", Text, func(l *store.Line) any {
		if l.Failure == nil {
			return nil
		}
		return l.Failure.Reason
	}),
	col("started", Moment, func(l *store.Line) any { return moment(l.Provenance.Started) }),
	col("wall_s", Number, func(l *store.Line) any { return l.Provenance.WallSec }),
	col("cpu_s", Number, func(l *store.Line) any { return l.Provenance.CPUSec }),
	col("start_s", Number, func(l *store.Line) any { return l.Provenance.StartSec }),
	col("peak_memory_bytes", Whole, func(l *store.Line) any { return some(l.Provenance.PeakMemory) }),
	col("threads", Whole, func(l *store.Line) any { return int64(l.Provenance.Threads) }),
	col("attempt", Whole, func(l *store.Line) any { return int64(l.Provenance.Attempt) }),
	col("fit", Text, func(l *store.Line) any { return some(l.Fit) }),
	col("parent", Text, func(l *store.Line) any { return some(l.Spec.Parent) }),
	col("budget", Number, func(l *store.Line) any { return some(l.Spec.Budget) }),
	col("plugin", Text, func(l *store.Line) any { return some(l.Provenance.Plugin) }),
	col("method_name", Text, func(l *store.Line) any { return l.Spec.Method }),
	col("method_version", Text, func(l *store.Line) any { return l.Spec.Version }),
	col("code", Text, func(l *store.Line) any { return some(l.Spec.Code) }),
	col("plugin_digest", Text, func(l *store.Line) any { return some(l.Provenance.Binary) }),
	col("plugin_environment", Text, func(l *store.Line) any { return some(l.Provenance.Packages) }),
	col("dataset_digest", Text, func(l *store.Line) any { return l.Spec.Dataset }),
	col("lock", Text, func(l *store.Line) any { return some(l.Provenance.Lock) }),
	col("confinement", Text, func(l *store.Line) any { return some(l.Provenance.Confinement) }),
	col("gpu", Text, func(l *store.Line) any { return some(l.Provenance.GPU) }),
	col("platform", Text, func(l *store.Line) any { return some(l.Provenance.Platform) }),
	col("cpu_features", Text, func(l *store.Line) any { return some(strings.Join(l.Provenance.CPU, ",")) }),
	col("host_version", Text, func(l *store.Line) any { return some(l.Provenance.Host) }),
	col("commit", Text, func(l *store.Line) any { return some(l.Provenance.Commit) }),
	col("dirty", Flag, func(l *store.Line) any { return l.Provenance.Dirty }),
})

var metricColumns = columns[metric.Value]{
	col("metric", Text, func(v metric.Value) any { return v.Name }),
	col("split", Text, func(v metric.Value) any { return v.Split }),
	col("goal", Text, func(v metric.Value) any { return string(v.Goal) }),
	col("value", Number, func(v metric.Value) any { return v.Value }),
}

var curveColumns = columns[metric.Point]{
	col("metric", Text, func(p metric.Point) any { return p.Name }),
	col("step", Whole, func(p metric.Point) any { return p.Step }),
	col("value", Number, func(p metric.Point) any { return p.Value }),
}

// aCase is case i of a metric.
type aCase struct {
	*trial.Cases
	metric string
	i      int
}

var caseColumns = columns[aCase]{
	col("metric", Text, func(c aCase) any { return c.metric }),
	col("split", Text, func(c aCase) any { return c.Split }),
	col("unit", Text, func(c aCase) any {
		if c.Unit == "" {
			return trial.CaseTrial
		}
		return c.Unit
	}),
	col("case", Whole, func(c aCase) any { return int64(c.i) }),
	col("id", Whole, func(c aCase) any { return at(c.IDs, c.i) }),
	col("samples", Whole, func(c aCase) any {
		if n := at(c.Sizes, c.i); n != nil {
			return int64(n.(int))
		}
		return nil
	}),
	col("pooled", Whole, func(c aCase) any { return some(int64(c.Pooled)) }),
	col("value", Number, func(c aCase) any { return c.Values[c.metric][c.i] }),
}

// at is an entry of a list that may not be there.
func at[T any](list []T, i int) any {
	if i >= len(list) {
		return nil
	}
	return list[i]
}

// errStopped says that whoever takes the rows wants no more.
var errStopped = errors.New("stopped")

// trialRows goes through the rows of the frames that are about trials.
func (s Source) trialRows(set settings, yield func(int, []any) bool) error {
	var row []any
	for l, err := range s.Rows() {
		if err != nil {
			return err
		}
		for frame, fill := range detailsOf(&l, set) {
			if row = fill(row[:0]); !yield(frame, row) {
				return errStopped
			}
		}
	}
	return nil
}

// detailsOf goes through what is known of one trial: the frame, and what appends the row.
func detailsOf(l *store.Line, set settings) iter.Seq2[int, func([]any) []any] {
	return func(yield func(int, func([]any) []any) bool) {
		if !yield(0, func(row []any) []any { return set.row(trialColumns.row(row, l), l.Spec.Settings) }) {
			return
		}
		for _, v := range l.Metrics {
			if !yield(1, func(row []any) []any { return metricColumns.row(head.row(row, l), v) }) {
				return
			}
		}
		for _, p := range l.Curves {
			if !yield(2, func(row []any) []any { return curveColumns.row(head.row(row, l), p) }) {
				return
			}
		}
		for k := range l.Cases {
			c := &l.Cases[k]
			for _, name := range slices.Sorted(maps.Keys(c.Values)) {
				for i := range c.Values[name] {
					if !yield(3, func(row []any) []any { return caseColumns.row(head.row(row, l), aCase{c, name, i}) }) {
						return
					}
				}
			}
		}
	}
}
