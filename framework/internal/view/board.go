package view

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/assaylab/assay/framework/internal/control"
	"github.com/assaylab/assay/framework/metric"
)

// State is what a page shows of a sweep beside what is recorded.
type State struct {
	Sweep   string            `json:"sweep"`
	Stage   string            `json:"stage"` // running, draining; "": no run of this machine is at work on it
	Note    string            `json:"note,omitempty"`
	Done    int               `json:"done"`
	Total   int               `json:"total"`
	Failed  int               `json:"failed"`
	Elapsed float64           `json:"elapsed_s,omitempty"`
	Running []control.Running `json:"running,omitempty"`
}

// Point is one of a learning curve, while its trial runs.
type Point struct {
	Attempt string `json:"attempt"`
	Label   string `json:"label"`
	metric.Point
}

// message is one that pages get: a state, or points.
type message struct {
	State  *State  `json:"state,omitempty"`
	Points []Point `json:"points,omitempty"`
	Whole  bool    `json:"whole,omitempty"` // the points are all that there are
}

// board is what is known of a sweep now, and who looks at it.
type board struct {
	mu     sync.Mutex
	state  State
	run    *control.Client // of the run that is at work, or nil
	points []Point
	looks  map[chan []byte]bool
}

// mostPoints of curves are remembered for pages that are opened later.
const mostPoints = 20000

func newBoard(sweep string) *board {
	return &board{state: State{Sweep: sweep}, looks: map[chan []byte]bool{}}
}

// look gives a channel of messages, the first of which says everything. A page that is
// far behind is let go: it comes back, and is told everything again.
func (b *board) look() (messages <-chan []byte, leave func()) {
	ch := make(chan []byte, 64)
	b.mu.Lock()
	defer b.mu.Unlock()
	state := b.state
	ch <- encode(message{State: &state, Points: b.points, Whole: true})
	b.looks[ch] = true
	return ch, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.looks, ch)
	}
}

// tell sends a message to all that look; the lock is held.
func (b *board) tell(m message) {
	text := encode(m)
	for ch := range b.looks {
		select {
		case ch <- text:
		default:
			close(ch)
			delete(b.looks, ch)
		}
	}
}

func encode(m message) []byte {
	text, err := json.Marshal(m)
	if err != nil {
		panic("view: " + err.Error()) // of numbers that JSON has none for, which no plugin can send
	}
	return text
}

func (b *board) change(f func(*State)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(&b.state)
	state := b.state
	b.tell(message{State: &state})
}

func (b *board) say(note string) { b.change(func(s *State) { s.Note = note }) }

func (b *board) begin(c *control.Client) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.run, b.points = c, nil
	b.tell(message{Whole: true})
}

func (b *board) end() {
	b.mu.Lock()
	b.run = nil
	b.mu.Unlock()
	b.change(func(s *State) { s.Stage, s.Running = "", nil })
}

func (b *board) status(now control.Status) {
	b.change(func(s *State) {
		s.Stage, s.Note, s.Done, s.Total, s.Failed = now.Stage, "", now.Done, now.Total, now.Failed
		s.Elapsed, s.Running = time.Since(now.Started).Seconds(), now.Running
	})
}

func (b *board) point(attempt, label string, p metric.Point) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := Point{attempt, label, p}
	if b.points = append(b.points, one); len(b.points) > mostPoints {
		b.points = append([]Point(nil), b.points[mostPoints/4:]...)
	}
	b.tell(message{Points: []Point{one}})
}

// read takes over how far the sweep is by what is recorded.
func (b *board) read(ctx context.Context, s Sweep) {
	n, err := s.Counts(ctx)
	b.change(func(s *State) {
		if s.Note = ""; err != nil {
			s.Note = err.Error()
			return
		}
		s.Done, s.Total, s.Failed = n.Done, n.Total, n.Failed
	})
}

var errNoRun = errors.New("no run of this machine is at work on this sweep")

// brake drains or stops the run that is at work.
func (b *board) brake(ctx context.Context, how func(*control.Client, context.Context) error) error {
	b.mu.Lock()
	c := b.run
	b.mu.Unlock()
	if c == nil {
		return errNoRun
	}
	return how(c, ctx)
}
