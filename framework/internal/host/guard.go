package host

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/assaylab/assay/framework/internal/wire"
)

// GuardCommand is the argument with which a host re-executes its own binary as
// its guard.
const GuardCommand = "guard"

// What the guard is told: the mark of its host's plugins, and the host's folder.
const (
	guardEnv       = "ASSAY_GUARD"
	guardFolderEnv = "ASSAY_GUARD_FOLDER"
)

// Guard waits until the host is gone, however it ended, and then ends every
// process that carries its mark and removes the host's sockets: plugins watch
// their lifeline, but what a plugin started in a session of its own does not.
func Guard() {
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) // it goes when the host does
	fd, err := strconv.Atoi(os.Getenv(wire.LifelineEnv))
	host, ok := parseMark(os.Getenv(guardEnv))
	if err != nil || !ok {
		return
	}
	_, _ = io.Copy(io.Discard, os.NewFile(uintptr(fd), "lifeline"))
	killMarked(host)
	if dir := os.Getenv(guardFolderEnv); dir != "" {
		removeNoted(dir)
		_ = os.RemoveAll(dir) // the next host tries again
	}
}

// startGuard starts the guard process beside the first plugin, and another one
// whenever it is killed. Without it everything works but the end of runaways after
// a SIGKILL of the host: those are ended by the next host (see sweep).
func (l *Launcher) startGuard() {
	if len(l.Guard) == 0 || !canWatchMemory { // it reads /proc
		return
	}
	l.guarded.Do(func() {
		guard, err := l.newGuard()
		if err != nil {
			return
		}
		go func() {
			for {
				_ = wait(guard)
				select {
				case <-l.closed:
					return
				case <-time.After(100 * time.Millisecond): // not too often, should it end by itself
				}
				if guard, err = l.newGuard(); err != nil {
					return
				}
			}
		}()
	})
}

func (l *Launcher) newGuard() (*exec.Cmd, error) {
	cmd := exec.Command(l.Guard[0], l.Guard[1:]...)
	cmd.Dir = string(os.PathSeparator)
	cmd.Env = []string{wire.LifelineEnv + "=3", guardEnv + "=" + l.mark.String(), guardFolderEnv + "=" + l.folder.dir}
	cmd.ExtraFiles = []*os.File{l.lifeline[0]}
	ownGroup(cmd)
	return cmd, startMarked(cmd, nil, l.mark)
}
