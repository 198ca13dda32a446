package methodtest

import (
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/assaylab/assay/framework/internal/conformance"
)

var _ conformance.Traced = (*session)(nil)

// Traces looks at the test's own process.
func (s *session) Traces() (conformance.Traces, error) {
	var t conformance.Traces
	var err error
	if t.Folder, err = os.Getwd(); err != nil {
		return t, err
	}
	t.Environment, t.Goroutines = os.Environ(), started()
	if _, err := os.Stat("/proc/self/fd"); err == nil {
		// What earlier work has left to the collector is no trace, and would hide one.
		for range 2 {
			runtime.GC()
			time.Sleep(5 * time.Millisecond)
		}
		t.Files, err = conformance.OpenFiles("/proc/self/fd")
		return t, err
	}
	return t, nil
}

// started counts the goroutines that were not started by the runtime, the test or
// the transport. Those that are about to end get a moment to.
func started() int {
	n := 0
	for range 20 {
		if n = othersGoroutines(); n == 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	return n
}

func othersGoroutines() (n int) {
	text := make([]byte, 1<<20)
	text = text[:runtime.Stack(text, true)]
	for stack := range strings.SplitSeq(string(text), "\n\n") {
		_, by, made := strings.Cut(stack, "created by ")
		ours := slices.ContainsFunc([]string{"testing.", "runtime", "google.golang.org/grpc", "github.com/assaylab/assay/framework/methodtest.inProcess", "os/signal", "net."}, func(prefix string) bool { return strings.HasPrefix(by, prefix) })
		if made && !ours {
			n++
		}
	}
	return n
}
