// Package sweep reads a sweep file, checks all of it before anything runs, and
// expands it into the points that are to be tried.
package sweep

import (
	"time"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/search"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/internal/yaml"
)

// Sweep is a sweep file after decoding. Settings, conditions and metric names
// are checked by Bind, once the methods have described themselves.
type Sweep struct {
	Version     uint64 // of the file: 1 keeps the defaults of the first edition
	Name        string
	Description string
	Datasets    []Dataset
	Methods     []Method
	Seeds       []uint64
	Search      Search
	Budget      Budget
	Select      *Select
	Ablations   []Ablation
	Probes      []probe.Spec
	Limits      Limits
	Retries     Retries
	Stop        Stop
	Keep        Keep
	Run         Run
	Tables      []table.Spec

	// Outside makes a strategy of the plugin that Search names, for up to n questions.
	Outside func(space *search.Space, n int) (search.Strategy, error)

	listed  map[string][]search.Config // configurations by method id
	file    string
	root    *yaml.Node                       // for the places of mistakes that Bind finds
	methods map[string]framework.Description // by method id, after Bind
	skipped []Skip
	members map[string]bool   // datasets that are members of a protocol
	made    map[string]string // datasets that a protocol makes, to its key in the file
	pairs   []cell            // suitable methods and datasets, in order
}

// Dataset is one dataset under the sweep's own name for it.
type Dataset struct {
	ID     string
	Recipe source.Dataset
}

// Method is one method under the sweep's own name for it.
type Method struct {
	ID       string
	Label    string           // that tables print; empty: the ID
	Allow    trial.Grant      // what its plugin may reach
	Plugin   string           // name of a plugin, or a path (with a separator in it)
	Settings map[string]any   // fixed
	Search   []search.Param   // searched over
	Configs  []map[string]any // explicit settings instead of Search
	Allowed  []string         // conditions that every configuration must meet
	Datasets []string         // only these; nil: every dataset whose roles suit
}

// Select picks one configuration per method and dataset.
type Select struct {
	Metric string
	Split  string
	Goal   string // max or min
}

// Ablation changes one method one variant at a time.
type Ablation struct {
	Of       string
	Variants []Variant // in the order of the file
}

// Variant is a label and the settings that differ.
type Variant struct {
	Label    string
	Settings map[string]any
}

// Limits are enforced from outside the plugin; zero means none.
type Limits struct {
	Timeout time.Duration
	Memory  int64  // bytes of resident memory of the plugin's process group
	Output  int64  // bytes that a trial may write: files and log
	Threads int    // default 1
	GPUs    *int   // claimed for each trial; nil: devices are inherited, 0: hidden
	Confine string // of plugins: default, required or off; empty: nothing is said
}

// Stop says when a method is given up: after so many failures for one reason that
// more trials do not cure, and never a success. 0: never.
type Stop struct {
	After int
}

// Retries says how often a failed attempt is repeated, and after which kinds of failure.
type Retries struct {
	Max int
	On  []string
}

// Keep says what stays on disk after a trial.
type Keep struct {
	Models     bool
	Embeddings Room // so that probes can be added without training again
	Arrays     bool
}

// Room is how much room embeddings may take in a results folder.
type Room struct {
	None  bool  // nothing is kept
	All   bool  // everything is kept
	Bytes int64 // else at most so much: what was used last stays
}

// defaultRoom is what a results folder gives to embeddings unasked.
const defaultRoom = 2 << 30

// Run says where and how many at a time.
type Run struct {
	Executor string // local, queue or slurm
	Jobs     int    // 0: as many as fit the cores; of one worker, where there are several
	Slurm    Slurm
}

// Slurm is what is asked of a cluster, for each worker.
type Slurm struct {
	Partition, Account, QOS, Constraint, GRES string
	Time                                      time.Duration // 0: the site's default
	Memory                                    int64         // bytes; 0: the site's default
	Workers                                   int           // at most
	Modules                                   []string      // of the site's environment
	Prologue                                  string        // lines of shell before the worker starts
	MaxArray                                  int           // jobs in one array; 0: as the site says
	Stage                                     bool          // datasets are copied to the node first
}

// Point is one trial as the sweep sees it, before its dataset is built.
type Point struct {
	Method   string // id in the sweep
	Variant  string // "" for the method as given; the label of a configuration or an ablation otherwise
	Dataset  string // id in the sweep
	Fold     int    // of the dataset, from 1; 0: it has none
	Seed     uint64
	Settings map[string]any // complete
	Searched bool           // one of several configurations from which Select picks
	Report   bool           // of settings that were selected, with the seeds of the report, where the search has its own
	Until    int64          // to so much of the training budget only; 0: to the end
	Ablation bool
	Shuffled int  // the deal of train's targets that it is trained on, from 1; 0: they are as they are
	Seedless bool // the seed changes nothing: the point stands for every seed of the sweep
}
