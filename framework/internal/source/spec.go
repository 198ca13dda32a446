// Package source makes datasets: it finds the bytes (a catalogue entry, a
// generator, a file of the user's), reads them without executing anything,
// chooses samples, divides them, and puts the result into the cache.
package source

import (
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source/file"
)

// Dataset is the recipe of a dataset, as a sweep writes it: either one
// recording (whose source may bring several roles at once) or one per role.
// It is plain data: a trial's record keeps it, so that the trial can be re-run.
type Dataset struct {
	Recording
	Roles map[string]Recording `json:"roles,omitempty"`
	// Access is what a method may see of the recording that it is tested on; "": all
	// that the dataset has. See Access...
	Access string `json:"access,omitempty"`
	// Shuffled numbers, from 1, a deal of train's targets among whole trials; 0: as they are.
	Shuffled int `json:"shuffled,omitempty"`
}

// What a protocol lets a method see of the recording that it is tested on. In all of
// them labels of test samples stay with the host.
const (
	AccessNone      = "none"      // nothing in training; every behavioural trial is embedded by itself
	AccessTrialwise = "trialwise" // the same, and the method may adapt to the trial that it embeds
	AccessUnlabeled = "unlabeled" // samples of a part of it, in role unlabeled
	AccessLabeled   = "labeled"   // samples and labels of a part of it: the train part
)

// UnlabeledRole has the samples of the target that may be seen without labels.
const UnlabeledRole = "unlabeled"

// Recording is the recipe of one recording.
type Recording struct {
	// Source is catalogue/NAME, generate/NAME, or the path of a file.
	Source string         `json:"source,omitempty"`
	Params map[string]any `json:"params,omitempty"` // of a generator
	// Seed draws a generated recording. It is a fixed number (default 1) unless
	// PerTrial, when every trial draws anew with its own seed.
	Seed     uint64            `json:"seed,omitempty"`
	PerTrial bool              `json:"per_trial,omitempty"`
	Read     *Columns          `json:"read,omitempty"`      // which arrays of a file are what
	SHA256   string            `json:"sha256,omitempty"`    // of a file: refuse another
	Keep     map[string]Labels `json:"keep,omitempty"`      // class target -> labels that stay; they keep their numbers
	MinSpeed float64           `json:"min_speed,omitempty"` // keep samples whose velocity is faster than this
	Split    *data.Division    `json:"split,omitempty"`
	// Join is several recordings of the same channels instead of a Source: each is read
	// as it says itself.
	Join []Recording `json:"join,omitempty"`
	As   data.Split  `json:"as,omitempty"`   // all of it is this part
	Only data.Split  `json:"only,omitempty"` // nothing but this part of it is there
	Bare bool        `json:"bare,omitempty"` // without targets
	// Subject and Session say whose recording it is, and of which sitting; "" means
	// what the catalogue says. They are no part of the dataset's digest.
	Subject string `json:"subject,omitempty"`
	Session string `json:"session,omitempty"`
}

// What a recipe says of a file.
type (
	Columns = file.Columns
	Class   = file.Class
	Angles  = file.Angles
	Labels  = file.Labels
)
