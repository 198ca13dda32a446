package executor

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/queue"
)

// fakeSlurm puts commands on the PATH that say what a test writes into files, and note
// how they were called.
func fakeSlurm(t *testing.T) (dir string, calls func() string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are shell scripts")
	}
	dir = t.TempDir()
	for _, name := range []string{"squeue", "sbatch", "scancel", "scontrol"} {
		text := fmt.Sprintf("#!/bin/sh\necho %s \"$@\" >>%s/calls\n[ -e %s/down ] && { echo 'Unable to contact slurm controller' >&2; exit 1; }\ncat %s/%s 2>/dev/null\nexit 0\n", name, dir, dir, dir, name)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".out"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.ReplaceAll(text, dir+"/"+name+" ", dir+"/"+name+".out ")), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	return dir, func() string {
		text, _ := os.ReadFile(filepath.Join(dir, "calls"))
		_ = os.Remove(filepath.Join(dir, "calls"))
		return string(text)
	}
}

func say(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name+".out"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// As many workers are asked for as there is work, in arrays that the site takes, and
// the site is asked no more than once in a while.
func TestSlurmTends(t *testing.T) {
	dir, calls := fakeSlurm(t)
	say(t, dir, "scontrol", "ClusterName = x\nMaxArraySize            = 4\n")
	say(t, dir, "sbatch", "17\n")
	s := &Slurm{Dir: filepath.Join(dir, "q"), Command: []string{"assay", "worker", "it's here"}, Workers: 5, Slots: 2, Note: t.Logf}
	if err := s.Tend(0, nil); err != nil || calls() != "" {
		t.Errorf("without work: %v", err)
	}
	if err := s.Tend(100, nil); err != nil {
		t.Fatal(err)
	}
	got := calls()
	if strings.Count(got, "sbatch") != 2 || !strings.Contains(got, "--array=0-2") || !strings.Contains(got, "--array=0-1") || strings.Count(got, "squeue") != 1 {
		t.Errorf("five workers in arrays of three: %s", got)
	}
	if err := s.Tend(100, nil); err != nil || calls() != "" {
		t.Error("squeue was called again at once")
	}
	alive := map[string]queue.Beat{"w": {}}
	s.asked = time.Time{}
	say(t, dir, "squeue", "17_0|RUNNING|None\n17_1|PENDING|Priority\n17_2|PENDING|launch failed requeued held\n")
	if err := s.Tend(5, alive); err != nil { // three workers would do, and two are there
		t.Fatal(err)
	}
	if got := calls(); strings.Count(got, "--array=0-0") != 1 {
		t.Errorf("one more: %s", got)
	}
	s.asked = time.Time{}
	if err := os.WriteFile(filepath.Join(dir, "down"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.Tend(100, alive); err != nil || strings.Contains(calls(), "sbatch") || !s.down {
		t.Errorf("the controller is away: %v", err)
	}
}

// Arrays that bring no worker are not sent for ever.
func TestSlurmGivesUp(t *testing.T) {
	dir, calls := fakeSlurm(t)
	say(t, dir, "sbatch", "17\n")
	s := &Slurm{Dir: filepath.Join(dir, "q"), Workers: 1, Slots: 1, Note: t.Logf}
	for i := range 10 {
		s.asked = time.Time{}
		if err := s.Tend(1, nil); err != nil {
			if n := strings.Count(calls(), "sbatch"); n != patience || !strings.Contains(err.Error(), "came to nothing") {
				t.Errorf("after %d arrays: %v", n, err)
			}
			return
		}
		if i == 9 {
			t.Error("it never gives up")
		}
	}
}

// The script is one that a shell reads as it is meant.
func TestSlurmScript(t *testing.T) {
	dir := t.TempDir()
	s := &Slurm{Dir: dir, Command: []string{"echo", "it's", "a b"}, Directives: []string{"--partition=gpu"}, Setup: []string{"x=1"}}
	text := s.Script()
	if !strings.Contains(text, "#SBATCH --partition=gpu\n") || !strings.Contains(text, "#SBATCH --signal=B:USR1@60\n") {
		t.Error(text)
	}
	if runtime.GOOS == "windows" {
		return
	}
	cmd := exec.Command("sh")
	cmd.Stdin = strings.NewReader(text)
	if out, err := cmd.Output(); err != nil || string(out) != "it's a b\n" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestLeft(t *testing.T) {
	for text, want := range map[string]time.Duration{"59:30": 59*time.Minute + 30*time.Second, "1:00:00\n": time.Hour, "2-03:04:05": 51*time.Hour + 4*time.Minute + 5*time.Second, "0:05": 5 * time.Second} {
		if got, ok := Left(text); !ok || got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{"UNLIMITED", "NOT_SET", "INVALID", ""} {
		if _, ok := Left(text); ok {
			t.Errorf("%q is no time", text)
		}
	}
}
