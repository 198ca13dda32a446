//go:build unix

package drill

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/assaylab/assay/framework/internal/wire"
)

func mkfifo(path string) error { return syscall.Mkfifo(path, 0o644) }

func hangs() []behaviour {
	return []behaviour{
		just("sleeps", true, forever),
		just("spins", true, func() {
			for end := time.Now().Add(time.Hour); time.Now().Before(end); {
			}
		}),
		just("deaf", true, func() { signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP); forever() }),
		just("stops", true, func() { _ = syscall.Kill(os.Getpid(), syscall.SIGSTOP); forever() }),
		{name: "embedding", fails: true, embed: func(*wire.EmbedRequest, *wire.EmbedReply) error { forever(); return nil }},
	}
}

func deaths() []behaviour {
	return []behaviour{
		just("panics", true, func() { go panic("index out of luck"); forever() }),
		just("leaves", true, func() { os.Exit(0) }),
		just("fails", true, func() { os.Exit(7) }),
		just("killed", true, func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL); forever() }),
		{name: "evaluating", fails: true, evaluate: func(*wire.EvaluateRequest, *wire.EvaluateReply) error { os.Exit(9); return nil }},
	}
}

// writes tries to put files where they do not belong; drill looks for them.
func writes() []behaviour {
	w := func(name string, path func(req *wire.TrainRequest) string) behaviour {
		return training(name, false, func(req *wire.TrainRequest, _ func(*wire.TrainEvent)) error {
			_ = os.WriteFile(path(req), []byte(canary), 0o644)
			return nil
		})
	}
	up := func(req *wire.TrainRequest, n int) string {
		dir := req.WorkDir
		for range n {
			dir = filepath.Dir(dir)
		}
		return filepath.Join(dir, canary)
	}
	return []behaviour{
		w("beside", func(req *wire.TrainRequest) string { return up(req, 1) }), w("results", func(req *wire.TrainRequest) string { return up(req, 2) }),
		w("site", func(req *wire.TrainRequest) string { return up(req, 3) }),
		w("dataset", func(req *wire.TrainRequest) string { return filepath.Join(req.DatasetDir, canary) }),
		w("itself", func(*wire.TrainRequest) string { self, _ := os.Executable(); return self }),
	}
}

// staying is what children of these drills are called, so that they are found.
const staying = "987654"

func stays() []behaviour {
	run := func(name, script string) behaviour {
		return just(name, false, func() {
			if err := exec.Command("sh", "-c", script).Run(); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		})
	}
	return []behaviour{
		run("session", "setsid sleep "+staying+" &"), run("unmarked", "env -i setsid sh -c 'sleep "+staying+" &'"),
		run("many", "for i in $(seq 100); do sleep "+staying+" & done"), run("holds", "sleep "+staying+" >&2 3>&- &"),
		run("forks", "(while :; do sleep 0.02 & wait; done) >/dev/null 2>&1 & sleep 0.1"),
	}
}

func memories() []behaviour {
	hoard := func(n int) [][]byte {
		var all [][]byte
		for ; n > 0; n -= 1 << 20 {
			b := make([]byte, 1<<20)
			for i := range b {
				b[i] = 1
			}
			all = append(all, b)
			time.Sleep(time.Millisecond / 2)
		}
		return all
	}
	keep := func() { all := hoard(1 << 30); forever(); _ = all[0] }
	return []behaviour{
		just("itself", true, keep),
		just("child", true, func() { // a shell that holds a long text
			_ = exec.Command("setsid", "sh", "-c", "x=$(head -c 700000000 /dev/zero | tr '\\0' x); sleep 100").Run()
			forever()
		}),
		just("shared", true, func() {
			f, err := os.CreateTemp("/dev/shm", "drill")
			for i := 0; err == nil && i < 1024; i++ {
				_, err = f.Write(make([]byte, 1<<20))
				time.Sleep(time.Millisecond / 2)
			}
			forever()
		}),
		{name: "evaluating", fails: true, evaluate: func(*wire.EvaluateRequest, *wire.EvaluateReply) error { keep(); return nil }},
		{name: "embedding", fails: true, embed: func(*wire.EmbedRequest, *wire.EmbedReply) error { keep(); return nil }},
	}
}

// signals are those that a plugin sends to others.
func signals() []behaviour {
	parents := func(sig syscall.Signal) func() {
		return func() {
			fmt.Fprintln(os.Stderr, errors.Join(syscall.Kill(os.Getppid(), sig)))
		}
	}
	return []behaviour{
		just("kills", false, parents(syscall.SIGKILL)), just("stops", false, parents(syscall.SIGSTOP)), just("interrupts", false, parents(syscall.SIGINT)),
		just("group", true, func() { _ = syscall.Kill(0, syscall.SIGKILL); forever() }),
		just("others", false, func() { // whatever runs assay
			found, _ := filepath.Glob("/proc/[0-9]*/exe")
			for _, path := range found {
				exe, _ := os.Readlink(path)
				var pid int
				_, _ = fmt.Sscanf(path, "/proc/%d/exe", &pid)
				if filepath.Base(exe) == "assay" {
					_ = syscall.Kill(pid, syscall.SIGKILL)
				}
			}
		}),
	}
}
