//go:build unix

package host

import (
	"os/exec"
	"syscall"
)

// killGroup ends a plugin and everything it started that stayed in its group.
func killGroup(pid int) { syscall.Kill(-pid, syscall.SIGKILL) }

// ownGroup keeps the terminal's signals away from a process.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
