//go:build unix

package data

import (
	"os"
	"syscall"
)

// lockFile locks an open file for this process alone or shared with others, or says
// at once that it cannot. The lock ends with the file.
func lockFile(f *os.File, alone bool) error {
	how := syscall.LOCK_SH
	if alone {
		how = syscall.LOCK_EX
	}
	return syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
}
