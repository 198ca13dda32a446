package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/assaylab/assay/framework/internal/study"
)

// smoke tries every method of a sweep before the long run.
func (a *app) smoke(ctx context.Context, s *study.Study, f runFlags, view *progress, stop *stopper) error {
	all, err := s.Smoke(ctx, study.RunOptions{Jobs: f.jobs, Grace: a.cfg.Grace, Drain: stop.drain, Watch: view.watch})
	view.close()
	if err != nil && !(stop.draining() && errors.Is(err, context.Canceled)) {
		return err
	}
	failed := 0
	rows := [][]string{}
	for _, one := range all {
		word := "ok"
		switch {
		case one.Failure != nil:
			failed++
			word = string(one.Failure.Kind)
		case one.Slow:
			word = "ok so far: no failure in the time of a smoke run"
		}
		rows = append(rows, []string{one.Method, one.Dataset, word, fmt.Sprintf("%.1f s", one.WallSec)})
	}
	if f.asJSON {
		err := json.NewEncoder(a.out).Encode(struct {
			Sweep  string         `json:"sweep"`
			Smoke  bool           `json:"smoke"`
			Ran    int            `json:"ran"`
			Failed int            `json:"failed"`
			Trials []study.Smoked `json:"trials"`
		}{s.Sweep.Name, true, len(all), failed, all})
		if err != nil {
			return err
		}
	} else {
		grid(a.out, []string{"method", "dataset", "outcome", "time"}, rows)
	}
	for _, one := range all {
		if one.Failure != nil {
			fmt.Fprintf(a.talk, "assay: would fail: %s on %s\n%s", one.Method, one.Dataset, one.Failure.Text())
		}
	}
	fmt.Fprintf(a.talk, "assay: %s: tried %d, %d would fail; nothing is recorded\n", s.Sweep.Name, len(all), failed)
	switch {
	case stop.draining():
		return exitCode(exitInterrupted)
	case failed > 0:
		return exitCode(exitFailures)
	}
	return nil
}
