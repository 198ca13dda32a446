// Package queue carries requests to workers on other machines, and results back,
// through a folder on a disk that all of them share. No network and no server are
// needed. It knows no store, no plugins and no scheduler.
//
//	queue.json               what workers need to know, written by the host
//	host                     the token of the host that has the queue
//	clock                    touched by the host: what time it is on the file server
//	todo/SHARD/CHUNK         requests that nobody has taken, in 64 folders
//	workers/NAME/            of one worker: what it alone writes
//	   beat                  a sign of life, with what it is at
//	   chunk-...             what it has taken, by rename from todo
//	   out-...               results, several to a file, until the host has them
//	ended/NAME/              of a worker that was given up
//	kept/EXECUTION/KEY/      what a trial keeps, until the host has it
//	stop                     workers end: "drain" or "kill"
//	cancel                   attempts that nobody wants any more
//
// A worker is fenced off by one rename of its folder: from then on it can neither take
// nor bring anything, whether it is dead or only sleeps.
package queue

import (
	"encoding/json"
	"path/filepath"
	"time"

	"github.com/assaylab/assay/framework/internal/trial"
)

// Version of the layout. Workers of another one refuse the queue.
const Version = 1

// shards is in how many folders chunks wait: many workers that look for work do not
// all list one long folder.
const shards = 64

// Terms are what a host tells its workers.
type Terms struct {
	Version     int            `json:"version"`
	Results     string         `json:"results"`           // folder of results, for people
	Cache       string         `json:"cache"`             // of datasets
	Checkpoints string         `json:"checkpoints"`       // what attempts hand on
	Kept        string         `json:"kept"`              // what is kept of earlier trials, to score it again
	Stage       bool           `json:"stage,omitempty"`   // datasets are copied to the node first
	Threads     int            `json:"threads"`           // of one trial
	Confine     string         `json:"confine,omitempty"` // of plugins
	Beat        trial.Duration `json:"beat"`              // between two signs of life
	Lease       trial.Duration `json:"lease"`             // without one a worker counts as dead
	Idle        trial.Duration `json:"idle,omitempty"`    // a worker that finds nothing for so long ends; 0: never
}

// Item is a request with its history.
type Item struct {
	Request trial.Request `json:"request"`
	Lost    int           `json:"lost,omitempty"` // executions that ended with their worker
}

// chunk is a file of requests.
type chunk struct {
	Items []Item `json:"items"`
}

// Outcome is what came of one execution of a request.
type Outcome struct {
	Result    trial.Result `json:"result"`
	Execution string       `json:"execution"` // names the folder of what it keeps
	Node      string       `json:"node"`
	Path      string       `json:"path,omitempty"` // of the plugin there
}

// Beat is a worker's sign of life.
type Beat struct {
	Count   int64    `json:"count"`
	Node    string   `json:"node"`
	PID     int      `json:"pid"`
	Job     string   `json:"job,omitempty"` // of the scheduler
	Slots   int      `json:"slots"`
	Running []string `json:"running,omitempty"` // attempts
	Done    int      `json:"done"`
	Ended   bool     `json:"ended,omitempty"` // its last word: it has handed back everything
	Why     string   `json:"why,omitempty"`
}

// folder is a queue's folder through a layer of files.
type folder struct {
	dir   string
	files Files
}

func (f folder) at(parts ...string) string {
	return filepath.Join(append([]string{f.dir}, parts...)...)
}

func (f folder) put(v any, parts ...string) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return f.files.Put(f.at(parts...), append(text, '\n'))
}

func (f folder) read(v any, parts ...string) (time.Time, error) {
	text, at, err := f.files.Read(f.at(parts...))
	if err != nil {
		return at, err
	}
	return at, json.Unmarshal(text, v)
}
