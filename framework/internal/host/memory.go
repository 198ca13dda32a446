package host

import (
	"fmt"
	"time"

	"github.com/assaylab/assay/framework/internal/bytesize"
	"github.com/assaylab/assay/framework/internal/failure"
)

// A look at the memory of a tree is taken as often as it might cross its limit
// until the next one, at the speed at which a machine hands out memory, and so
// seldom that looking takes under a twentieth of the time.
const (
	often, seldom = 10 * time.Millisecond, 40 * time.Millisecond
	growth        = 10 << 30 // bytes per second
	share         = 20
)

// watchMemory ends the process when it and all that it started use more memory
// than allowed, files in shared memory among it.
func (p *Process) watchMemory(limit int64) {
	p.watched.Go(func() {
		select {
		case <-p.sub.begun:
		case <-p.sub.exited:
			return
		}
		for wait := often; ; {
			select {
			case <-p.sub.exited:
				return
			case <-time.After(wait):
			}
			began := time.Now()
			used := p.sub.tree.memory()
			if used > p.peak.Load() {
				p.peak.Store(used)
			}
			if used > limit {
				p.end(&failure.Failure{Kind: failure.Memory, Reason: fmt.Sprintf("used %s of memory; the limit is %s", bytesize.Format(used), bytesize.Format(limit)),
					Hint: "raise limits.memory in the sweep, or lower the method's batch size or the number of jobs"})
				p.sub.tree.killAll() // children in sessions of their own, too
			}
			room := time.Duration(max(0, limit-used)) * time.Second / growth
			wait = max(min(max(room, often), seldom), share*time.Since(began))
		}
	})
}
