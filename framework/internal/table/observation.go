package table

import "github.com/assaylab/assay/framework/metric"

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

	// What tells the chance of the test cases from that of the seed. Without it the
	// table's intervals are about training seeds only, and nothing is tested.
	Cases *Cases
	Fold  *Fold // nil: the only training on this dataset

	Seedless bool // the result does not depend on the seed: one trial stands for all
	// Environment is a digest of the packages that the method ran with; "": unknown, or
	// it has none of its own.
	Environment string
	Chance      bool // a prediction that looks at nothing: outside every comparison but "above chance"
	// Retrained says that a row of shuffled targets is of the method trained anew on one
	// deal of them, not of a read-out alone; P95 is the 95th percentile of such read-outs.
	Retrained bool
	P95       *float64
	Origin    Origin
	Sees      *Sees     // nil: not declared
	Selected  *Selected // nil: settings as given
}

// Fold is one of several trainings on parts of a dataset.
type Fold struct {
	Repeat, Index int
	Train, Test   float64 // behavioural trials (cases) trained on and tested; validation is in neither
}

// Origin is where the test cases of a dataset come from.
type Origin struct {
	Subject   string   // "": unknown, the dataset's name stands for it
	Session   string   // "": the same
	Recording string   // datasets with one are one group; "": the session
	Trained   []string // recordings that were trained on, where they are others
}

// Sees is what an embedded sample may depend on.
type Sees struct {
	Before, After int // samples around it; -1: all of the part
	Labels        bool
}

// Selected says how the settings of a trial were chosen.
type Selected struct {
	Metric, Split  string
	Configurations int      // that were tried on this dataset
	Failed         int      // of them
	Pruned         int      // of them: not trained to the end
	CPU            float64  // seconds that the search has spent; 0: nobody bounds them
	Searched       []string // names of settings that were searched over
}
