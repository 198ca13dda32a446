package host

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// The parent-death signal follows the thread that started the child, not the
// process. All plugins are therefore started by one goroutine that never lets
// go of its thread. The thread takes on the CPU set of the child for the moment
// of the start, and the child inherits it.
var (
	launcher     = make(chan func())
	launcherOnce sync.Once
)

func startProcess(cmd *exec.Cmd, cpus []int, m mark, box *sandbox, gone <-chan struct{}) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if box == nil {
		return startMarked(cmd, cpus, m)
	}
	return inTurn(func() error {
		return started(cmd, func() error { return startConfined(box, gone, func() error { return startOn(cmd, cpus, m) }) })
	})
}

func startMarked(cmd *exec.Cmd, cpus []int, m mark) error {
	return inTurn(func() error { return started(cmd, func() error { return startOn(cmd, cpus, m) }) })
}

// inTurn starts processes one after another, from the one thread.
func inTurn(start func() error) error {
	launcherOnce.Do(func() {
		go func() {
			runtime.LockOSThread()
			for f := range launcher {
				f()
			}
		}()
	})
	result := make(chan error, 1)
	launcher <- func() { result <- start() }
	return <-result
}

func startOn(cmd *exec.Cmd, cpus []int, m mark) error {
	if len(cpus) == 0 {
		return marked(m, cmd.Start)
	}
	var before, set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return fmt.Errorf("reading the CPU set: %w", err)
	}
	for _, c := range cpus {
		set.Set(c)
	}
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("limiting to CPUs %v: %w", cpus, err)
	}
	err := marked(m, cmd.Start)
	if back := unix.SchedSetaffinity(0, &before); back != nil && err == nil {
		killGroup(cmd.Process.Pid)
		err = fmt.Errorf("restoring the CPU set: %w", back)
	}
	return err
}

// children are the processes that this one has started and will wait for.
var children = struct {
	sync.Mutex
	pids map[int]bool
}{pids: map[int]bool{}}

// started starts a process and notes that somebody waits for it.
func started(cmd *exec.Cmd, start func() error) error {
	children.Lock()
	defer children.Unlock()
	err := start()
	if err == nil {
		children.pids[cmd.Process.Pid] = true
	}
	return err
}

// wait is cmd.Wait for what was started so.
func wait(cmd *exec.Cmd) error {
	err := cmd.Wait()
	children.Lock()
	defer children.Unlock()
	delete(children.pids, cmd.Process.Pid)
	return err
}

var adoptOnce sync.Once

// adopt makes this process the parent of whatever its plugins leave behind,
// rather than init: it can then be found whatever else it has shed.
func adopt() {
	adoptOnce.Do(func() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }) // an old kernel: marks have to do
}

// reap buries a dead process that this one has adopted.
func reap(s procStat) {
	if s.parent != os.Getpid() || s.group == syscall.Getpgrp() {
		return
	}
	children.Lock()
	defer children.Unlock()
	if !children.pids[s.pid] {
		_, _ = syscall.Wait4(s.pid, nil, syscall.WNOHANG, nil)
	}
}

func changeTime(s *syscall.Stat_t) int64 { return s.Ctim.Nano() }
