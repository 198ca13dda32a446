package store

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// layout says what a trial's values are of. Trials of one method with the same
// probes share one.
type layout struct {
	Asked    trial.Asked `json:"asked,omitzero"`
	Measures []measured  `json:"measures,omitempty"`
	Values   []entry     `json:"values"`

	ids []string // of the measures
}

// measured is a measure under the name that the trial's first sweep gave it.
type measured struct {
	Name    string        `json:"name"`
	Measure trial.Measure `json:"measure"`
	Host    string        `json:"host,omitempty"` // that scored, where another one trained
}

// entry is one value: of the plugin's own (of = -1), or of a measure. In JSON it is
// [name, split, goal, of].
type entry struct {
	name, split string
	goal        metric.Goal
	of          int
}

const own = -1

func (e entry) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{e.name, e.split, e.goal, e.of})
}

func (e *entry) UnmarshalJSON(text []byte) error {
	parts := []any{&e.name, &e.split, &e.goal, &e.of}
	if err := json.Unmarshal(text, &parts); err != nil {
		return err
	}
	if len(parts) != 4 {
		return fmt.Errorf("a value of a layout has %d parts", len(parts))
	}
	return nil
}

// layoutOf takes a record's metrics apart. Two probes that measure the same under
// two names are kept once.
func layoutOf(rec trial.Record) (layout, []float64) {
	mine, scores := rec.Apart()
	l := layout{Asked: rec.Asked}
	var values []float64
	add := func(v metric.Value, of int) {
		l.Values = append(l.Values, entry{v.Name, v.Split, v.Goal, of})
		values = append(values, v.Value)
	}
	for _, v := range mine {
		add(v, own)
	}
	for _, s := range scores {
		id := s.Measure.ID()
		if l.measure(id) >= 0 {
			continue
		}
		l.Measures = append(l.Measures, measured{s.Name, s.Measure, s.Host})
		l.ids = append(l.ids, id)
		for _, v := range s.Values {
			add(v, len(l.Measures)-1)
		}
	}
	return l, values
}

func parseLayout(text string) (*layout, error) {
	l := new(layout)
	if err := json.Unmarshal([]byte(text), l); err != nil {
		return nil, err
	}
	for _, m := range l.Measures {
		l.ids = append(l.ids, m.Measure.ID())
	}
	for _, e := range l.Values {
		if e.of < own || e.of >= len(l.Measures) {
			return nil, fmt.Errorf("a value of a layout is of measure %d of %d", e.of, len(l.Measures))
		}
	}
	return l, nil
}

func (l layout) text() (string, error) {
	text, err := json.Marshal(l)
	return string(text), err
}

func (l layout) measure(id string) int {
	for i, is := range l.ids {
		if is == id {
			return i
		}
	}
	return -1
}

// has reports whether all measures of the other layout are in this one.
func (l layout) has(other layout) bool {
	for _, id := range other.ids {
		if l.measure(id) < 0 {
			return false
		}
	}
	return true
}

// join adds what the other layout has beyond this one. from tells where each added
// value stands in the other.
func (l layout) join(other layout) (out layout, from []int) {
	out = layout{Asked: l.Asked, Measures: slices.Clone(l.Measures), Values: slices.Clone(l.Values), ids: slices.Clone(l.ids)}
	if len(l.Asked.Metrics) == 0 || len(other.Asked.Metrics) == 0 {
		out.Asked.Metrics = nil // all
	} else {
		out.Asked.Metrics = slices.Compact(slices.Sorted(slices.Values(slices.Concat(l.Asked.Metrics, other.Asked.Metrics))))
	}
	out.Asked.Cases = l.Asked.Cases || other.Asked.Cases
	out.Asked.Arrays = l.Asked.Arrays || other.Asked.Arrays
	at := make([]int, len(other.Measures)) // where a measure of the other stands in out
	isNew := make([]bool, len(other.Measures))
	for i, m := range other.Measures {
		if at[i] = out.measure(other.ids[i]); at[i] < 0 {
			at[i], isNew[i] = len(out.Measures), true
			out.Measures, out.ids = append(out.Measures, m), append(out.ids, other.ids[i])
		}
	}
	for i, e := range other.Values {
		if e.of == own && l.find(e.name, e.split, own) >= 0 || e.of != own && !isNew[e.of] {
			continue
		}
		if e.of != own {
			e.of = at[e.of]
		}
		out.Values, from = append(out.Values, e), append(from, i)
	}
	return out, from
}

// find is the place of a value, or -1.
func (l layout) find(name, split string, of int) int {
	for i, e := range l.Values {
		if e.of == of && e.name == name && e.split == split {
			return i
		}
	}
	return -1
}
