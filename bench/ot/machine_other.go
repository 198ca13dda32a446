//go:build !linux

package main

import (
	"fmt"
	"runtime"
	"time"
)

var begun = time.Now()

// processorTime is the wall clock's here.
func processorTime() time.Duration { return time.Since(begun) }

func load() string { return "unknown" }

func machine() error {
	fmt.Printf("- %s/%s, %d cores; %s\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	return nil
}
