// Package table turns the metrics of many trials into the comparison tables of
// a paper: mean and interval over seeds, paired tests, bold winners, failed
// counts, a caption that says what was done, in the formats papers and scripts
// want.
package table

import "github.com/assaylab/assay/framework/metric"

// Spec is one table as a sweep asks for it.
type Spec struct {
	Name  string `json:"name"`
	Rows  string `json:"rows"`  // axis: method, variant, dataset, metric, or settings.NAME
	Cols  string `json:"cols"`  // axis, as Rows
	Cell  any    `json:"cell"`  // metric name, or a list of them (with an axis "metric")
	Split string `json:"split"` // split the metric was measured on
	Stat  string `json:"stat"`  // "mean ± ci95" (default), "mean ± std", "mean ± sem", "mean", "median [iqr]"
	Bold  string `json:"bold"`  // "tied" (default): best and all not significantly different; "best"; "none"

	Against string   `json:"against"` // compare with "best" (default), a row's name, or "none"
	Correct string   `json:"correct"` // "holm" (default) or "none"
	Methods []string `json:"methods"` // only these method ids, in this order; empty = all
	Dataset []string `json:"datasets"`
}

// Observation is the outcome of one trial for one metric, as tables see it.
type Observation struct {
	Method   string // id in the sweep
	Variant  string // "" for the method as given; the ablation's or configuration's label otherwise
	Dataset  string // id in the sweep
	Seed     uint64
	Settings map[string]any
	Trial    string // trial key, so that every number can be traced
	Metric   string
	Split    string
	Goal     metric.Goal
	Value    float64
	Failed   bool // the trial failed: no value
	Tuning   bool // the trial's score was used to select settings on this very split
}

// Cell is one cell of a finished table; the JSON form is a contract for scripts.
type Cell struct {
	Row     string      `json:"row"`
	Col     string      `json:"col"`
	Metric  string      `json:"metric"`
	Split   string      `json:"split"`
	Mean    *float64    `json:"mean"` // null without a successful trial
	CI95    *float64    `json:"ci95"` // half-width of the 95 % t interval; null for n < 2
	Std     *float64    `json:"std"`  // sample standard deviation; null for n < 2
	N       int         `json:"n"`
	Failed  int         `json:"failed"`
	Values  []float64   `json:"values"` // in order of seeds
	Seeds   []uint64    `json:"seeds"`
	Trials  []string    `json:"trials"`
	Bold    bool        `json:"bold"`
	Compare *Compared   `json:"compare,omitempty"`
	Goal    metric.Goal `json:"goal"`
}

// Compared is the paired test of a cell against the reference of its comparison.
type Compared struct {
	Against   string  `json:"against"`    // row compared with
	Pairs     int     `json:"pairs"`      // seeds that both have
	Diff      float64 `json:"diff"`       // mean paired difference, this minus reference
	DiffCI95  float64 `json:"diff_ci95"`  // half-width of its 95 % t interval
	P         float64 `json:"p"`          // two-sided paired t
	PAdjusted float64 `json:"p_adjusted"` // after Correct
}

// Table is finished: every renderer prints the same numbers.
type Table struct {
	Name    string   `json:"name"`
	Caption string   `json:"caption"`
	Rows    []string `json:"rows"`
	Cols    []string `json:"cols"`
	Cells   []Cell   `json:"cells"` // row-major; cells nobody ran are left out
	Spec    Spec     `json:"spec"`
}
