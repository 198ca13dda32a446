package host

import (
	"os"
	"strconv"

	"github.com/assaylab/assay/framework/internal/conformance"
)

var _ conformance.Traced = (*program)(nil)

// Traces looks at the process from outside, as far as the system shows it: its
// environment and its goroutines or threads stay its own.
func (p *program) Traces() (conformance.Traces, error) {
	proc := "/proc/" + strconv.Itoa(p.proc.sub.started())
	var t conformance.Traces
	var err error
	if t.Folder, err = os.Readlink(proc + "/cwd"); err != nil {
		return conformance.Traces{}, nil // a system without /proc
	}
	t.Files, err = conformance.OpenFiles(proc + "/fd")
	return t, err
}
