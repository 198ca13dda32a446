package host

import (
	"fmt"
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

func startProcess(cmd *exec.Cmd, cpus []int) error {
	launcherOnce.Do(func() {
		go func() {
			runtime.LockOSThread()
			for f := range launcher {
				f()
			}
		}()
	})
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	result := make(chan error, 1)
	launcher <- func() { result <- startOn(cmd, cpus) }
	return <-result
}

func startOn(cmd *exec.Cmd, cpus []int) error {
	if len(cpus) == 0 {
		return cmd.Start()
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
	err := cmd.Start()
	if back := unix.SchedSetaffinity(0, &before); back != nil && err == nil {
		killGroup(cmd.Process.Pid)
		err = fmt.Errorf("restoring the CPU set: %w", back)
	}
	return err
}
