// Package control lets other processes of this machine look at a run and stop it.
// A running host listens on a socket in a private folder, and the results folder
// says where: [Serve] opens it, [Dial] finds it.
//
// The socket speaks HTTP: GET /status is a [Status], GET /events a stream of
// events, one JSON object a line; POST /drain starts no further trials, POST /stop
// ends the running ones too.
package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/renameio/v2/maybe"

	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/trial"
)

// file says in a results folder where the socket of its host is.
const file = "assay.control"

// place is what that file holds.
type place struct {
	Socket string `json:"socket"`
	PID    int    `json:"pid"`
}

// Status is what a run is at.
type Status struct {
	Sweep   string    `json:"sweep"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	Done    int       `json:"done"`  // trials that have ended for good
	Total   int       `json:"total"` // trials of the run, as far as they are known
	Failed  int       `json:"failed"`
	Stage   string    `json:"stage"` // running, draining
	Running []Running `json:"running"`
}

// Running is one trial at work.
type Running struct {
	Slot     int             `json:"slot"`
	Label    string          `json:"label"`
	Attempt  string          `json:"attempt"`
	Started  time.Time       `json:"started"`
	Node     string          `json:"node,omitempty"` // where, if not on this machine
	Progress *trial.Progress `json:"progress,omitempty"`
}

// Server is the host's end.
type Server struct {
	file  string // in the results folder
	brake Brake
	http  http.Server

	mu      sync.Mutex
	status  Status
	running map[string]*Running // by attempt
	viewers map[chan study.Event]bool
}

// Brake is what others may do to a run.
type Brake struct {
	Drain, Stop func()      // what the first and the second interrupt do
	Draining    func() bool // whether nothing more is started
}

// Serve opens the socket of a run in a private folder of the host, which must have
// a short path and outlive the server.
func Serve(private, results, sweep string, brake Brake) (*Server, error) {
	s := &Server{file: filepath.Join(results, file), brake: brake,
		status:  Status{Sweep: sweep, PID: os.Getpid(), Started: time.Now(), Stage: "running"},
		running: map[string]*Running{}, viewers: map[chan study.Event]bool{}}
	path := filepath.Join(private, "control")
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(place{Socket: path, PID: os.Getpid()})
	if err == nil {
		err = maybe.WriteFile(s.file, append(text, '\n'), 0o600)
	}
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", s.serveStatus)
	mux.HandleFunc("GET /events", s.serveEvents)
	mux.HandleFunc("POST /drain", func(http.ResponseWriter, *http.Request) { brake.Drain() })
	mux.HandleFunc("POST /stop", func(http.ResponseWriter, *http.Request) { brake.Drain(); brake.Stop() })
	s.http.Handler = mux
	go s.http.Serve(listener)
	return s, nil
}

// Close ends the server.
func (s *Server) Close() error {
	s.mu.Lock()
	for v := range s.viewers {
		close(v)
	}
	s.viewers = nil
	s.mu.Unlock()
	return errors.Join(s.http.Close(), os.Remove(s.file))
}

// Watch takes in what happens. A viewer that is behind misses events.
func (s *Server) Watch(e study.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Done, s.status.Total = e.Done, e.Total
	switch {
	case e.Started:
		s.running[e.Attempt] = &Running{Slot: e.Slot, Label: e.Label, Attempt: e.Attempt, Node: e.Node, Started: time.Now()}
	case e.Progress != nil && s.running[e.Attempt] != nil:
		s.running[e.Attempt].Progress = e.Progress
	case e.Result != nil:
		delete(s.running, e.Attempt)
		if e.Result.Record.Status == trial.Failed && !e.Retry {
			s.status.Failed++
		}
	}
	for v := range s.viewers {
		select {
		case v <- e:
		default:
		}
	}
}

func (s *Server) serveStatus(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	out := s.status
	if s.brake.Draining() {
		out.Stage = "draining"
	}
	out.Running = make([]Running, 0, len(s.running))
	for _, r := range s.running {
		out.Running = append(out.Running, *r)
	}
	s.mu.Unlock()
	sortBySlot(out.Running)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out) // the other end may have gone
}

// viewerBuffer is how many events a viewer may be behind.
const viewerBuffer = 256

func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	v := make(chan study.Event, viewerBuffer)
	s.mu.Lock()
	if s.viewers == nil {
		s.mu.Unlock()
		http.Error(w, "the run has ended", http.StatusGone)
		return
	}
	s.viewers[v] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.viewers, v)
		s.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	flush := http.NewResponseController(w)
	enc := json.NewEncoder(w)
	for {
		if err := flush.Flush(); err != nil {
			return
		}
		select {
		case e, open := <-v:
			if !open || enc.Encode(e) != nil {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}

// where reads the file of a results folder.
func where(results string) (place, error) {
	var p place
	text, err := os.ReadFile(filepath.Join(results, file))
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return p, fmt.Errorf("%s: %w", filepath.Join(results, file), err)
	}
	return p, nil
}
