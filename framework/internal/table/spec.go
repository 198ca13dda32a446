// Package table turns the metrics of many trials into the comparison tables of
// a paper: means with intervals over seeds and test cases, tests that hold their
// level, marks, failed counts, a caption that says what was done and nothing more,
// in the formats papers and scripts want.
//
// [Build] makes a [Table] of observations, [Render] writes it. docs/numbers.md
// says what every number, interval, mark and letter means.
package table

// Spec is one table as a sweep asks for it. Zero values stand for the defaults
// that Complete fills in.
type Spec struct {
	Name  string `json:"name"`
	Rows  string `json:"rows"`  // axis: method, variant, dataset, metric, or settings.NAME
	Cols  string `json:"cols"`  // axis, as Rows
	Cell  any    `json:"cell"`  // metric name, or a list of them (with an axis "metric")
	Split string `json:"split"` // split the metric was measured on
	Stat  string `json:"stat"`  // "mean ± ci95" (default), "mean ± std", "mean ± sem", "mean", "median [iqr]"
	Bold  string `json:"bold"`  // "best" (default) or "none"; "tied" of old files: best, and letters

	Against string   `json:"against"` // compare all pairs and mark against "best" (default), against a row's name alone, or "none"
	Correct string   `json:"correct"` // "shaffer" (default of all pairs), "holm" (default of a row) or "none"
	Methods []string `json:"methods"` // only these method ids, in this order; empty = all
	Dataset []string `json:"datasets"`

	Family   string   `json:"family,omitempty"`   // "column" (default): a level for each metric on each dataset; "table": one for all
	Marks    string   `json:"marks,omitempty"`    // "worse" (default), "best-set" or "none"
	Letters  bool     `json:"letters,omitempty"`  // compact letters of all pairs
	Chance   bool     `json:"chance,omitempty"`   // a row of answers that look at nothing
	Shuffled bool     `json:"shuffled,omitempty"` // a row for each method of read-outs fitted to permuted targets
	Show     string   `json:"show,omitempty"`     // "value" (default) or "difference", to the reference
	Failures string   `json:"failures,omitempty"` // across recordings: "worst" rank (default), or "exclude"
	Also     []string `json:"also,omitempty"`     // across recordings: "wilcoxon", "iqm", "improvement", "bootstrap", "equivalence"
	Rope     float64  `json:"rope,omitempty"`     // half-width of the region of practical equivalence, in units of the metric

	Caption  string            `json:"caption,omitempty"`  // the author's words, before what the host says
	Label    string            `json:"label,omitempty"`    // LaTeX label; default tab:NAME
	Columns  map[string]string `json:"columns,omitempty"`  // heads of columns by their labels
	Rename   map[string]string `json:"rename,omitempty"`   // display names of methods, variants, datasets, metrics
	Fit      string            `json:"fit,omitempty"`      // of LaTeX: "column", "page", "rotate" or "split"; default as wide as needed
	Commands bool              `json:"commands,omitempty"` // a \newcommand for each cell in the LaTeX file

	// Expect are methods of the sweep that this table would show; one without any
	// record has a row that says so.
	Expect []string `json:"-"`
	// Remarks are sentences for the caption on the data, without their full stops.
	Remarks []string `json:"-"`
}

// Table is finished: every renderer prints the same numbers.
type Table struct {
	Schema  int    `json:"schema"` // of this form
	Name    string `json:"name"`
	Caption string `json:"caption"`
	// Captions are the sentences of Caption.
	Captions  []string    `json:"captions"`
	Rows      []string    `json:"rows"`
	Cols      []string    `json:"cols"`
	Cells     []Cell      `json:"cells"`     // row-major; cells nobody ran are left out
	Pairs     []Pair      `json:"pairs"`     // every comparison within a column
	Across    []Across    `json:"across"`    // over recordings, an entry for each metric
	Selection []Selection `json:"selection"` // settings that were selected, and how
	// Settings are those of the trials, each set once; cells tell theirs by place.
	Settings []map[string]any `json:"settings"`
	Spec     Spec             `json:"spec"`
}

// schema is the version of Table's JSON form. Keys are only ever added.
const schema = 2
