package host

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/assaylab/assay/framework/internal/wire"
)

// GuardCommand is the argument with which a host re-executes its own binary as
// its guard.
const GuardCommand = "guard"

// guardEnv tells the guard the mark of its host's plugins.
const guardEnv = "ASSAY_GUARD"

// Guard waits until the host is gone, however it ended, and then ends every
// process that carries its mark: plugins watch their lifeline, but what a
// plugin started in a session of its own does not.
func Guard() {
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) // it goes when the host does
	fd, err := strconv.Atoi(os.Getenv(wire.LifelineEnv))
	mark := os.Getenv(guardEnv)
	if err != nil || mark == "" {
		return
	}
	_, _ = io.Copy(io.Discard, os.NewFile(uintptr(fd), "lifeline"))
	killMarked(mark)
}

// startGuard starts the guard process, once, beside the first plugin. Without it
// everything works but the end of runaways after a SIGKILL of the host.
func (l *Launcher) startGuard() {
	if len(l.Guard) == 0 || !canWatchMemory { // it reads /proc
		return
	}
	l.guarded.Do(func() {
		cmd := exec.Command(l.Guard[0], l.Guard[1:]...)
		cmd.Dir = string(os.PathSeparator)
		cmd.Env = []string{wire.LifelineEnv + "=3", guardEnv + "=" + l.mark}
		cmd.ExtraFiles = []*os.File{l.lifeline[0]}
		ownGroup(cmd)
		if cmd.Start() == nil {
			go cmd.Wait() // reaps it should it end before us
		}
	})
}
