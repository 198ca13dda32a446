package file

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// Columns maps the arrays of a file, or the columns of a table, to a recording.
// What it leaves open is guessed by name and shape; see docs/data.md.
type Columns struct {
	Samples []string `json:"samples,omitempty"` // one array, or columns
	// Axes of the samples as they lie in the file: trials, time, units. Without it
	// they are time x units, which is refused where other arrays contradict.
	Axes       []string            `json:"axes,omitempty"`
	Trial      string              `json:"trial,omitempty"` // trial number per sample
	BinSeconds float64             `json:"bin_seconds,omitempty"`
	Unit       string              `json:"unit,omitempty"`
	Scale      string              `json:"scale,omitempty"`   // what the samples are: counts (they become Hz) or rates
	NaN        string              `json:"nan,omitempty"`     // what becomes of missing values: refuse (default), drop, fill
	Classes    []Class             `json:"classes,omitempty"` // class targets
	Continuous map[string][]string `json:"continuous,omitempty"`
	Angles     map[string]Angles   `json:"angles,omitempty"` // of class targets

	// Of what has times (timed.go): bins are BinSeconds wide.
	Spikes   *Spikes           `json:"spikes,omitempty"`   // to be counted, instead of samples
	Trials   *Intervals        `json:"trials,omitempty"`   // which times are trials; default: all is one
	Align    string            `json:"align,omitempty"`    // event of each trial at time 0 of Window
	Window   []float64         `json:"window,omitempty"`   // seconds around Align: from, to
	Units    map[string]Labels `json:"units,omitempty"`    // column with a value per unit -> values of those that stay
	Times    map[string]string `json:"times,omitempty"`    // array -> array with the time of each row, in seconds
	Files    map[string]string `json:"files,omitempty"`    // beside it: name in other keys -> path
	Resample map[string]string `json:"resample,omitempty"` // continuous target -> how it gets onto the bins
}

// Spikes says where spike times stand: lists of them, one for each unit; or all in
// one array, and beside it the unit of each.
type Spikes struct {
	Times string  `json:"times"`
	Unit  string  `json:"unit,omitempty"` // array with the unit of each time
	Rate  float64 `json:"rate,omitempty"` // the times are sample numbers at so many per second; 0: seconds
}

// Intervals are those of a table with columns for start and stop, or of two arrays.
type Intervals struct {
	Table string `json:"table,omitempty"`
	Start string `json:"start,omitempty"`
	Stop  string `json:"stop,omitempty"`
}

// Words of Columns.
const (
	Trials, Time, Units = "trials", "time", "units" // axes
	Counts, Rates       = "counts", "rates"         // scales
	Refuse, Drop, Fill  = "refuse", "drop", "fill"  // what becomes of missing values

	Average, Interpolate = "average", "interpolate" // ways onto the bins
)

// Class is a class target and where its labels stand.
type Class struct {
	Target string `json:"target"`
	Column string `json:"column"`
}

// Named is a target with the name of its column.
func Named(name string) Class { return Class{name, name} }

// MarshalJSON writes a target with the name of its column as that name.
func (c Class) MarshalJSON() ([]byte, error) {
	if c.Target == c.Column {
		return json.Marshal(c.Target)
	}
	type plain Class
	return json.Marshal(plain(c))
}

// UnmarshalJSON reads either form.
func (c *Class) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte(`"`)) {
		err := json.Unmarshal(text, &c.Target)
		c.Column = c.Target
		return err
	}
	type plain Class
	return json.Unmarshal(text, (*plain)(c))
}

// Angles says which directions the labels of a class target stand for: the labels
// are angles themselves, in degrees or radians, or each has its angle in degrees.
type Angles struct {
	Unit    string             // degrees or radians; "" where ByLabel has them
	ByLabel map[string]float64 // label -> degrees
}

// Words of Angles.Unit.
const Degrees, Radians = "degrees", "radians"

// MarshalJSON writes "degrees", or {"N": 90, ...}.
func (a Angles) MarshalJSON() ([]byte, error) {
	if a.Unit != "" {
		return json.Marshal(a.Unit)
	}
	return json.Marshal(a.ByLabel)
}

// UnmarshalJSON reads either form.
func (a *Angles) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte(`"`)) {
		return json.Unmarshal(text, &a.Unit)
	}
	return json.Unmarshal(text, &a.ByLabel)
}

// Labels are values of a class target, by name: "3", "0.5", "left".
type Labels []string

// MarshalJSON writes whole numbers as numbers, and all else as text.
func (l Labels) MarshalJSON() ([]byte, error) {
	out := make([]any, len(l))
	for i, name := range l {
		out[i] = name
		if n, err := strconv.ParseInt(name, 10, 64); err == nil && strconv.FormatInt(n, 10) == name {
			out[i] = n
		}
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads numbers and text.
func (l *Labels) UnmarshalJSON(text []byte) error {
	var items []json.RawMessage
	if err := json.Unmarshal(text, &items); err != nil {
		return err
	}
	*l = nil
	for _, item := range items {
		name := string(item)
		if bytes.HasPrefix(item, []byte(`"`)) {
			if err := json.Unmarshal(item, &name); err != nil {
				return err
			}
		} else if _, err := strconv.ParseFloat(name, 64); err != nil {
			return fmt.Errorf("%s is no label", item)
		}
		*l = append(*l, name)
	}
	return nil
}
