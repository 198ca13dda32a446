package conformance

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Traces are what a trial can leave behind in a process besides its memory. What
// is not known is empty.
type Traces struct {
	Folder      string   // working folder
	Environment []string // NAME=value
	Files       []string // that are open
	Goroutines  int      // that the method has started
}

// A Traced session lets the suite look at them.
type Traced interface {
	Traces() (Traces, error)
}

// LeftBehind begins the lines by which an SDK says in a trial's log what training
// has left in the process.
const LeftBehind = "left behind: "

// OpenFiles lists the regular files that a process has open, of its folder of
// descriptors (/proc/PID/fd).
func OpenFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		path, err := os.Readlink(filepath.Join(dir, e.Name()))
		if err == nil && strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "/dev/") && !strings.HasPrefix(path, "/proc/") && !strings.HasPrefix(path, "/memfd:") {
			out = append(out, path)
		}
	}
	return out, nil
}

// compareTraces looks at a process after its first and its third trial. What the
// first one has set up may stay; what every trial adds to may not.
func compareTraces(f *Finding, first, third Traces) {
	if first.Folder != third.Folder {
		f.failf("the working folder was %s after one trial, and %s after three", first.Folder, third.Folder)
	}
	if n, m := len(first.Files), len(third.Files); m > n {
		f.failf("%d files were open after one trial, %d after three: %s", n, m, strings.Join(third.Files, ", "))
	}
	if first.Goroutines < third.Goroutines {
		f.failf("there were %d goroutines after one trial, %d after three", first.Goroutines, third.Goroutines)
	}
	for _, v := range third.Environment {
		if !slices.Contains(first.Environment, v) {
			f.failf("the environment has %s after three trials, but not after one", v)
		}
	}
}
