//go:build linux

package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/study"
)

// Files that say who owns a folder of results are removed by hand while a host lives:
// another host cannot write, or the first one stops with a clear word. Never do both
// write, and nothing is lost.
func TestLockFilesRemovedByHand(t *testing.T) {
	site := newDrillSite(t)
	const trials = 12
	slow := filepath.Join(site.dir, "slow.yaml")
	site.must(os.WriteFile(slow, []byte(`version: 1
name: slow
datasets: {tiny: {source: tiny.csv, read: {samples: [x]}}}
methods: {one: {plugin: toy, settings: {sleep: 0.5}}}
seeds: 12 # longer than a host waits for those who only look (3 s)
`), 0o644))
	site.must(os.WriteFile(filepath.Join(site.dir, "tiny.csv"), []byte("x,trial\n1,0\n2,1\n"), 0o644))
	said := func(cmd *exec.Cmd) string { return cmd.Stderr.(*bytes.Buffer).String() }
	start := func(t *testing.T, s *drillSite, dir string) *exec.Cmd {
		cmd := s.command("run", slow, "--results", dir, "--jobs", "1", "--json")
		s.must(cmd.Start())
		for range 1000 { // until a trial runs
			if found, _ := filepath.Glob(filepath.Join(dir, "work", "trial-*")); len(found) > 0 {
				return cmd
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatal("no trial began")
		return nil
	}
	finished := func(t *testing.T, s *drillSite, dir string) {
		t.Helper()
		if out := s.run("run", slow, "--results", dir, "--json"); !strings.Contains(out, `"failed":0`) {
			t.Error(out)
		}
		seen := map[string]bool{}
		for row, err := range store.ReadLines(study.RecordsFile(dir, "slow")) {
			s.must(err)
			seen[row.Key] = true
		}
		if len(seen) != trials {
			t.Errorf("%d trials of %d", len(seen), trials)
		}
	}
	for _, name := range []string{store.LockFile, "assay.db.held"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := site.in(t)
			dir := filepath.Join(s.dir, "without "+name)
			first := start(t, s, dir)
			s.must(os.Remove(filepath.Join(dir, name)))
			second := s.command("run", slow, "--results", dir, "--no-wait")
			if err := second.Run(); err == nil || !strings.Contains(said(second), "is in use by process") {
				t.Errorf("%v: %s", err, said(second))
			}
			if err := first.Wait(); err != nil {
				t.Errorf("the first host: %v: %s", err, said(first))
			}
			finished(t, s, dir)
		})
	}
	t.Run("both", func(t *testing.T) {
		t.Parallel()
		s := site.in(t)
		dir := filepath.Join(s.dir, "without both")
		first := start(t, s, dir)
		for _, name := range []string{store.LockFile, "assay.db.held"} {
			s.must(os.Remove(filepath.Join(dir, name)))
		}
		s.run("trial", "import", filepath.Join(s.dir, "more.jsonl"), "--results", dir)
		if err := first.Wait(); err == nil || !strings.Contains(said(first), "has taken it over") {
			t.Errorf("the first host: %v: %s", err, said(first))
		}
		finished(t, s, dir)
	})
}
