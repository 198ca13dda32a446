//go:build unix

package store

import (
	"os"
	"runtime"
	"syscall"
)

// peak is the most memory that an ended process had, in kilobytes.
func peak(s *os.ProcessState) int64 {
	if u, ok := s.SysUsage().(*syscall.Rusage); ok && runtime.GOOS == "linux" {
		return u.Maxrss
	}
	return 0
}
