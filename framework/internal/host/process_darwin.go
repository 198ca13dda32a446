package host

import (
	"os/exec"
	"syscall"
)

// macOS has neither a parent-death signal nor CPU sets: the lifeline pipe ends
// plugins when the host dies, and threads are limited by the environment alone.
func startProcess(cmd *exec.Cmd, _ []int, _ mark, _ *sandbox, _ <-chan struct{}) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd.Start()
}

func changeTime(s *syscall.Stat_t) int64 { return s.Ctimespec.Nano() }
