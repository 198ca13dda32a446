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
	host := newMark()
	start := func(m mark) *exec.Cmd {
		cmd := exec.Command("sleep", "900101")
		cmd.Env = append(os.Environ(), wire.RunEnv+"="+m.String())
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill() })
		return cmd
	}
	ours, theirs := start(host.of(1)), start(newMark().of(1))
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(wire.LifelineEnv, fmt.Sprint(r.Fd()))
	t.Setenv(guardEnv, host.String())
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
	l := newTestLauncher(t)
	l.Guard = []string{self(t), "toy", "guard"}
	guards := func() (n int) {
		for _, pid := range allPids() {
			if text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); string(text) == self(t)+"\x00toy\x00guard\x00" {
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
