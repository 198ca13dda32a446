package host

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/assaylab/assay/framework/internal/wire"
)

var pageSize = int64(os.Getpagesize())

// ticks of the clock in which /proc counts processor time; fixed on Linux.
const ticksPerSecond = 100

// procStat is one line of /proc/PID/stat.
type procStat struct {
	process
	parent, group int
	zombie        bool
	cpu           time.Duration // user and system, with children that were waited for
	resident      int64         // bytes
}

func readStatus(pid int) (procStat, bool) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return procStat{}, false // it has ended
	}
	// The name, in brackets, may hold anything: fields count from its end. After
	// it: state, ppid, pgrp, ..., utime (11) to cstime (14), ..., starttime (19),
	// vsize, rss in pages (21).
	f := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(f) < 22 {
		return procStat{}, false
	}
	number := func(i int) int64 {
		n, _ := strconv.ParseInt(string(f[i]), 10, 64) // the kernel wrote it
		return n
	}
	used := number(11) + number(12) + number(13) + number(14)
	return procStat{
		process: process{pid: pid, start: uint64(number(19))},
		parent:  int(number(1)), group: int(number(2)), zombie: f[0][0] == 'Z' || f[0][0] == 'X',
		cpu: time.Duration(used) * time.Second / ticksPerSecond, resident: number(21) * pageSize,
	}, true
}

func allProcesses() []procStat {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	var out []procStat
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			if s, ok := readStatus(pid); ok {
				out = append(out, s)
			}
		}
	}
	return out
}

// marked reports whether the environment with which a process was started
// carries the mark, or begins with it where prefix is set.
func marked(pid int, mark string, prefix bool) bool {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return false // somebody else's, or gone
	}
	_, rest, ok := bytes.Cut(append([]byte{0}, text...), []byte("\x00"+wire.RunEnv+"="))
	if !ok {
		return false
	}
	value, _, _ := bytes.Cut(rest, []byte{0})
	if prefix {
		return bytes.HasPrefix(value, []byte(mark))
	}
	return string(value) == mark
}

func newTree(pid int, mark string) *tree {
	s, _ := readStatus(pid)
	return &tree{root: process{pid, s.start}, mark: mark, known: map[process]bool{}, foreign: map[process]bool{}}
}

// members lists the living processes of the tree. Who was foreign before is not
// asked again, unless afresh: a process inherits its mark.
func (t *tree) members(afresh bool) []procStat {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := allProcesses()
	in := map[int]bool{}
	for _, s := range all {
		switch {
		case s.process == t.root || s.group == t.root.pid || t.known[s.process]:
			in[s.pid] = true
		case s.start < t.root.start || t.foreign[s.process] && !afresh:
		case marked(s.pid, t.mark, false):
			in[s.pid] = true
		default:
			t.foreign[s.process] = true
		}
	}
	for grown := true; grown; { // descendants of members, however deep
		grown = false
		for _, s := range all {
			if !in[s.pid] && in[s.parent] {
				in[s.pid], grown = true, true
			}
		}
	}
	var out []procStat
	for _, s := range all {
		if in[s.pid] && !s.zombie {
			t.known[s.process] = true
			out = append(out, s)
		}
	}
	return out
}

// memory is the resident memory of the whole tree, in bytes.
func (t *tree) memory() int64 {
	var sum int64
	for _, s := range t.members(false) {
		sum += s.resident
	}
	return sum
}

// processorTime is what a process and the children that it waited for have used.
func processorTime(pid int) time.Duration {
	s, _ := readStatus(pid)
	return s.cpu
}

// working reports whether a thread of the tree runs, wants to run, or waits for
// the disk at this moment.
func (t *tree) working() bool {
	for _, s := range t.members(false) {
		threads, _ := filepath.Glob("/proc/" + strconv.Itoa(s.pid) + "/task/*/stat")
		for _, path := range threads {
			text, err := os.ReadFile(path)
			if err != nil {
				continue // it has ended
			}
			if _, rest, ok := bytes.Cut(text, []byte(") ")); ok && (rest[0] == 'R' || rest[0] == 'D') {
				return true
			}
		}
	}
	return false
}

// kill ends whatever of the tree is still there once its root is gone, and says
// how many processes that were. Helpers that end with their parent have a
// moment to do so.
func (t *tree) kill() int {
	left := t.members(true)
	for range 3 {
		if len(left) == 0 {
			return 0
		}
		time.Sleep(5 * time.Millisecond)
		left = t.members(true)
	}
	n := len(left)
	for range 50 { // whoever forks while we look is found in the next round
		if len(left) == 0 {
			break
		}
		for _, s := range left {
			syscall.Kill(s.pid, syscall.SIGKILL)
		}
		time.Sleep(time.Millisecond)
		left = t.members(true)
	}
	return n
}

// killMarked ends every process that a host with this mark has started.
func killMarked(mark string) {
	for range 100 {
		n := 0
		for _, s := range allProcesses() {
			if !s.zombie && marked(s.pid, mark, true) {
				syscall.Kill(s.pid, syscall.SIGKILL)
				n++
			}
		}
		if n == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// peakMemory is the largest resident memory so far of one process, in bytes; 0
// if it has ended. (The rusage of a reaped child also counts the host's memory
// at the moment of the fork, so it will not do.)
func peakMemory(pid int) int64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	_, rest, ok := bytes.Cut(text, []byte("VmHWM:"))
	if !ok {
		return 0
	}
	kib, err := strconv.ParseInt(string(bytes.Fields(rest)[0]), 10, 64)
	if err != nil {
		return 0
	}
	return kib << 10
}

// forgetPeak starts the measurement of peakMemory anew.
func forgetPeak(pid int) {
	// Where it fails, the peak of earlier trials stays: too large, never too small.
	_ = os.WriteFile("/proc/"+strconv.Itoa(pid)+"/clear_refs", []byte("5"), 0)
}

// canWatchMemory says whether limits.memory can be enforced here.
const canWatchMemory = true
