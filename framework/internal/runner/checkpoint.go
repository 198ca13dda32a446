package runner

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/trial"
)

// openCheckpoints makes the folder where the attempts at one trial hand on their
// work. Another build of the plugin gets another folder.
func (a *attempt) openCheckpoints() error {
	if !a.plugin.Description.Resumable || a.site.Checkpoints == "" {
		return nil
	}
	a.checkpoints = a.checkpointsOf(a.req.Key)
	if a.req.Parent != "" {
		if err := os.Rename(a.checkpointsOf(a.req.Parent), a.checkpoints); err == nil {
			return nil
		} // there is none, or an earlier attempt has it: what is not there is trained again
	}
	return os.MkdirAll(a.checkpoints, 0o700)
}

func (a *attempt) checkpointsOf(key string) string {
	build := strings.TrimPrefix(a.req.Known.Binary, "sha256:")
	return filepath.Join(a.site.Checkpoints, trial.Short(key)+"-"+build[:min(12, len(build))])
}

// closeCheckpoints removes them where no later attempt can do better from them.
// Training to a part of the budget may go on.
func (a *attempt) closeCheckpoints(err error) {
	if a.checkpoints == "" || a.worthResuming(err) || err == nil && a.req.Spec.Budget > 0 {
		return
	}
	_ = os.RemoveAll(a.checkpoints) // what stays is found by results gc
}

// worthResuming reports whether a later attempt may do better from a checkpoint:
// not if there is nothing more to do, not if the method itself gave up, and not
// if the process died again where the checkpoint had left it.
func (a *attempt) worthResuming(err error) bool {
	var f *failure.Failure
	if !errors.As(err, &f) || f.Kind == failure.Crash && a.resumed > 0 && a.saved <= a.resumed {
		return false
	}
	return slices.Contains([]failure.Kind{failure.Crash, failure.Timeout, failure.Memory, failure.Lost, failure.Cancelled}, f.Kind)
}
