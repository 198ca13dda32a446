package conformance

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/assaylab/assay/framework/internal/wire"
)

// cancelled ends the call soon after its start, and in the midst of it.
func (s *Suite) cancelled(ctx context.Context, f *Finding) error {
	session, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer session.Kill() // it may still be training
	ended := 0
	for _, after := range []time.Duration{5 * time.Millisecond, 200 * time.Millisecond} {
		req, err := s.request(s.slow(), 1, 1)
		if err != nil {
			return err
		}
		short, cancel := context.WithTimeout(ctx, after)
		if err := train(short, session.Method(), req, nil); err == nil {
			ended++
		}
		<-short.Done()
		cancel()
		for asked := time.Now(); session.Busy(); time.Sleep(time.Millisecond) {
			if time.Since(asked) > CancelLimit {
				f.failf("Train goes on %v after it was cancelled", CancelLimit)
				return nil
			}
		}
	}
	if ended == 2 {
		f.infof("training ended before it could be cancelled: choose slower settings to see this")
	}
	again, cancel := context.WithTimeout(ctx, CancelLimit)
	defer cancel()
	if err := alive(again, session); err != nil {
		return err
	}
	if s.desc.Reuse {
		_, _, err = s.trainedIn(ctx, session, s.Case.Settings, 1, 1)
	}
	return err
}

// killed ends a process in the midst of training and wants the same of the next.
func (s *Suite) killed(ctx context.Context, f *Finding) error {
	want, _, err := s.trained(ctx, 9, 1)
	if err != nil {
		return err
	}
	session, err := s.start(ctx)
	if err != nil {
		return err
	}
	req, err := s.request(s.slow(), 9, 1)
	if err != nil {
		session.Kill()
		return err
	}
	killer := time.AfterFunc(50*time.Millisecond, session.Kill)
	if train(ctx, session.Method(), req, nil) == nil {
		f.infof("training ended before it could be killed: choose slower settings to see this")
	}
	killer.Stop()
	session.Kill()
	got, _, err := s.trained(ctx, 9, 1)
	if err != nil {
		return err
	}
	if s.desc.Deterministic {
		for _, d := range want.differs(got) {
			f.failf("after a kill: %s", d)
		}
	}
	return nil
}

// resumed kills training after its first checkpoint and lets another process go
// on. Where the method has a budget, neither that nor the training without a stop
// that it is compared with needs to come to the end of the slow settings.
func (s *Suite) resumed(ctx context.Context, f *Finding) error {
	if !s.desc.Resumable {
		f.skipf("the method does not declare that it is resumable")
		return nil
	}
	total, err := s.desc.BudgetFor(s.slow())
	if err != nil {
		return err
	}
	kept, err := s.folder("checkpoint")
	if err != nil {
		return err
	}
	first, err := s.start(ctx)
	if err != nil {
		return err
	}
	req, err := s.request(s.slow(), 11, 1)
	if err != nil {
		first.Kill()
		return err
	}
	req.CheckpointDir = kept
	var kill sync.Once
	saved := int64(-1)
	err = train(ctx, first.Method(), req, func(e *wire.TrainEvent) {
		if c := e.GetCheckpoint(); c != nil {
			kill.Do(func() {
				saved = c.Done
				first.Kill()
			})
		}
	})
	first.Kill()
	for asked := time.Now(); first.Busy() && time.Since(asked) < CancelLimit; { // without processes a kill takes a moment
		time.Sleep(time.Millisecond)
	}
	if err == nil {
		f.warnf("training ended before it could be killed at a checkpoint: choose slower settings to see this")
		return nil
	}
	if saved < 0 {
		return first.Explain(ctx, "Train", err)
	}
	// It may have saved once more before it died: then the first end is too early.
	for _, end := range []int64{2*saved + 20, 8*saved + 200, total} {
		last := total == 0 || end >= total
		if last {
			end = 0
		}
		got, resumed, err := s.goesOn(ctx, kept, end)
		if err != nil && !last {
			continue
		}
		if err != nil {
			return err
		}
		if !resumed {
			f.failf("after a kill, Train began anew although there was a checkpoint")
		}
		fresh, err := s.folder("checkpoint")
		if err != nil {
			return err
		}
		want, _, err := s.goesOn(ctx, fresh, end)
		if err != nil {
			return err
		}
		if s.desc.Deterministic {
			for _, d := range want.differs(got) {
				f.failf("training that was interrupted gives another model: %s", d)
			}
		}
		break
	}
	return nil
}

// goesOn trains under the slow settings to an end (0: that of the settings) from
// what lies in a folder of checkpoints.
func (s *Suite) goesOn(ctx context.Context, checkpoints string, end int64) (r result, resumed bool, err error) {
	session, err := s.start(ctx)
	if err != nil {
		return r, false, err
	}
	defer session.Close()
	req, err := s.request(s.slow(), 11, 1)
	if err != nil {
		return r, false, err
	}
	req.CheckpointDir, req.Until = checkpoints, end
	if err := train(ctx, session.Method(), req, func(e *wire.TrainEvent) { resumed = resumed || e.GetCheckpoint().GetResumed() }); err != nil {
		return r, false, session.Explain(ctx, "Train", err)
	}
	r, err = s.apply(ctx, session, req.ModelDir)
	return r, resumed, err
}

const notPrograms = "the method was run without processes"

// quiet looks at what all processes of the suite have printed.
func (s *Suite) quiet(_ context.Context, f *Finding) error {
	if len(s.programs) == 0 {
		f.skipf(notPrograms)
	}
	for _, p := range s.programs {
		if text := p.Stdout(); text != "" {
			f.failf("it prints on standard output: %q", text)
			return nil
		}
	}
	return nil
}

func (s *Suite) goodbye(_ context.Context, f *Finding) error {
	var took []time.Duration
	for _, p := range s.programs {
		if t := p.Goodbye(); t > 0 {
			took = append(took, t)
		}
	}
	if len(took) == 0 {
		f.skipf(notPrograms)
		return nil
	}
	slices.Sort(took)
	median, worst := took[len(took)/2], took[len(took)-1]
	switch {
	case median >= 2*time.Second: // go-plugin's patience
		f.failf("it does not end when it is told to: the host had to kill it after %v", median.Round(time.Millisecond))
	case median > GoodbyeLimit:
		f.warnf("it takes %v to end; %v is what a plugin should need", median.Round(time.Millisecond), GoodbyeLimit)
	default:
		f.infof("median %v, slowest %v of %d", median.Round(100*time.Microsecond), worst.Round(100*time.Microsecond), len(took))
	}
	return nil
}

func (s *Suite) leaves(_ context.Context, f *Finding) error {
	if len(s.programs) == 0 {
		f.skipf(notPrograms)
	}
	for _, p := range s.programs {
		if n := p.Left(); n > 0 {
			f.failf("it left %d process(es) behind, which the host ended", n)
			return nil
		}
	}
	return nil
}

func (s *Suite) orphaned(ctx context.Context, f *Finding) error {
	o, ok := s.Target.(Orphanage)
	if !ok {
		f.skipf(notPrograms)
		return nil
	}
	took, err := o.Orphan(ctx, CancelLimit)
	if err != nil {
		return err
	}
	if took >= CancelLimit {
		f.warnf("it lives on %v after its host was gone; the host's guard and the parent-death signal end it on Linux only", CancelLimit)
		return nil
	}
	f.infof("ended after %v", took.Round(100*time.Microsecond))
	return nil
}
