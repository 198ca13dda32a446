//go:build unix

package regular

import "golang.org/x/sys/unix"

const (
	noWait   = unix.O_NONBLOCK // a pipe that took the file's place opens at once
	noFollow = unix.O_NOFOLLOW
)
