//go:build unix

package host

import "syscall"

// killGroup ends a plugin and everything it started that stayed in its group.
func killGroup(pid int) { syscall.Kill(-pid, syscall.SIGKILL) }
