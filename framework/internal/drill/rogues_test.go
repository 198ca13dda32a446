//go:build unix

package drill

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/trial"
)

// rogueSite is a site with a plugin for every behaviour: a script beside this binary.
func rogueSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	s.write(t, "tiny.csv", "x,trial\n1,0\n2,0\n3,1\n4,1\n5,2\n6,2\n7,3\n8,3\n")
	if err := os.Rename(s.copyOf(t, "rogue"), s.write(t, "rogues/rogue", "")); err != nil {
		t.Fatal(err)
	}
	names := []string{"well-behaved"}
	for name := range extras {
		names = append(names, name)
	}
	for _, class := range behaviours() {
		for _, b := range class.all {
			names = append(names, class.slug+"-"+b.name)
		}
	}
	for _, name := range names {
		path := s.write(t, "rogues/"+name, fmt.Sprintf("#!/bin/sh\nexec %s %s\n", filepath.Join(s.dir, "rogues", "rogue"), name))
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s *site) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// sweepOf is a sweep of these plugins.
func (s *site) sweepOf(t *testing.T, name, limits string, plugins ...string) string {
	t.Helper()
	text := "version: 2\nname: " + name + "\ndatasets:\n  tiny: {source: tiny.csv, read: {samples: [x]}, split: {by: trial, train: 0.5, test: 0.5}}\nmethods:\n"
	for _, p := range plugins {
		text += fmt.Sprintf("  %s: {plugin: ./rogues/%s}\n", p, p)
	}
	return filepath.Base(s.write(t, name+".yaml", text+"seeds: 1\nlimits: {"+limits+"}\nkeep: {models: true}\n"))
}

// own is what a process has used by itself: the most memory, and processor time.
func own(pid int) (memory int64, cpu time.Duration) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0
	}
	if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok {
		kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64) // the kernel wrote it
		memory = kb << 10
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return memory, 0
	}
	f := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	user, _ := strconv.Atoi(string(f[11]))
	system, _ := strconv.Atoi(string(f[12]))
	return memory, time.Duration(user+system) * 10 * time.Millisecond
}

// growing is text that is read while it is written.
type growing struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (g *growing) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.Write(p)
}

func (g *growing) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.String()
}

