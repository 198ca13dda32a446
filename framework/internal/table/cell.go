package table

import "github.com/assaylab/assay/framework/metric"

// Cell is one cell of a finished table; the JSON form is a contract for scripts.
type Cell struct {
	Row     string      `json:"row"`
	Col     string      `json:"col"`
	Metric  string      `json:"metric"`
	Split   string      `json:"split"`
	Mean    *float64    `json:"mean"` // null without a successful trial
	CI95    *float64    `json:"ci95"` // half the width of Interval; null where there is none
	Std     *float64    `json:"std"`  // sample standard deviation over trials; null for n < 2
	N       int         `json:"n"`
	Failed  int         `json:"failed"`
	Values  []float64   `json:"values"` // in order of seeds, then folds
	Seeds   []uint64    `json:"seeds"`
	Trials  []string    `json:"trials"`
	Bold    bool        `json:"bold"`
	Compare *Compared   `json:"compare,omitempty"`
	Goal    metric.Goal `json:"goal"`

	Interval  *Interval `json:"interval"` // of the mean
	SE        *float64  `json:"se"`       // standard error behind the interval
	Cases     int       `json:"cases"`    // test cases behind each value; 0: not recorded
	Effective float64   `json:"effective_cases,omitempty"`
	Unit      string    `json:"case_unit,omitempty"` // trial, block or sample
	Trainings int       `json:"trainings,omitempty"` // folds and repeats; 0: one split
	Folds     []string  `json:"folds,omitempty"`     // of each value, "repeat.index"
	Seedless  bool      `json:"seedless,omitempty"`  // the seed changes nothing
	Chance    bool      `json:"chance,omitempty"`
	Retrained bool      `json:"retrained,omitempty"` // a row of permuted targets: values are of trainings on them, seeds number the permutations
	P95       *float64  `json:"p95,omitempty"`       // of shuffled targets: 95 % of the deals are no better
	Missing   int       `json:"missing,omitempty"`   // successful trials without this metric
	Mark      string    `json:"mark,omitempty"`      // "worse", "better" or "out" (of the best set)
	Letters   string    `json:"letters,omitempty"`
	Median    *float64  `json:"median,omitempty"` // with quartiles over trials, in tables of medians
	Q1        *float64  `json:"q1,omitempty"`
	Q3        *float64  `json:"q3,omitempty"`
	Note      string    `json:"note,omitempty"` // why there is no interval, or what limits it

	Failures []Failure `json:"failures,omitempty"`
	// Settings are places in the table's list of settings: one where all trials have
	// the same, else one for each value and then each failure.
	Settings []int `json:"settings,omitempty"`
}

// Interval is a 95 % interval.
type Interval struct {
	Lo     float64 `json:"lo"`
	Hi     float64 `json:"hi"`
	Method string  `json:"method"` // t, wilson, logit, log(1-r2), log
	Over   string  `json:"over"`   // "seeds", "seeds and cases", "cases", "trainings"
	DF     float64 `json:"df"`
	// Narrow says that the test cases are too few independent stretches: the true
	// interval is wider.
	Narrow bool `json:"too_narrow,omitempty"`
}

// Failure is a trial without a value.
type Failure struct {
	Seed  uint64 `json:"seed"`
	Trial string `json:"trial"`
	Fold  string `json:"fold,omitempty"`
}

// Compared is a cell's difference to the reference of its comparison.
type Compared struct {
	Against   string   `json:"against"`    // row compared with
	Pairs     int      `json:"pairs"`      // cases (or trainings, where those are counted) that both have
	Diff      float64  `json:"diff"`       // this minus reference: the difference of the printed means
	DiffCI95  *float64 `json:"diff_ci95"`  // half-width of its 95 % interval; null where there is none
	P         *float64 `json:"p"`          // two-sided; null where nothing was tested
	PAdjusted *float64 `json:"p_adjusted"` // within its family
}

// Pair is a comparison of two cells of one column.
type Pair struct {
	A      string      `json:"a"`
	B      string      `json:"b"`
	Column string      `json:"column"` // the label that both share: a column, or a row where rivals stand in columns
	Metric string      `json:"metric"`
	Diff   float64     `json:"difference"` // a − b, of the printed means
	Lo     *float64    `json:"lo"`         // 95 % interval of the difference, not adjusted
	Hi     *float64    `json:"hi"`
	SE     *float64    `json:"se"`
	T      *float64    `json:"t"`
	DF     *float64    `json:"df"`
	P      *float64    `json:"p"` // null where nothing was tested; Note says why
	Adj    *float64    `json:"p_adjusted"`
	Family string      `json:"family,omitempty"` // "column" or "table"; empty: in none
	Size   int         `json:"family_size,omitempty"`
	Method string      `json:"method,omitempty"` // "seeds and cases" or "trainings"
	NA     int         `json:"n_a"`              // seeds (trials, with folds) of each
	NB     int         `json:"n_b"`
	Cases  int         `json:"cases,omitempty"`
	Pseudo *float64    `json:"pseudo_median,omitempty"` // Hodges and Lehmann's, of case differences; in tables of medians
	Note   string      `json:"note,omitempty"`
	Goal   metric.Goal `json:"goal"`
}
