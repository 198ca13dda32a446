package host

import (
	"time"

	"github.com/assaylab/assay/framework/internal/wire"
)

// Calls is the plugin's end of the boundary.
func (p *Process) Calls() wire.MethodClient { return p.Method }

// Via is how the plugin is spoken to.
func (p *Process) Via() Transport { return p.Transport }

// Confined is how far the process is confined, and what was granted it: "" if not.
func (p *Process) Confined() string { return p.Confinement }

// Log is what the plugin has said since it started or the last Begin.
func (p *Process) Log() *Tail { return p.tail }

// Folders are those that the process has for itself, or with others of the same
// plugin, beside its working folder.
func (p *Process) Folders() []string { return p.folders }

// StartUp is the time from launch to handshake.
func (p *Process) StartUp() time.Duration { return p.startUp }

// Ended reports whether the process is gone.
func (p *Process) Ended() bool { return p.hasEnded(false) }

// Begin starts the measurements and the log of another trial in this process.
func (p *Process) Begin() {
	p.tail.Reset()
	p.peak.Store(0)
	forgetPeak(p.sub.started())
	p.before = processorTime(p.sub.started())
}

// Spent is what the process has cost since Begin.
func (p *Process) Spent() Usage {
	u := p.memory()
	u.CPU = max(0, processorTime(p.sub.started())-p.before)
	return u
}
