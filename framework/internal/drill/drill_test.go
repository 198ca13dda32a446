//go:build unix

// Package drill tries the binary with what it must not be hurt by: hostile files,
// sweeps and plugins, by class. It prints class, tried, survived, failed; the whole
// of it by
//
//	go test ./framework/internal/drill -whole -v -timeout 1h
package drill

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/cli"
	"github.com/assaylab/assay/plugins/baseline"
)

var (
	whole = flag.Bool("whole", false, "try all of every class, not the first of each")
	into  = flag.String("report", "", "append the tables to this `file`")
	other = flag.String("assay", "", "try this `binary` instead")
)

// TestMain makes copies of this binary into assay and into plugins, by name.
func TestMain(m *testing.M) {
	name := filepath.Base(os.Args[0])
	switch {
	case name == "assay":
		cli.Main(baseline.New, func() framework.Method { return nothing{} })
		return
	case name == "rogue":
		playRogue(os.Args[1])
		return
	case name == "measure":
		measure(os.Args[1:])
	}
	os.Exit(m.Run())
}

// What any single thing may cost: processor time is what a busy machine does not
// change, and nothing may take a minute.
const (
	mostTime   = 5 * time.Second
	mostWall   = time.Minute
	mostMemory = 300 << 20
)

// A site is a folder in which the binary is called.
type site struct {
	dir, assay, measure string
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{dir: t.TempDir()}
	s.assay, s.measure = s.copyOf(t, "assay"), s.copyOf(t, "measure")
	if *other != "" {
		if err := errors.Join(os.Remove(s.assay), os.Symlink(*other, s.assay)); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// copyOf is this test's binary by another name.
func (s *site) copyOf(t *testing.T, name string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.dir, "bin", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(self, path); err == nil {
		return path
	}
	from, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o755)
	if err == nil {
		_, err = io.Copy(to, from)
		err = errors.Join(err, to.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// outcome is how a call of the binary went.
type outcome struct {
	code           int
	stdout, stderr string
	cpu, wall      time.Duration
	memory         int64 // bytes at most
}

func (s *site) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.assay, args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + filepath.Join(s.dir, "bin") + ":" + os.Getenv("PATH"), "HOME=" + s.dir, "ASSAY_CACHE=" + filepath.Join(s.dir, "cache"), "TMPDIR=" + os.TempDir(), "LANG=C.UTF-8", "ASSAY_START_TIMEOUT=2s"}
	return cmd
}

// call calls the binary, by way of a small process: what a child has used at most
// includes its parent at the moment of the fork.
func (s *site) call(args ...string) outcome {
	ctx, cancel := context.WithTimeout(context.Background(), mostWall)
	defer cancel()
	cmd := s.command(ctx, args...)
	cmd.Path, cmd.Args = s.measure, append([]string{s.measure, s.assay}, args...)
	var stdout, stderr, used bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	r, w, err := os.Pipe()
	if err != nil {
		return outcome{code: -1, stderr: err.Error()}
	}
	cmd.ExtraFiles = []*os.File{w}
	cmd.WaitDelay = time.Second
	began := time.Now()
	err = cmd.Run()
	w.Close()
	_, _ = io.Copy(&used, r)
	r.Close()
	o := outcome{code: -1, stdout: stdout.String(), stderr: stderr.String(), wall: time.Since(began)}
	if _, scan := fmt.Sscan(used.String(), &o.code, &o.cpu, &o.memory); scan != nil {
		o.stderr += fmt.Sprint(err, scan)
	}
	return o
}

// measure runs a command and writes to descriptor 3 how it ended, and what it took.
func measure(args []string) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	dieWithUs(cmd)
	runtime.LockOSThread() // the death signal is tied to it
	_ = cmd.Run()
	p := cmd.ProcessState
	fmt.Fprintln(os.NewFile(3, "used"), p.ExitCode(), int64(p.UserTime()+p.SystemTime()), peakOf(p))
	os.Exit(0)
}

var died = regexp.MustCompile(`(?m)^(panic:|fatal error:|goroutine \d+ |SIG[A-Z]+: |runtime: )`)

// cost is what was too much, or how the host died: "" if neither.
func (o outcome) cost(beside int64) string {
	switch {
	case o.code < 0:
		return fmt.Sprintf("host death: it was ended after %v", o.wall)
	case died.MatchString(o.stderr):
		return "host death: " + first(o.stderr)
	case o.cpu > mostTime:
		return fmt.Sprintf("took %v of processor time", o.cpu)
	case o.memory > mostMemory+beside:
		return fmt.Sprintf("took %d MB", o.memory>>20)
	}
	return ""
}

// first is the beginning of a text.
func first(s string) string {
	if len(s) > 300 {
		s = s[:300] + "..."
	}
	return strings.TrimSpace(s)
}

// A tally counts by class.
type tally struct {
	what    string
	classes []string
	tried   map[string]int
	failed  map[string]int
	time    time.Duration
	memory  int64
	refused int
	read    int
}

func newTally(what string) *tally {
	return &tally{what: what, tried: map[string]int{}, failed: map[string]int{}}
}

// add counts a thing; why is empty where all went well.
func (c *tally) add(t *testing.T, class, name, why string, o outcome) {
	t.Helper()
	if !slices.Contains(c.classes, class) {
		c.classes = append(c.classes, class)
	}
	c.tried[class]++
	c.time, c.memory = max(c.time, o.cpu), max(c.memory, o.memory)
	if o.code == 0 {
		c.read++
	} else {
		c.refused++
	}
	if why != "" {
		c.failed[class]++
		t.Errorf("%s: %s: %s", class, name, why)
	}
}

func (c *tally) print(t *testing.T) {
	t.Helper()
	tried, failed := 0, 0
	var b strings.Builder
	fmt.Fprintf(&b, "%-44s %5s %8s %6s\n", c.what, "tried", "survived", "failed")
	for _, class := range c.classes {
		n, bad := c.tried[class], c.failed[class]
		fmt.Fprintf(&b, "%-44s %5d %8d %6d\n", class, n, n-bad, bad)
		tried, failed = tried+n, failed+bad
	}
	fmt.Fprintf(&b, "%-44s %5d %8d %6d\n", fmt.Sprintf("all %d classes", len(c.classes)), tried, tried-failed, failed)
	fmt.Fprintf(&b, "%d refused, %d taken; at most %v of processor time, %d MB\n", c.refused, c.read, c.time.Round(10*time.Millisecond), c.memory>>20)
	t.Log("\n" + b.String())
	c.report(t, b.String())
}

// report appends a table to the file of the long drill.
func (c *tally) report(t *testing.T, text string) {
	t.Helper()
	if *into == "" {
		return
	}
	f, err := os.OpenFile(*into, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = fmt.Fprintln(f, text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Error(err)
	}
}
