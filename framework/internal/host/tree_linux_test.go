package host

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/wire"
)

// The race detector would sleep for a second at the end of every toy.
func init() { leave = func() { syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0) } }

// startTree starts a shell script as a plugin would be, and returns its tree.
func startTree(t *testing.T, script string) (*tree, *exec.Cmd) {
	t.Helper()
	adopt()
	m, before := newMark().of(1), lookAround()
	cmd := exec.Command("sh", "-c", script)
	cmd.Env = append(os.Environ(), wire.RunEnv+"="+m.String())
	if err := startProcess(cmd, nil, m, nil, nil); err != nil {
		t.Fatal(err)
	}
	tree := newTree(cmd.Process.Pid, m, before)
	t.Cleanup(func() { cmd.Process.Kill(); wait(cmd); tree.kill() })
	return tree, cmd
}

func TestTreeMembers(t *testing.T) {
	tree, cmd := startTree(t, "sleep 900201 & setsid sleep 900202 & (setsid sh -c 'sleep 900203 & exit' ); sleep 900204")
	eventually(t, "the processes do not start", func() bool {
		for _, seconds := range []string{"900201", "900202", "900203", "900204"} {
			if len(sleepers(seconds)) != 1 {
				return false
			}
		}
		return len(tree.members(true)) == 5
	})
	pids := map[int]bool{}
	for _, s := range tree.members(false) {
		pids[s.pid] = true
	}
	if !pids[cmd.Process.Pid] || pids[os.Getpid()] {
		t.Errorf("the tree is %v; its root %d, this test %d", pids, cmd.Process.Pid, os.Getpid())
	}
	if tree.memory() < 1<<20 {
		t.Errorf("it uses %d bytes", tree.memory())
	}
	cmd.Process.Kill()
	wait(cmd)
	if n := tree.kill(); n != 4 {
		t.Errorf("%d outlived their root, want 4", n)
	}
	for _, seconds := range []string{"900201", "900202", "900203", "900204"} {
		if n := len(sleepers(seconds)); n != 0 {
			t.Errorf("sleep %s is still there", seconds)
		}
	}
	if n := tree.kill(); n != 0 {
		t.Errorf("%d more to end", n)
	}
}

// A tree works while one of its threads runs.
func TestTreeWorking(t *testing.T) {
	busy := func(tree *tree) int {
		n := 0
		for range 10 {
			if tree.working() {
				n++
			}
			time.Sleep(5 * time.Millisecond)
		}
		return n
	}
	idle, _ := startTree(t, "sleep 900205")
	eventually(t, "the sleeper works", func() bool { return busy(idle) == 0 })
	working, cmd := startTree(t, "while :; do :; done")
	eventually(t, "the worker rests", func() bool { return busy(working) > 5 })
	eventually(t, "it has used no time", func() bool { return processorTime(cmd.Process.Pid) > 0 })
}

func TestReadStatus(t *testing.T) {
	s, ok := readStatus(os.Getpid())
	if !ok || s.parent != os.Getppid() || s.resident < 1<<20 || s.zombie || s.start == 0 {
		t.Errorf("this test is %+v", s)
	}
	if _, ok := readStatus(1 << 30); ok {
		t.Error("a process that is not there has a status")
	}
	if _, ok := readMark(1 << 30); ok || peakMemory(1<<30) != 0 || processorTime(1<<30) != 0 {
		t.Error("a process that is not there has a past")
	}
	if n := peakMemory(os.Getpid()); n < s.resident/2 {
		t.Errorf("the peak is %d of %d bytes", n, s.resident)
	}
}

// A name with brackets in it does not shift the fields.
func TestStatusOfAStrangeName(t *testing.T) {
	path := t.TempDir() + "/a) R 1 (b"
	if err := os.Symlink("/bin/sleep", path); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "900206")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	if s, ok := readStatus(cmd.Process.Pid); !ok || s.parent != os.Getpid() {
		t.Errorf("it is %+v", s)
	}
}

func TestForgetPeak(t *testing.T) {
	proc := launch(t, newTestLauncher(t), toyPlugin(t, "good"), Options{})
	forgetPeak(proc.sub.started())
	if u := proc.memory(); u.PeakMemory <= 0 {
		t.Errorf("its peak is %d", u.PeakMemory)
	}
}

// A process runs on the CPUs that its trial has, and its host keeps its own.
func TestCPUs(t *testing.T) {
	before := allowedCPUs(t)
	if len(before) < 2 {
		t.Skip("needs two CPUs")
	}
	cmd := exec.Command("sleep", "900207")
	if err := startProcess(cmd, before[1:2], newMark(), nil, nil); err != nil {
		t.Fatal(err)
	}
	defer wait(cmd)
	defer cmd.Process.Kill()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("Cpus_allowed_list:\t%d\n", before[1]); !slices.Contains(strings.SplitAfter(string(text), "\n"), want) {
		t.Errorf("%q is missing in\n%s", want, text)
	}
	if !slices.Equal(allowedCPUs(t), before) {
		t.Errorf("the host is left with %v", allowedCPUs(t))
	}
}
