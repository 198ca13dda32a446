package host

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// startHost starts a host of its own, whose plugin has started a child that shed
// session, parent and environment and sleeps for so many seconds. It returns the
// host's folder too.
func startHost(t *testing.T, tmp, guarded, seconds string, more ...string) (host *exec.Cmd, dir string) {
	t.Helper()
	host = exec.Command(self(t), "toy", "host", guarded, "sh", "-c", fmt.Sprintf("env -i setsid sh -c 'sleep %s &'; %s", seconds, strings.Join(more, ";")))
	host.Env = append(os.Environ(), "TMPDIR="+tmp)
	host.Stderr = os.Stderr
	out, err := host.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	noSleepers(t, seconds)
	t.Cleanup(func() { host.Process.Kill(); host.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "no child was started", func() bool { return len(sleepers(seconds)) == 1 })
	return host, strings.TrimSpace(line)
}

// shortTemp makes a folder for temporary files whose path is short enough for sockets.
func shortTemp(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "h")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// guards lists the guards of the host with this folder.
func guards(dir string) (pids []int) {
	for _, pid := range allPids() {
		if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid)); err == nil && bytes.Contains(text, []byte(guardFolderEnv+"="+dir+"\x00")) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// The guard ends what a killed host's plugins have left, wherever it has gone, and
// removes the host's folder.
func TestHostIsKilled(t *testing.T) {
	const seconds = "900301"
	host, dir := startHost(t, shortTemp(t), "guarded", seconds)
	host.Process.Kill()
	eventually(t, "a child lives on", func() bool { return len(sleepers(seconds)) == 0 })
	eventually(t, "its folder is still there", func() bool { _, err := os.Stat(dir); return err != nil })
}

// A guard that is killed is replaced.
func TestGuardIsKilled(t *testing.T) {
	const seconds = "900302"
	host, dir := startHost(t, shortTemp(t), "guarded", seconds)
	first := guards(dir)
	if len(first) != 1 {
		t.Fatalf("the guards are %v", first)
	}
	syscall.Kill(first[0], syscall.SIGKILL)
	eventually(t, "there is no other guard", func() bool { g := guards(dir); return len(g) == 1 && g[0] != first[0] })
	host.Process.Kill()
	eventually(t, "a child lives on", func() bool { return len(sleepers(seconds)) == 0 })
}

// Where nobody is left to look after them, the next host ends the children and
// removes the folder. That of a living host, or of somebody else, stays.
func TestNextHostSweeps(t *testing.T) {
	const dead, living = "900303", "900304"
	tmp := shortTemp(t)
	killed, dir := startHost(t, tmp, "unguarded", dead)
	_, livingDir := startHost(t, tmp, "unguarded", living)
	killed.Process.Kill()
	killed.Wait()

	other := filepath.Join(tmp, "assay-elsewhere")
	me := thisProcess()
	me.PID, me.Node = 1<<30, "another machine"
	text, err := json.Marshal(me)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(other, ownerFile), string(text))
	me.Node, me.Boot = thisProcess().Node, "an earlier one"
	if text, err = json.Marshal(me); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(tmp, "assay-earlier", ownerFile), string(text))
	write(t, filepath.Join(tmp, "assay-odd", ownerFile), "no JSON")
	write(t, filepath.Join(tmp, "assay-123", "first edition"), "")

	if n := len(sleepers(dead)); n != 1 {
		t.Fatalf("%d children of the dead host", n)
	}
	t.Setenv("TMPDIR", tmp)
	newTestLauncher(t)
	if n := len(sleepers(dead)); n != 0 {
		t.Error("a child of the dead host lives on")
	}
	if n := len(sleepers(living)); n != 1 {
		t.Error("a child of the living host was ended")
	}
	for path, want := range map[string]bool{dir: false, livingDir: true, other: true, filepath.Join(tmp, "assay-earlier"): false,
		filepath.Join(tmp, "assay-odd"): true, filepath.Join(tmp, "assay-123"): true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s: there is %v, want %v", path, err == nil, want)
		}
	}
}

// A folder whose lock is held belongs to a living host, though its process cannot
// be seen from here.
func TestLockedFolderStays(t *testing.T) {
	tmp := shortTemp(t)
	t.Setenv("TMPDIR", tmp)
	f, err := newFolder(newMark())
	if err != nil {
		t.Fatal(err)
	}
	o := thisProcess()
	o.PID = 1 << 30
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(f.dir, ownerFile), string(text))
	sweep(tmp)
	if _, err := os.Stat(f.dir); err != nil {
		t.Error("the folder of a living host was removed")
	}
	if err := f.close(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(tmp, "*")); len(left) != 0 {
		t.Errorf("%v is left", left)
	}
}

// Numbers that were given since are found, those of threads and earlier ones are not.
func TestPidRange(t *testing.T) {
	before := newPidRange()
	cmd := exec.Command(self(t), "toy", "silent") // with threads
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	count := func(pids []int) (found, threads int) {
		for _, pid := range pids {
			if pid == cmd.Process.Pid {
				found++
			} else if text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status"); err == nil && bytes.Contains(text, fmt.Appendf(nil, "\nTgid:\t%d\n", cmd.Process.Pid)) {
				threads++
			}
		}
		return found, threads
	}
	eventually(t, "it has no threads", func() bool {
		tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", cmd.Process.Pid))
		return len(tasks) > 2
	})
	few := before.since()
	if found, threads := count(few); found != 1 || threads != 0 || len(few) > 500 {
		t.Errorf("of %d new processes %d are the child, %d its threads", len(few), found, threads)
	}
	before.last = 0
	if found, _ := count(before.since()); found != 1 {
		t.Error("it is not among all processes")
	}
}
