// Package data holds recordings and datasets: what methods learn from.
//
// A [Recording] is one matrix [samples x channels] with trials, targets and,
// where it is divided, a split. A [Dataset] is one or more recordings in named
// roles; on disk it is a directory of memory-mapped .npy files beside a
// dataset.json, kept in a content-addressed [Cache]. Most plugin authors need
// [Dataset.Train], [Recording.Target] and [Array] and nothing else.
package data

import (
	"fmt"
	"slices"
	"strings"
)

// Split names a part of a recording.
type Split string

const (
	Train Split = "train"
	Val   Split = "val"
	Test  Split = "test"
	All   Split = "all" // the whole recording; the only split of one that is not divided
)

// Recording is one data matrix. It need not be neural: images, symbols in
// sequence and simulated bodies are recordings too. Treat it as read-only: its
// arrays may be memory-mapped.
type Recording struct {
	Samples    Array    // [samples x channels], in Unit
	Unit       string   // of the samples: "Hz", "counts", ...; may be empty
	BinSeconds float64  // duration of a sample; 0 where samples are not bins of time
	Channels   []string // names of the channels, or nil
	Trial      []int32  // [samples] trial of each sample; the samples of a trial lie one after another
	Targets    []Target // what a sample is about, in a fixed order
	Split      []Split  // [samples] Train, Val, Test or "" (in no part); nil where the recording is not divided
}

// Target is a quantity known for every sample: a class or a continuous value.
type Target struct {
	Name    string
	Labels  []int32 // [samples] class of each sample, 0 .. Classes-1; nil if continuous
	Classes int     // number of classes (labels that a subset does not contain count too)
	Values  Array   // [samples x dims] of a continuous target; empty if a class target
	Unit    string
}

// IsClass reports whether the target is a class label rather than a continuous value.
func (t *Target) IsClass() bool { return t.Labels != nil }

// Target returns the target of that name. The error lists the names there are.
func (r *Recording) Target(name string) (*Target, error) {
	var names []string
	for i := range r.Targets {
		if r.Targets[i].Name == name {
			return &r.Targets[i], nil
		}
		names = append(names, r.Targets[i].Name)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("the recording has no target %q (it has none at all)", name)
	}
	return nil, fmt.Errorf("the recording has no target %q; it has %s", name, strings.Join(names, ", "))
}

// ClassTarget is Target, and an error for a continuous one.
func (r *Recording) ClassTarget(name string) (*Target, error) {
	t, err := r.Target(name)
	if err == nil && !t.IsClass() {
		err = fmt.Errorf("target %q is continuous, not a class", name)
	}
	return t, err
}

// ContinuousTarget is Target, and an error for a class.
func (r *Recording) ContinuousTarget(name string) (*Target, error) {
	t, err := r.Target(name)
	if err == nil && t.IsClass() {
		err = fmt.Errorf("target %q is a class, not continuous", name)
	}
	return t, err
}

// Len is the number of samples.
func (r *Recording) Len() int { return r.Samples.Rows() }

// Subset returns the samples with the given indices, in that order, with their
// trials, targets and split. Consecutive indices share memory with r.
func (r *Recording) Subset(rows []int) *Recording {
	out := *r
	out.Samples = r.Samples.Take(rows)
	out.Trial = take(r.Trial, rows)
	out.Split = take(r.Split, rows)
	out.Targets = slices.Clone(r.Targets)
	for i := range out.Targets {
		t := &out.Targets[i]
		if t.IsClass() {
			t.Labels = take(t.Labels, rows)
		} else {
			t.Values = t.Values.Take(rows)
		}
	}
	return &out
}

// take keeps nil apart from empty: a class target without samples is still one.
func take[T any](s []T, rows []int) []T {
	if s == nil {
		return nil
	}
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = s[r]
	}
	return out
}

// On returns the part of the recording that split names; All is r itself.
func (r *Recording) On(split Split) *Recording {
	if split == All {
		return r
	}
	var rows []int
	for i, s := range r.Split {
		if s == split {
			rows = append(rows, i)
		}
	}
	return r.Subset(rows)
}

// Splits returns the parts that the recording is divided into, in the order
// train, val, test; for an undivided recording it is just All.
func (r *Recording) Splits() []Split {
	if r.Split == nil {
		return []Split{All}
	}
	var out []Split
	for _, s := range []Split{Train, Val, Test} {
		if slices.Contains(r.Split, s) {
			out = append(out, s)
		}
	}
	return out
}

// TrainPart is what a method may learn from: the train split, or all of a
// recording that is not divided.
func (r *Recording) TrainPart() *Recording {
	if r.Split == nil {
		return r
	}
	return r.On(Train)
}
