package conformance

import (
	"context"
	"fmt"
	"maps"
	"os"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/wire"
)

// reused trains A, B and A again in one process, where B has other data and
// another seed, and wants of each the bytes that a fresh process gives. So what is
// left behind in memory shows; what is left elsewhere is looked for.
func (s *Suite) reused(ctx context.Context, f *Finding) error {
	if !s.desc.Reuse {
		f.skipf("the method does not declare reuse")
		return nil
	}
	want, _, err := s.trained(ctx, 5, 1)
	if err != nil {
		return err
	}
	other, wantOther := s.otherTrial(ctx)
	session, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	var traces []Traces
	for k, t := range []trialOf{{s.dataset, 5}, other, {s.dataset, 5}} {
		expected := want
		if k == 1 {
			expected = wantOther
		}
		got, err := s.trainedOn(ctx, session, t, func(e *wire.TrainEvent) {
			if what, left := strings.CutPrefix(e.GetLog(), LeftBehind); left {
				f.failf("trial %d of one process leaves behind: %s", k+1, what)
			}
		})
		if err != nil {
			return fmt.Errorf("trial %d of one process: %w", k+1, err)
		}
		if s.desc.Deterministic {
			for _, d := range expected.differs(got) {
				f.failf("trial %d of one process gives other results than a fresh process: %s", k+1, d)
			}
		}
		if p, ok := session.(Traced); ok {
			t, err := p.Traces()
			if err != nil {
				return err
			}
			traces = append(traces, t)
		}
	}
	if len(traces) > 0 {
		compareTraces(f, traces[0], traces[len(traces)-1])
		return s.strewn(f, traces[0].Folder)
	}
	return nil
}

// strewn looks for what lies in the working folder and is not the suite's: there
// the next trial could find it.
func (s *Suite) strewn(f *Finding, dir string) error {
	a, err := os.Stat(dir)
	if err != nil {
		return nil // not known
	}
	if b, err := os.Stat(s.Dir); err != nil || !os.SameFile(a, b) {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !s.own[e.Name()] && !strings.HasPrefix(e.Name(), ".") {
			f.failf("%s is left in the working folder: write to work_dir", e.Name())
		}
	}
	return nil
}

// trialOf is what distinguishes two trials of the suite.
type trialOf struct {
	dataset string
	seed    uint64
}

// trainedOn trains on a dataset and applies the model to the case's own.
func (s *Suite) trainedOn(ctx context.Context, session Session, t trialOf, each func(*wire.TrainEvent)) (result, error) {
	req, err := s.request(s.Case.Settings, t.seed, 1)
	if err != nil {
		return result{}, err
	}
	req.DatasetDir = t.dataset
	if err := train(ctx, session.Method(), req, each); err != nil {
		return result{}, session.Explain(ctx, "Train", err)
	}
	return s.applyTo(ctx, session, req.ModelDir, t.dataset)
}

// otherTrial is as different from the case as the method takes it: another seed,
// without the last channel and the last third of the trials; else with all
// channels; else on the same data. It comes with what a fresh process makes of it.
func (s *Suite) otherTrial(ctx context.Context) (trialOf, result) {
	for _, channels := range []int{-1, 0} {
		recs := maps.Clone(s.Case.Data)
		for name, r := range recs {
			recs[name] = shortened(r, channels)
		}
		dataset, err := s.put(recs)
		if err != nil {
			continue
		}
		t := trialOf{dataset, 6}
		if r, err := s.trainedAlone(ctx, t); err == nil {
			return t, r
		}
	}
	t := trialOf{s.dataset, 6}
	r, _ := s.trainedAlone(ctx, t) // an error comes again in the used process
	return t, r
}

func (s *Suite) trainedAlone(ctx context.Context, t trialOf) (result, error) {
	session, err := s.start(ctx)
	if err != nil {
		return result{}, err
	}
	defer session.Close()
	return s.trainedOn(ctx, session, t, nil)
}

// shortened leaves out the last third of the trials of every part, and the last
// channel where channels is −1.
func shortened(r *data.Recording, channels int) *data.Recording {
	count, seen := map[data.Split]int{}, map[data.Split]int{}
	part := func(i int) data.Split {
		if r.Split == nil {
			return data.All
		}
		return r.Split[i]
	}
	begins := func(i int) bool { return i == 0 || r.Trial[i] != r.Trial[i-1] || part(i) != part(i-1) }
	for i := range r.Len() {
		if begins(i) {
			count[part(i)]++
		}
	}
	var rows []int
	for i := range r.Len() {
		if begins(i) {
			seen[part(i)]++
		}
		if 3*seen[part(i)] <= 2*count[part(i)]+2 {
			rows = append(rows, i)
		}
	}
	out := r.Subset(rows)
	if n := r.Samples.Cols() + channels; n < r.Samples.Cols() && n > 0 {
		var kept []int
		for c := range n {
			kept = append(kept, c)
		}
		out = out.Select(kept)
	}
	return out
}
