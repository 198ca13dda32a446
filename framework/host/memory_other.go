//go:build !linux

package host

func groupMemory(int) int64 { return 0 }

func peakMemory(int) int64 { return 0 }

// canWatchMemory says whether limits.memory can be enforced here.
const canWatchMemory = false
