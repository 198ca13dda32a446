//go:build !linux

package host

import (
	"os/exec"
	"time"
)

// Without /proc the process group is all that is known of what a plugin started.

type (
	pidRange struct{}
	before   struct{}
)

func lookAround() before { return before{} }

func newTree(pid int, m mark, _ before) *tree { return &tree{root: process{pid: pid}, mark: m} }

func (t *tree) memory() int64 { return 0 }

func processorTime(int) time.Duration { return 0 }

func (t *tree) working() bool { return false }

func (t *tree) kill() int { killGroup(t.root.pid); return 0 }

func (t *tree) killAll() { killGroup(t.root.pid) }

func killMarked(mark) {}

func peakMemory(int) int64 { return 0 }

func forgetPeak(int) {}

func adopt() {}

// What is in shared memory is not known here.

const noteFile = ""

type sharedWatch struct{}

func newSharedWatch(string) *sharedWatch { return nil }

func (*sharedWatch) close() {}

func (*sharedWatch) add(*tree) {}

func (*sharedWatch) remove(*tree) {}

func removeNoted(string) {}

func wait(cmd *exec.Cmd) error { return cmd.Wait() }

func startMarked(cmd *exec.Cmd, _ []int, _ mark) error { return cmd.Start() }

// What is not known of a process: a folder is then judged by its lock alone.

func startOf(int) uint64 { return 0 }

func bootID() string { return "" }

func alive(process) bool { return false }

// canWatchMemory says whether limits.memory can be enforced here.
const canWatchMemory = false
