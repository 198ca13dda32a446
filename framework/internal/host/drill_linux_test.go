package host

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

var (
	drills     = flag.Int("drills", 4, "how many hosts TestKillDrill kills")
	drillsInto = flag.String("report", "", "append what TestKillDrill found to this `file`")
)

// TestKillDrill kills hosts, guards, both at once, and plugins, at random moments,
// while the plugins have children that shed session, parent and environment. When
// the next host has come, none of these is left, and nothing of the dead host's in
// the folder for temporary files. The long form:
//
//	go test ./framework/internal/host -run KillDrill -drills 100 -v
func TestKillDrill(t *testing.T) {
	const seed = 1
	r := rand.New(rand.NewPCG(seed, 0))
	kinds := []string{"host", "guard, then host", "host and guard", "plugin, then host and guard"}
	tried, failed := map[string]int{}, map[string]int{}
	for i := range *drills {
		kind, seconds := kinds[i%len(kinds)], fmt.Sprint(910000+i)
		tmp := shortTemp(t)
		host, dir := startHost(t, tmp, "guarded", seconds)
		time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
		kill := func(pids []int) {
			for _, pid := range pids {
				syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		switch kind {
		case "guard, then host":
			kill(guards(dir))
			time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
		case "host and guard":
			syscall.Kill(host.Process.Pid, syscall.SIGSTOP) // so that it starts no other guard in between
			kill(guards(dir))
		case "plugin, then host and guard":
			kill(plugins(host.Process.Pid))
			time.Sleep(time.Duration(r.IntN(5)) * time.Millisecond)
			syscall.Kill(host.Process.Pid, syscall.SIGSTOP)
			kill(guards(dir))
		}
		host.Process.Kill()
		host.Wait()
		t.Setenv("TMPDIR", tmp)
		tried[kind]++
		if l, err := NewLauncher(); err != nil { // the next host
			t.Fatal(err)
		} else {
			l.Close()
		}
		clean := func() bool {
			left, _ := filepath.Glob(filepath.Join(tmp, "*"))
			return len(sleepers(seconds)) == 0 && len(left) == 0
		}
		for end := time.Now().Add(3 * time.Second); !clean() && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond) // the guard, where there is one, may be at work
		}
		if !clean() {
			failed[kind]++
			left, _ := filepath.Glob(filepath.Join(tmp, "*"))
			t.Errorf("drill %d, seed %d: %s killed: %d children live on; left: %v", i, seed, kind, len(sleepers(seconds)), left)
		}
	}
	text := fmt.Sprintf("%-44s %5s %8s %6s\n", "kill -9, with children that shed everything", "tried", "survived", "failed")
	for _, kind := range kinds {
		text += fmt.Sprintf("%-44s %5d %8d %6d\n", kind, tried[kind], tried[kind]-failed[kind], failed[kind])
	}
	t.Log("\n" + text)
	if *drillsInto == "" {
		return
	}
	f, err := os.OpenFile(*drillsInto, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = fmt.Fprint(f, text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Error(err)
	}
}

// plugins are the marked children of a host, but for its guard.
func plugins(host int) (pids []int) {
	for _, pid := range allPids() {
		s, ok := readStatus(pid)
		if !ok || s.parent != host {
			continue
		}
		if m, ok := readMark(pid); ok && m.launch != 0 && pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids
}
