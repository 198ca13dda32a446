//go:build unix

package framework

import "syscall"

// endGroup kills the process group if this process leads it: the host starts
// every plugin as the leader of its own.
func endGroup() {
	if syscall.Getpgrp() == syscall.Getpid() {
		syscall.Kill(-syscall.Getpid(), syscall.SIGKILL)
	}
}
