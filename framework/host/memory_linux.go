package host

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
)

var pageSize = int64(os.Getpagesize())

// groupMemory is the resident memory in bytes of all processes of a group.
func groupMemory(pgid int) int64 {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	var sum int64
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		// The name, in brackets, may hold anything: fields count from its end.
		// After it: state, ppid, pgrp (index 2), ..., rss in pages (index 21).
		end := bytes.LastIndexByte(text, ')')
		fields := bytes.Fields(text[end+1:])
		if len(fields) < 22 || string(fields[2]) != strconv.Itoa(pgid) {
			continue
		}
		pages, err := strconv.ParseInt(string(fields[21]), 10, 64)
		if err == nil {
			sum += pages * pageSize
		}
	}
	return sum
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
	fields := bytes.Fields(rest)
	kib, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		return 0
	}
	return kib << 10
}

// canWatchMemory says whether limits.memory can be enforced here.
const canWatchMemory = true
