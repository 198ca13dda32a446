//go:build linux

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/trial"
)

var (
	kills  = flag.Int("kills", 3, "how often TestKills kills the host")
	trials = flag.Int("trials", 40, "trials of its sweep")
)

// TestKills kills the host with SIGKILL at random moments, and plugins all the
// while; after each kill the same command continues. In the end every trial is
// recorded once, no process is left, and a kill of the host costs at most as
// many trials as ran at once. The long form:
//
//	go test ./framework/cli -run TestKills -kills 20 -trials 200
func TestKills(t *testing.T) {
	const jobs = 4
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// This binary is assay under that name; a copy, since it looks for itself.
	assay := filepath.Join(dir, "assay")
	binary, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(assay, binary, 0o755); err != nil {
		t.Fatal(err)
	}
	sweep := fmt.Sprintf(`version: 1
name: killed
datasets: {tiny: {source: tiny.csv, read: {samples: [x]}}}
methods: {one: {plugin: toy, settings: {sleep: 0.05}}}
seeds: %d
retries: {max: 2, on: [crash]}
`, *trials)
	for name, text := range map[string]string{"sweep.yaml": sweep, "tiny.csv": "x,trial\n1,0\n2,1\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	start := func() (*exec.Cmd, *bytes.Buffer) {
		cmd := exec.Command(assay, "run", "sweep.yaml", "--results", "r", "--jobs", fmt.Sprint(jobs), "--json")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "ASSAY_CACHE="+filepath.Join(dir, "cache"), "HOME="+dir)
		out := new(bytes.Buffer)
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, out
	}

	r := data.Rand(1, "kills")
	for range *kills {
		cmd, _ := start()
		deadline := time.Now().Add(time.Duration(100+r.IntN(900)) * time.Millisecond)
		for time.Now().Before(deadline) {
			time.Sleep(time.Duration(20+r.IntN(60)) * time.Millisecond)
			killOne(dir, r)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		if left := waitForNone(dir); len(left) > 0 {
			t.Fatalf("the host was killed, and %d of its plugins live on", len(left))
		}
	}
	code := 3 // trials whose plugin was killed too often are tried again by the next run
	for attempt := 0; code == 3 && attempt < 3; attempt++ {
		cmd, out := start()
		_ = cmd.Wait() // the code says it
		if code = cmd.ProcessState.ExitCode(); code != 0 && code != 3 {
			t.Fatalf("exit code %d\n%s", code, out)
		}
	}
	checkKilled(t, dir, jobs)
}

func checkKilled(t *testing.T, dir string, jobs int) {
	text, err := os.ReadFile(filepath.Join(dir, "r", "killed", "records.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for l := range strings.Lines(string(text)) {
		var rec study.Row
		if err := json.Unmarshal([]byte(l), &rec); err != nil {
			t.Fatal(err)
		}
		if rec.Status != trial.Succeeded || seen[rec.Key] {
			t.Errorf("trial %s is %s (twice: %v)", trial.Short(rec.Key), rec.Status, seen[rec.Key])
		}
		seen[rec.Key] = true
	}
	if len(seen) != *trials {
		t.Errorf("%d records for %d trials", len(seen), *trials)
	}
	store, err := store.View(filepath.Join(dir, "r"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	lost := 0
	for key := range seen {
		attempts, err := store.Attempts(context.Background(), key)
		if err != nil {
			t.Fatal(err)
		}
		succeeded := 0
		for _, a := range attempts {
			switch a.Status {
			case trial.Lost:
				lost++
			case trial.Succeeded:
				succeeded++
			}
		}
		if succeeded != 1 {
			t.Errorf("trial %s succeeded %d times", trial.Short(key), succeeded)
		}
	}
	t.Logf("%d kills of the host lost %d attempts of %d trials", *kills, lost, *trials)
	if lost > jobs**kills {
		t.Errorf("%d attempts were lost by %d kills with %d at a time", lost, *kills, jobs)
	}
}

// plugins finds the processes that the assay of this test has started.
func plugins(dir string) []int {
	var pids []int
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		text, err := os.ReadFile(f)
		args := strings.Split(string(text), "\x00")
		if err != nil || len(args) < 2 || args[1] != "serve" {
			continue
		}
		var pid int
		fmt.Sscan(filepath.Base(filepath.Dir(f)), &pid)
		cwd, err := os.Readlink(filepath.Join(filepath.Dir(f), "cwd"))
		if err == nil && strings.HasPrefix(cwd, dir) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func killOne(dir string, r *rand.Rand) {
	if all := plugins(dir); len(all) > 0 {
		_ = syscall.Kill(all[r.IntN(len(all))], syscall.SIGKILL) // it may have ended
	}
}

func waitForNone(dir string) []int {
	for range 100 {
		if len(plugins(dir)) == 0 {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return plugins(dir)
}