// watched runs the binary and measures the host alone, without its plugins. interrupt,
// if it is not 0, is when it is interrupted, twice; the time is from the second.
func (s *site) watched(interrupt time.Duration, args ...string) (o outcome, late time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), mostWall)
	defer cancel()
	cmd := s.command(ctx, args...)
	var stdout, stderr growing
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = time.Second
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return outcome{code: -1, stderr: err.Error()}, 0
	}
	done, stopped := make(chan struct{}), make(chan struct{})
	var memory int64
	var cpu time.Duration
	var second time.Time
	go func() {
		defer close(stopped)
		for {
			if m, c := own(cmd.Process.Pid); m > 0 {
				memory, cpu = max(memory, m), max(cpu, c)
			}
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	if interrupt > 0 {
		go func() {
			select {
			case <-done:
				return
			case <-time.After(interrupt):
			}
			_ = cmd.Process.Signal(os.Interrupt)
			// Two signals that wait at one time are one: the first has to arrive.
			for range 100 {
				if strings.Contains(stderr.String(), "stopping") {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			time.Sleep(100 * time.Millisecond)
			second = time.Now()
			_ = cmd.Process.Signal(os.Interrupt)
		}()
	}
	_ = cmd.Wait()
	if !second.IsZero() {
		late = time.Since(second)
	}
	close(done)
	<-stopped
	code := cmd.ProcessState.ExitCode()
	if s, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		code = -int(s.Signal())
	}
	return outcome{code: code, stdout: stdout.String(), stderr: stderr.String(), wall: time.Since(began), memory: memory, cpu: cpu}, late
}

// left is what these drills leave behind: processes, files in shared memory.
func left() string {
	for range 100 {
		found, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		n := 0
		for _, path := range found {
			if text, err := os.ReadFile(path); err == nil && (string(text) == "sleep\x00"+staying+"\x00" || strings.Contains(string(text), "/rogues/rogue\x00")) {
				n++
			}
		}
		shared, _ := filepath.Glob("/dev/shm/drill*")
		if n+len(shared) == 0 {
			return ""
		}
		time.Sleep(20 * time.Millisecond)
	}
	return "something is left behind"
}

// TestHostilePlugins: each fails for a reason or does no harm, the good one beside
// them is right, nothing is written where it does not belong, and nothing is left.
func TestHostilePlugins(t *testing.T) {
	s := rogueSite(t)
	c := newTally("hostile plugins")
	type one struct {
		class string
		behaviour
		plugin string
	}
	var batches [][]one
	for _, class := range behaviours() {
		if len(class.all) != 5 {
			t.Errorf("%s has %d behaviours", class.name, len(class.all))
		}
		var batch []one
		for _, b := range class.all {
			batch = append(batch, one{class.name, b, class.slug + "-" + b.name})
		}
		if !*whole {
			batch = batch[:1]
		}
		batches = append(batches, batch)
	}
	const early = 4 // classes of which nothing runs: the sweep is refused
	if !*whole {    // all at once
		batches = [][]one{slices.Concat(batches[:early]...), slices.Concat(batches[early:]...)}
	}
	before, err := os.ReadFile(filepath.Join(s.dir, "rogues", "well-behaved"))
	if err != nil {
		t.Fatal(err)
	}
	for i, batch := range batches {
		plugins := []string{"well-behaved"}
		refused := i < early && (*whole || i == 0)
		if refused {
			plugins = nil
		}
		for _, b := range batch {
			plugins = append(plugins, b.plugin)
		}
		name := fmt.Sprint("drill", i)
		sweep := s.sweepOf(t, name, "timeout: 5s, memory: 400MiB", plugins...)
		o, _ := s.watched(0, "run", sweep, "--results", "r", "--jobs", "6")
		o.cpu /= time.Duration(len(batch)) // each
		why := o.cost(0)
		if strings.ContainsAny(o.stdout+o.stderr, "\x1b\u202e\u009b") {
			why = "it reaches the terminal"
		}
		if rest := left(); rest != "" && why == "" {
			why = rest
		}
		if found := s.canaries(); found != "" {
			why = found + " was written"
		}
		if now, err := os.ReadFile(filepath.Join(s.dir, "rogues", "well-behaved")); err != nil || !bytes.Equal(before, now) {
			why = "the plugin was changed"
		}
		records := s.records(t, name)
		if r, ok := records["well-behaved"]; why == "" && !refused && (!ok || r.Status != trial.Succeeded || ones(r) != 1) {
			why = "the good plugin beside it: " + first(o.stderr)
		}
		for _, b := range batch {
			reason := why
			r, ok := records[b.plugin]
			switch {
			case reason != "":
			case !ok && (o.code == 0 || !strings.Contains(o.stderr, b.plugin)):
				reason = "no word of it: " + first(o.stderr)
			case ok && r.Status == trial.Succeeded && b.fails:
				reason = "it is taken"
			case ok && r.Status == trial.Succeeded && ones(r) != 1:
				reason = "a wrong number"
			case ok && len(r.Cases) > 0:
				reason = "wrong numbers for its cases"
			}
			if testing.Verbose() && *whole && r.Failure != nil {
				t.Logf("  %s: %s: %s", b.plugin, r.Failure.Kind, first(r.Failure.Reason))
			}
			each := o
			if !ok || r.Status != trial.Succeeded {
				each.code = 1
			} else {
				each.code = 0
			}
			c.add(t, b.class, b.behaviour.name, reason, each)
		}
	}
	c.print(t)
}

// ones is the metric of a record; 0 where there is another, or none.
func ones(r trial.Record) float64 {
	for _, m := range r.Metrics {
		if m.Name != "one" || m.Value != 1 {
			return 0
		}
	}
	return float64(min(1, len(r.Metrics)))
}

func (s *site) records(t *testing.T, name string) map[string]trial.Record {
	t.Helper()
	f, err := os.Open(filepath.Join(s.dir, "r", name, "records.jsonl"))
	if err != nil {
		return nil
	}
	defer f.Close()
	out := map[string]trial.Record{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var r struct {
			Method string `json:"method_id"`
			trial.Record
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		out[r.Method] = r.Record
	}
	return out
}

// canaries finds what a plugin wrote outside of its own folders.
func (s *site) canaries() (found string) {
	_ = filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == canary {
			found = path
		}
		return nil
	})
	return found
}

// TestSecondInterrupt: the second Ctrl-C ends the host within two seconds, whatever
// its plugin is doing, and nothing is left.
func TestSecondInterrupt(t *testing.T) {
	s := rogueSite(t)
	c := newTally("second Ctrl-C")
	var mu sync.Mutex
	var wg sync.WaitGroup
	turn := make(chan struct{}, 4)
	var slowest time.Duration
	for _, class := range behaviours() {
		for _, b := range class.all {
			if !*whole && !slices.Contains([]string{"start-silent", "describe-never", "hang-sleeps", "hang-stops", "stream-log", "flood-lines"}, class.slug+"-"+b.name) {
				continue
			}
			wg.Go(func() {
				turn <- struct{}{}
				defer func() { <-turn }()
				name := class.slug + "-" + b.name
				sweep := s.sweepOf(t, "stop-"+name, "timeout: 1m, memory: 2GiB", name)
				o, late := s.watched(700*time.Millisecond, "run", sweep, "--results", "r-"+name)
				why := ""
				switch {
				case o.code < 0 && o.code != -int(syscall.SIGINT) || died.MatchString(o.stderr):
					why = "host death: " + first(o.stderr)
				case late > 2*time.Second:
					why = fmt.Sprintf("it ends %v after the second Ctrl-C", late)
				}
				mu.Lock()
				defer mu.Unlock()
				slowest = max(slowest, late)
				c.add(t, class.name, b.name, why, o)
			})
		}
	}
	wg.Wait()
	if rest := left(); rest != "" {
		t.Error(rest)
	}
	c.print(t)
	slow := fmt.Sprintf("the slowest ended %v after the second Ctrl-C\n", slowest.Round(time.Millisecond))
	t.Log(slow)
	c.report(t, slow)
}
