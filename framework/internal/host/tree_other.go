//go:build !linux

package host

import "time"

// Without /proc the process group is all that is known of what a plugin started.

func newTree(pid int, mark string) *tree { return &tree{root: process{pid: pid}, mark: mark} }

func (t *tree) memory() int64 { return 0 }

func processorTime(int) time.Duration { return 0 }

func (t *tree) working() bool { return false }

func (t *tree) kill() int { killGroup(t.root.pid); return 0 }

func killMarked(string) {}

func peakMemory(int) int64 { return 0 }

func forgetPeak(int) {}

// canWatchMemory says whether limits.memory can be enforced here.
const canWatchMemory = false
