package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// processorTime is what this process has used.
func processorTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

func load() string {
	text, _ := os.ReadFile("/proc/loadavg")
	one, _, _ := strings.Cut(string(text), " ")
	return one
}

func machine() error {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(string(text), "model name")
	model, _, _ := strings.Cut(rest, "\n")
	fmt.Printf("- %s, %d cores; %s\n", strings.Trim(model, "\t :"), runtime.NumCPU(), runtime.Version())
	return nil
}
