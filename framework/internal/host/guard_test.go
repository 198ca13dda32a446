package host

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/assaylab/assay/framework/internal/wire"
)

// The guard ends what carries its host's mark once the host is gone.
func TestGuard(t *testing.T) {
	if !canWatchMemory {
		t.Skip("needs /proc")
	}
	mark := newMark()
	start := func(mark string) *exec.Cmd {
		cmd := exec.Command("sleep", "900101")
		cmd.Env = append(os.Environ(), wire.RunEnv+"="+mark)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill() })
		return cmd
	}
	ours, theirs := start(mark+"-1"), start(newMark()+"-1")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(wire.LifelineEnv, fmt.Sprint(r.Fd()))
	t.Setenv(guardEnv, mark)
	done := make(chan bool)
	go func() { Guard(); close(done) }()
	select {
	case <-done:
		t.Fatal("the guard goes before its host")
	default:
	}
	w.Close()
	<-done
	if err := ours.Wait(); err == nil {
		t.Error("a plugin ended by itself")
	}
	if _, ok := readStatus(theirs.Process.Pid); !ok {
		t.Error("another host's plugin was ended")
	}
}

// Without a mark there is nothing to guard.
func TestGuardOfNobody(t *testing.T) {
	t.Setenv(wire.LifelineEnv, "none")
	Guard()
}

// A launcher starts one guard, which goes when the launcher does.
func TestGuardIsStarted(t *testing.T) {
	if !canWatchMemory {
		t.Skip("needs /proc")
	}
	l := newTestLauncher(t)
	l.Guard = []string{self(t), "toy", "guard"}
	guards := func() (n int) {
		for _, s := range allProcesses() {
			if text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", s.pid)); !s.zombie && string(text) == self(t)+"\x00toy\x00guard\x00" {
				n++
			}
		}
		return n
	}
	before := guards()
	for range 2 {
		launch(t, l, toyPlugin(t, "good"), Options{}).Close()
	}
	eventually(t, "there is not one guard", func() bool { return guards() == before+1 })
	l.Close()
	eventually(t, "the guard outlives its host", func() bool { return guards() == before })
}
