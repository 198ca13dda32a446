package host

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
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

// allPids lists the processes of the machine, or of this container.
func allPids() []int {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	var out []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			out = append(out, pid)
		}
	}
	return out
}

// lastPid is the number that was last given to a process or thread; 0 where that
// is not known.
func lastPid() int {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	f := bytes.Fields(text)
	if len(f) < 5 {
		return 0
	}
	pid, _ := strconv.Atoi(string(f[4]))
	return pid
}

// A pidRange remembers when it was made. Numbers are given in order, so that who
// has come since has one of a range, which is quicker to look through than the
// whole machine.
type pidRange struct {
	last int // 0: not known
	made time.Time
}

func newPidRange() pidRange { return pidRange{lastPid(), time.Now()} }

// since lists those that may have come since, or everybody: where the order is
// not known, where they are many, and where it is so long ago that the numbers
// may have come round.
func (r pidRange) since() []int {
	const many, long = 1000, 5 * time.Second
	last := lastPid()
	if r.last == 0 || last < r.last || last-r.last > many || time.Since(r.made) > long {
		return allPids()
	}
	var out []int
	for pid := r.last + 1; pid <= last; pid++ {
		fd, err := unix.PidfdOpen(pid, 0) // threads have numbers too, and none of these
		if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
			return allPids()
		}
		if err == nil {
			unix.Close(fd)
			out = append(out, pid)
		}
	}
	return out
}

// processorTime is what a process and the children that it waited for have used.
func processorTime(pid int) time.Duration {
	s, _ := readStatus(pid)
	return s.cpu
}

// peakMemory is the largest resident memory so far of one process, in bytes; 0
// if it has ended. (The rusage of a reaped child also counts the host's memory
// at the moment of the fork, so it will not do.)
func peakMemory(pid int) int64 { return statusBytes(pid, "VmHWM:") }

// statusBytes is an amount of memory in /proc/PID/status; 0 if the process has ended.
func statusBytes(pid int, field string) int64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	_, rest, ok := bytes.Cut(text, []byte(field))
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

// startOf is when a process began.
func startOf(pid int) uint64 {
	s, _ := readStatus(pid)
	return s.start
}

// alive reports whether a process is still there.
func alive(p process) bool {
	s, ok := readStatus(p.pid)
	return ok && s.process == p && !s.zombie
}

// bootID tells this run of the machine from others.
func bootID() string {
	text, _ := os.ReadFile("/proc/sys/kernel/random/boot_id") // "" is one as good as another
	return string(bytes.TrimSpace(text))
}
