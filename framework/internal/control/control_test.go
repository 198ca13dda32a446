package control

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// Another process sees what runs and what happens, and can stop it; once the host
// is gone it is told so.
func TestControl(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	if _, err := Dial(ctx, dir); !errors.Is(err, ErrNone) {
		t.Errorf("of an idle folder: %v", err)
	}
	var drained, stopped int
	s, err := Serve(t.TempDir(), dir, "toy", Brake{Drain: func() { drained++ }, Stop: func() { stopped++ }, Draining: func() bool { return drained > 0 }})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Dial(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s.Watch(study.Event{Event: trial.Event{Attempt: "7", Started: true}, Slot: 1, Label: "one", Total: 3})
	s.Watch(study.Event{Event: trial.Event{Attempt: "8", Started: true}, Slot: 0, Label: "two", Total: 3})
	s.Watch(study.Event{Event: trial.Event{Attempt: "8", Progress: &trial.Progress{Stage: "train", Done: 2}}, Total: 3})
	st, err := c.Status(ctx)
	if err != nil || st.Sweep != "toy" || st.Total != 3 || st.PID != os.Getpid() || len(st.Running) != 2 || st.Running[0].Label != "two" || st.Running[0].Progress.Done != 2 {
		t.Errorf("%+v, %v", st, err)
	}

	seen := make(chan study.Event)
	ended := make(chan error, 1)
	go func() { ended <- c.Events(ctx, func(e study.Event) { seen <- e }) }()
	point := study.Event{Event: trial.Event{Attempt: "8", Point: &metric.Point{Name: "loss", Step: 4, Value: 0.5}}, Label: "two"}
	deadline := time.After(10 * time.Second)
	for got := false; !got; { // the stream may not be open yet
		s.Watch(point)
		select {
		case e := <-seen:
			if e.Label != "two" || e.Point == nil || e.Point.Value != 0.5 {
				t.Errorf("%+v", e)
			}
			got = true
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatal("no event")
		}
	}

	if err := c.Drain(ctx); err != nil || drained != 1 || stopped != 0 {
		t.Errorf("drain: %v, %d, %d", err, drained, stopped)
	}
	failed := study.Event{Event: trial.Event{Attempt: "8", Result: &trial.Result{Record: trial.Record{Status: trial.Failed}}}, Done: 1, Total: 3}
	go func() { // a viewer that is not read must hold up nobody
		for range 3 * viewerBuffer {
			s.Watch(point)
		}
		s.Watch(failed)
	}()
	for {
		st, err = c.Status(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if st.Failed == 1 {
			break
		}
		select {
		case <-deadline:
			t.Fatal("a slow viewer holds up the run")
		case <-time.After(5 * time.Millisecond):
		}
	}
	if st.Stage != "draining" || len(st.Running) != 1 || st.Done != 1 {
		t.Errorf("%+v", st)
	}
	if err := c.Stop(ctx); err != nil || stopped != 1 {
		t.Errorf("stop: %v, %d", err, stopped)
	}
	go func() {
		for range seen {
		}
	}()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the stream ended with %v", err)
	}
	if _, err := Dial(ctx, dir); !errors.Is(err, ErrNone) {
		t.Errorf("of a host that has ended: %v", err)
	}
}

// A host that was killed leaves its file; nobody takes it for a living one.
func TestDialOfKilledHost(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{`{"socket": "` + filepath.Join(dir, "none") + `"}`} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Dial(t.Context(), dir); !errors.Is(err, ErrNone) {
			t.Errorf("%v", err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, file), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Dial(t.Context(), dir); err == nil || errors.Is(err, ErrNone) {
		t.Errorf("of a broken file: %v", err)
	}
}
