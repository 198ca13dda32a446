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
	build := strings.TrimPrefix(a.req.Known.Binary, "sha256:")
	a.checkpoints = filepath.Join(a.site.Checkpoints, trial.Short(a.req.Key)+"-"+build[:min(12, len(build))])
	return os.MkdirAll(a.checkpoints, 0o700)
}

// closeCheckpoints removes them where no later attempt can do better from them.
func (a *attempt) closeCheckpoints(err error) {
	if a.checkpoints == "" || a.worthResuming(err) {
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
