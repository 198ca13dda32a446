//go:build unix

package host

import (
	"syscall"
	"time"
)

// spentHere is the processor time of this process, spentSoFar also that of its
// children that have ended.
func spentHere() time.Duration { return processor(syscall.RUSAGE_SELF) }

func spentSoFar() time.Duration { return spentHere() + processor(syscall.RUSAGE_CHILDREN) }

func processor(who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
