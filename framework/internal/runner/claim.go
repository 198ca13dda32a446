package runner

import (
	"io"

	"github.com/assaylab/assay/framework/internal/trial"
)

// claim is what of the machine a worker's trials have for themselves: no other
// Assay on it has these CPUs while the claim is held. It stays the same from trial
// to trial of equal needs, so that a warm process can stay too.
type claim struct {
	needs trial.Resources
	cpus  []int // nil: all of them
	held  []io.Closer
}

// take claims CPUs for a trial. Where that many are not free the trial may run on
// all: two trials on one CPU beside an idle one would be worse than none pinned.
func (c *claim) take(needs trial.Resources) {
	if c.needs.CPUs == needs.CPUs {
		return
	}
	c.release()
	c.needs = needs
	c.cpus, c.held = claimCPUs(needs.CPUs)
}

func (c *claim) release() {
	for _, h := range c.held {
		h.Close()
	}
	*c = claim{}
}
