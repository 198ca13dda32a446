// Package metric names the numbers that a trial ends with. A metric has a name
// ("probe/direction/accuracy"), a split of the recording it was measured on and
// a goal; methods and probes declare their metrics before anything runs, so
// that a misspelt name in a sweep is found at once.
package metric

// Goal says which values of a metric are better.
type Goal string

const (
	Max  Goal = "max"  // higher is better
	Min  Goal = "min"  // lower is better
	None Goal = "none" // neither: a description, such as a count
)

// Better reports whether a is strictly better than b. With None nothing is.
func (g Goal) Better(a, b float64) bool {
	switch g {
	case Max:
		return a > b
	case Min:
		return a < b
	}
	return false
}

// Info declares a metric: what a method or a probe may report.
type Info struct {
	Name string `json:"name"`
	Goal Goal   `json:"goal"`
	Doc  string `json:"doc,omitempty"` // one line: definition and unit
}

// Value is one measured number.
type Value struct {
	Name  string  `json:"name"`
	Split string  `json:"split"` // train, val, test, or all where a recording is not split
	Goal  Goal    `json:"goal"`
	Value float64 `json:"value"` // finite
}

// A Point is a metric during training: what progress views and learning curves show.
type Point struct {
	Name  string  `json:"name"`
	Step  int64   `json:"step"`
	Value float64 `json:"value"`
}
