//go:build unix && !linux && !darwin

package host

import "syscall"

func changeTime(*syscall.Stat_t) int64 { return 0 } // the other marks have to do
