package conformance

import (
	"context"
	"slices"

	"github.com/assaylab/assay/framework/internal/wire"
)

// promoted trains to parts of the budget, each time in another process that goes
// on from the checkpoint, and wants the model of training that never stopped. The
// number of threads changes on the way.
func (s *Suite) promoted(ctx context.Context, f *Finding) error {
	total, err := s.desc.BudgetFor(s.Case.Settings)
	switch {
	case err != nil:
		return err
	case total == 0:
		f.skipf("the method names no budget under these settings")
		return nil
	case !s.desc.Resumable:
		f.skipf("the method does not declare that it is resumable, so that it is always trained to the end")
		return nil
	case total == 1:
		f.infof("the budget is 1, which has no parts: choose settings with more to see this")
		return nil
	}
	rungs := slices.Compact([]int64{max(1, total/4), max(1, total/2), total})
	want, _, err := s.trained(ctx, 13, 1)
	if err != nil {
		return err
	}
	kept, err := s.folder("checkpoint")
	if err != nil {
		return err
	}
	done := int64(0)
	for k, until := range rungs {
		session, err := s.start(ctx)
		if err != nil {
			return err
		}
		defer session.Close()
		req, err := s.request(s.Case.Settings, 13, int32(1+k%2))
		if err != nil {
			return err
		}
		req.CheckpointDir, req.Until = kept, until
		if until == total {
			req.Until = 0
		}
		var from, saved int64
		if err := train(ctx, session.Method(), req, func(e *wire.TrainEvent) {
			if c := e.GetCheckpoint(); c.GetResumed() {
				from = c.Done
			} else if c != nil {
				saved = c.Done
			}
		}); err != nil {
			return session.Explain(ctx, "Train", err)
		}
		if from != done {
			f.failf("training to %d of %d began at %d, not at the checkpoint of %d", until, total, from, done)
		}
		if until < total && saved != until {
			f.failf("training to %d of %d left a checkpoint of %d", until, total, saved)
		}
		got, err := s.apply(ctx, session, req.ModelDir)
		if err != nil {
			return err
		}
		if until == total && s.desc.Deterministic {
			for _, d := range want.differs(got) {
				f.failf("trained to %v in turn, other than without a stop: %s", rungs, d)
			}
		}
		done = until
	}
	f.infof("trained to %v", rungs)
	return nil
}
