package trial

import (
	"time"

	"github.com/assaylab/assay/framework/internal/build"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/metric"
)

// Status is how an attempt ended.
type Status string

const (
	Running   Status = "running"
	Succeeded Status = "succeeded"
	Failed    Status = "failed"
	Cancelled Status = "cancelled"
	Lost      Status = "lost" // the host ended while it ran
)

// Record is what is kept of a finished trial: enough to print any table, to say
// where each number comes from, and to run the trial again.
//
// Key is the id under which the record is known: that of its fit or, of a trial
// of the first edition with the probes that it had there, Spec.Key().
type Record struct {
	Key        string               `json:"key"`
	Fit        string               `json:"fit,omitempty"` // fit key
	Status     Status               `json:"status"`
	Spec       Spec                 `json:"spec"`
	Metrics    []metric.Value       `json:"metrics,omitempty"`
	Embeddings map[string]Embedding `json:"embeddings,omitempty"` // by split
	Failure    *failure.Failure     `json:"failure,omitempty"`
	Provenance Provenance           `json:"provenance"`
	Curves     []metric.Point       `json:"curves,omitempty"`

	Asked    Asked               `json:"asked,omitzero"`     // of the plugin's Evaluate
	Measured map[string]Measured `json:"measured,omitempty"` // by name of the probe, where it is not as in the first edition
	Cases    []Cases             `json:"cases,omitempty"`
}

// Measured is what a probe's score depends on beyond the probe's spec.
type Measured struct {
	About string `json:"about,omitempty"` // digest of what it read of about.json: of the angles, AboutAngles
	Host  string `json:"host,omitempty"`  // version of the host that scored, where another one trained
}

// Provenance is what explains a number without being part of its identity.
type Provenance struct {
	Started    time.Time      `json:"started"`
	WallSec    float64        `json:"wall_s"`
	CPUSec     float64        `json:"cpu_s"`
	PeakMemory int64          `json:"peak_memory_bytes,omitempty"`
	Attempt    int            `json:"attempt"` // 1 for the first
	Threads    int            `json:"threads"`
	Plugin     string         `json:"plugin"` // name in the sweep
	Path       string         `json:"-"`      // of the executable: kept in the store alone
	Binary     string         `json:"plugin_digest"`
	Packages   string         `json:"plugin_environment,omitempty"` // digest of a Python plugin's interpreter and packages
	Lock       string         `json:"lock,omitempty"`               // what assay.lock says of plugin and data: see Lock...
	Transport  string         `json:"transport,omitempty"`          // tls or socket
	Served     int            `json:"served_before,omitempty"`      // trials that the process had served before this one
	Resumed    int64          `json:"resumed_from,omitempty"`       // units of work taken over from a checkpoint
	StartSec   float64        `json:"start_s,omitempty"`            // from launch to handshake; 0 in a process that had served before
	Recipe     source.Dataset `json:"dataset_recipe"`
	Trials     map[string]int `json:"behavioural_trials,omitempty"` // in each part of one division of several
	Host       string         `json:"host_version"`
	Build      build.Build    `json:"host_build,omitzero"` // what is known of the assay that asked for it
	Commit     string         `json:"commit,omitempty"`    // of the working folder
	Dirty      bool           `json:"dirty,omitempty"`
	Platform   string         `json:"platform"` // linux/amd64
	CPU        []string       `json:"cpu_features,omitempty"`

	Confinement string `json:"confinement,omitempty"` // strength of it
	GPU         string `json:"gpu,omitempty"`
	Sees        *Sees  `json:"sees,omitempty"` // what an embedded sample depends on, where the method says it
	Node        string `json:"-"`              // that it ran on: kept in the store, in no file that is committed
}

// Sees is what an embedded sample may depend on.
type Sees struct {
	Before int64 `json:"before"` // samples before it
	After  int64 `json:"after"`
	Labels bool  `json:"labels,omitempty"`
}

// What a record's Lock says.
const (
	Locked   = "locked"   // plugin and data are those of assay.lock
	Override = "override" // assay.lock has others: a development override
	Unlocked = "unlocked" // assay.lock has no entry for them
)

// Short is the form of a key that people see and type.
func Short(key string) string { return key[:min(12, len(key))] }

// Embedding is an array that the method wrote for one split.
type Embedding struct {
	Shape  []int  `json:"shape"`
	SHA256 string `json:"sha256"` // of the .npy file
}
