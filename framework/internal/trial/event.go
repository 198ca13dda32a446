package trial

import "github.com/assaylab/assay/framework/metric"

// Event is something that happened to an attempt while it ran. One of the
// pointers is set, or Started, or Line.
type Event struct {
	Attempt    string        `json:"attempt"`
	Started    bool          `json:"started,omitempty"`
	Node       string        `json:"node,omitempty"` // with Started: where, if not on this machine
	Progress   *Progress     `json:"progress,omitempty"`
	Point      *metric.Point `json:"point,omitempty"`      // of a learning curve
	Checkpoint *Checkpoint   `json:"checkpoint,omitempty"` // written, or taken up
	Line       string        `json:"line,omitempty"`       // of the log, from the method itself
	Result     *Result       `json:"result,omitempty"`     // it ended: the last event of an attempt
}

// Progress is how far a trial has come.
type Progress struct {
	Stage string `json:"stage"` // start, train, embed, evaluate, probe
	Done  int64  `json:"done,omitempty"`
	Total int64  `json:"total,omitempty"` // 0: unknown
	Unit  string `json:"unit,omitempty"`  // "epochs"
}

// Checkpoint is work that a later attempt need not do again.
type Checkpoint struct {
	Done    int64 `json:"done"`              // units of work in it
	Resumed bool  `json:"resumed,omitempty"` // it was taken up, not written
}

// Sink takes the events of trials. It may be called from several goroutines and
// returns soon: what it does with an event never holds up a trial.
type Sink func(Event)
