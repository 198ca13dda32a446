package host

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// before is how things were before a tree began.
type before struct {
	pids   pidRange
	shared map[file]bool // what was in shared memory
}

func lookAround() before { return before{newPidRange(), inShared()} }

func newTree(pid int, m mark, b before) *tree {
	s, _ := readStatus(pid)
	t := &tree{root: process{pid, s.start}, mark: m, before: b, known: map[process]bool{}, seen: b.pids, shared: map[file]string{}}
	if last := lastPid(); last >= b.pids.last && (pid <= b.pids.last || pid > last) {
		t.before.pids.last, t.seen.last = 0, 0 // numbers are given in another order here
	}
	return t
}

// members lists the living processes of the tree: those known, and who has come
// since the last look; afresh, all since the start.
func (t *tree) members(afresh bool) []procStat {
	t.mu.Lock()
	defer t.mu.Unlock()
	from := t.seen
	if afresh {
		from = t.before.pids
	}
	t.seen = newPidRange()
	if t.before.pids.last == 0 {
		t.seen.last = 0
	}
	in := map[int]bool{}
	var out []procStat
	add := func(s procStat) {
		in[s.pid] = true
		if s.zombie {
			reap(s)
			return
		}
		t.known[s.process] = true
		out = append(out, s)
	}
	for p := range t.known {
		if s, ok := readStatus(p.pid); ok && s.process == p {
			add(s)
		} else {
			delete(t.known, p)
		}
	}
	var others []procStat
	for _, pid := range from.since() {
		if in[pid] {
			continue
		}
		s, ok := readStatus(pid)
		switch {
		case !ok || s.start < t.root.start:
		case s.process == t.root || t.owns(s):
			add(s)
		default:
			others = append(others, s)
		}
	}
	for grown := true; grown; { // descendants of members, however deep
		grown = false
		for _, s := range others {
			if !in[s.pid] && in[s.parent] {
				add(s)
				grown = true
			}
		}
	}
	return out
}

// owns reports whether a process belongs to the tree by what it carries. One that
// has shed every mark and lost its parent has become a child of this process
// (see adopt), which has no others that are in neither its group nor marked: it
// belongs to whichever tree looks first.
func (t *tree) owns(s procStat) bool {
	if s.group == t.root.pid {
		return true
	}
	if s.group == syscall.Getpgrp() {
		return false
	}
	m, ok := readMark(s.pid)
	return m == t.mark || !ok && s.parent == os.Getpid()
}

// memory is the resident memory of the whole tree, in bytes, and its files in
// shared memory.
func (t *tree) memory() int64 {
	members := t.members(false)
	sum := t.sharedBytes(members)
	for _, s := range members {
		sum += s.resident
	}
	return sum
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
	for range 100 { // whoever forks while we look is found in the next round
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

// killAll ends every living process of the tree at once.
func (t *tree) killAll() {
	for _, s := range t.members(false) {
		syscall.Kill(s.pid, syscall.SIGKILL)
	}
}

// killMarked ends every process that the host with this mark has started, but
// for its guard.
func killMarked(host mark) {
	for range 100 {
		n := 0
		for _, pid := range allPids() {
			s, ok := readStatus(pid)
			if !ok || s.zombie {
				continue
			}
			if m, ok := readMark(pid); ok && m.host == host.host && m.launch != 0 {
				syscall.Kill(pid, syscall.SIGKILL)
				n++
			}
		}
		if n == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// canWatchMemory says whether limits.memory can be enforced here.
const canWatchMemory = true
