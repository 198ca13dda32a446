package study

import (
	"os/exec"
	"strings"

	"github.com/assaylab/assay/framework/internal/build"
	"github.com/assaylab/assay/framework/internal/trial"
)

// origin is the part of the provenance that all trials of a run share: which
// assay asked for them, from which state of the user's folder.
func origin(b build.Build) trial.Provenance {
	p := trial.Provenance{Host: b.Name(), Build: b}
	if text, err := exec.Command("git", "rev-parse", "HEAD").Output(); err == nil {
		p.Commit = strings.TrimSpace(string(text))
		status, err := exec.Command("git", "status", "--porcelain", "--untracked-files=no").Output()
		p.Dirty = err == nil && len(status) > 0
	}
	return p
}
