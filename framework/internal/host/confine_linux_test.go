package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/assaylab/assay/framework"
)

func init() {
	toys["escapes"] = func(args []string) {
		var w world
		if err := json.Unmarshal([]byte(args[0]), &w); err != nil {
			panic(err)
		}
		for _, a := range w.attempts() {
			fmt.Fprintf(os.Stderr, "attempt %s: %v\n", a.name, a.try())
		}
		framework.Serve(toy{})
	}
}

// world is what a plugin tries to reach, and may.
type world struct {
	Secret, Other, Beside, Dataset, Store, Lock string
	Port                                        string // where somebody listens
	Abstract                                    string
	Host                                        int
}

type attempt struct {
	name string
	may  bool
	try  func() error
}

func (w world) attempts() []attempt {
	read := func(path string) func() error {
		return func() error {
			text, err := os.ReadFile(path)
			if err == nil && len(text) == 0 {
				return errors.New("nothing is in it")
			}
			return err
		}
	}
	write := func(path string) func() error {
		return func() error { return os.WriteFile(path, []byte("mine now"), 0o644) }
	}
	in := func(name string) string { dir, _ := os.Getwd(); return filepath.Join(dir, name) }
	dial := func(network, address string) func() error {
		return func() error {
			c, err := net.DialTimeout(network, address, time.Second)
			if err == nil {
				_, err = c.Write([]byte("hello"))
				c.Close()
			}
			return err
		}
	}
	return []attempt{
		{"read ~/.ssh", false, read(w.Secret)},
		{"read the host's environment", false, read(fmt.Sprintf("/proc/%d/environ", w.Host))},
		{"read another trial's model", false, read(filepath.Join(w.Other, "model"))},
		{"list another trial's folder", false, func() error { _, err := os.ReadDir(w.Other); return err }},
		{"read by a link of its own", false, func() error {
			if err := os.Symlink(w.Secret, in("link")); err != nil {
				return err
			}
			return read(in("link"))()
		}},
		{"take a secret over", false, func() error { return os.Link(w.Secret, in("hard")) }},
		{"write beside its folder", false, write(w.Beside)},
		{"write into the cache", false, write(filepath.Join(w.Dataset, "main.samples.npy"))},
		{"remove from the cache", false, func() error { return os.Remove(filepath.Join(w.Dataset, "main.samples.npy")) }},
		{"cut off a dataset", false, func() error { return os.Truncate(filepath.Join(w.Dataset, "main.samples.npy"), 0) }},
		{"write into the store", false, write(w.Store)},
		{"write a lock file", false, write(w.Lock)},
		{"put a file over the store", false, func() error {
			if err := write(in("db"))(); err != nil {
				return nil // it must be able to write its own
			}
			return os.Rename(in("db"), w.Store)
		}},
		{"connect out", false, dial("tcp", "127.0.0.1:"+w.Port)},
		{"send a datagram", false, dial("udp", "127.0.0.1:"+w.Port)},
		{"connect to an abstract socket", false, dial("unix", w.Abstract)},
		{"listen", false, func() error { _, err := net.Listen("tcp", "127.0.0.1:0"); return err }},
		{"signal the host", false, func() error { return syscall.Kill(w.Host, 0) }},
		{"stop the host", false, func() error { return syscall.Kill(w.Host, syscall.SIGSTOP) }},
		{"trace the host", false, func() error {
			runtime.LockOSThread()
			return unix.PtraceSeize(w.Host)
		}},
		{"write the host's memory", false, func() error {
			_, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", w.Host), os.O_RDWR, 0)
			return err
		}},
		{"lower the host's limits", false, func() error {
			return unix.Prlimit(w.Host, unix.RLIMIT_CORE, &unix.Rlimit{}, nil)
		}},
		{"make an io_uring", false, func() error {
			var params [120]byte
			fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 8, uintptr(unsafe.Pointer(&params)), 0)
			if errno != 0 {
				return errno
			}
			return unix.Close(int(fd))
		}},
		{"mount", false, func() error { return unix.Mount("none", in("mnt"), "tmpfs", 0, "") }},
		{"set the clock", false, func() error { now := unix.NsecToTimeval(time.Now().UnixNano()); return unix.Settimeofday(&now) }},
		{"change the system", false, write("/usr/lib/assay-was-here")},
		{"change the kernel", false, write("/proc/sys/kernel/domainname")},
		{"a child reads ~/.ssh", false, func() error { return exec.Command("cat", w.Secret).Run() }},

		{"read its dataset", true, read(filepath.Join(w.Dataset, "main.samples.npy"))},
		{"write in its folder", true, write(in("own"))},
		{"write in its home", true, func() error { return write(filepath.Join(os.Getenv("HOME"), ".profile"))() }},
		{"start a program", true, func() error { return exec.Command("sh", "-c", "echo x > "+in("child")).Run() }},
		{"share memory", true, func() error {
			path := fmt.Sprintf("/dev/shm/assay-test-%d", os.Getpid())
			defer os.Remove(path)
			return write(path)()
		}},
		{"signal its child", true, func() error {
			c := exec.Command("sleep", "900")
			if err := c.Start(); err != nil {
				return err
			}
			defer c.Wait()
			return c.Process.Kill()
		}},
		{"listen at its own socket", true, func() error {
			_, err := net.Listen("unix", filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "mine"))
			return err
		}},
		{"hear of its machine", true, read("/proc/meminfo")},
	}
}

// A confined plugin reaches what its trial needs, and nothing of what is another's:
// as the superuser and as somebody without rights.
func TestEscapes(t *testing.T) {
	if fullStrength() == "" {
		t.Skipf("this kernel confines by %q alone", Strength())
	}
	if os.Getuid() == 0 && os.Getenv("ASSAY_TEST_ESCAPES") == "" {
		t.Run("as nobody", func(t *testing.T) { asNobody(t, "TestEscapes$") })
	}
	base := t.TempDir()
	t.Setenv("HOME", filepath.Join(base, "home"))
	w := world{
		Secret: write(t, filepath.Join(base, "home", ".ssh", "id"), "secret"), Other: filepath.Join(base, "work", "trial-2"),
		Beside: filepath.Join(base, "work", "beside"), Dataset: filepath.Join(base, "cache", "d1"),
		Store: write(t, filepath.Join(base, "results", "assay.db"), "records"), Lock: filepath.Join(base, "assay.lock"),
		Abstract: fmt.Sprintf("@assay-test-%d", os.Getpid()), Host: os.Getpid(),
	}
	write(t, filepath.Join(w.Other, "model"), "weights")
	data := write(t, filepath.Join(w.Dataset, "main.samples.npy"), "data")
	here, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	_, w.Port, _ = net.SplitHostPort(here.Addr().String())
	abstract, err := net.Listen("unix", w.Abstract)
	if err != nil {
		t.Fatal(err)
	}
	defer abstract.Close()
	args, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(base, "work", "trial-1")
	if err := os.MkdirAll(own, 0o700); err != nil {
		t.Fatal(err)
	}
	l := newTestLauncher(t)
	l.Confine = ConfineRequired
	proc := launch(t, l, toyPlugin(t, "escapes", string(args)), Options{Dir: own, Access: Access{Read: []string{w.Dataset}}})
	if proc.Confinement != Strength() {
		t.Errorf("the record would say %q", proc.Confinement)
	}
	proc.Close()
	log := proc.tail.String()
	for _, a := range w.attempts() {
		_, rest, found := strings.Cut(log, "attempt "+a.name+": ")
		result, _, _ := strings.Cut(rest, "\n")
		if !found || a.may != (result == "<nil>") {
			t.Errorf("%s: %q", a.name, result)
		}
	}
	for path, want := range map[string]string{data: "data", w.Store: "records"} {
		if text, err := os.ReadFile(path); err != nil || string(text) != want {
			t.Errorf("%s is %q, %v", path, text, err)
		}
	}
}

// Without confinement nearly all of it works: the test above can fail.
func TestEscapesUnconfined(t *testing.T) {
	base := t.TempDir()
	w := world{Secret: write(t, filepath.Join(base, "id"), "secret"), Other: base, Beside: filepath.Join(base, "beside"), Dataset: base, Store: filepath.Join(base, "db"), Lock: filepath.Join(base, "lock"), Port: "1", Host: os.Getpid()}
	for _, a := range w.attempts() {
		switch a.name {
		case "read ~/.ssh", "write beside its folder", "write into the store", "listen", "write a lock file":
			if err := a.try(); err != nil {
				t.Errorf("%s: %v", a.name, err)
			}
		}
	}
}

// With the network granted, and a folder to read, both can be reached, and no more.
func TestGranted(t *testing.T) {
	if fullStrength() == "" {
		t.Skip("this kernel does not confine")
	}
	base := t.TempDir()
	w := world{Secret: write(t, filepath.Join(base, "id"), "secret"), Other: filepath.Join(base, "given"), Host: os.Getpid()}
	write(t, filepath.Join(w.Other, "model"), "weights")
	here, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	_, w.Port, _ = net.SplitHostPort(here.Addr().String())
	args, _ := json.Marshal(w)
	t.Setenv("HF_HOME", "/models")
	t.Setenv("HF_TOKEN", "secret")
	l := newTestLauncher(t)
	proc := launch(t, l, toyPlugin(t, "escapes", string(args)), Options{Access: Access{Read: []string{w.Other}, Network: true, Env: []string{"HF_HOME"}}})
	if want := Strength() + ", network"; proc.Confinement != want {
		t.Errorf("the record would say %q, want %q", proc.Confinement, want)
	}
	proc.Close()
	for name, may := range map[string]bool{"read another trial's model": true, "connect out": true, "listen": true, "read ~/.ssh": false, "write into the store": false, "trace the host": false} {
		if got := strings.Contains(proc.tail.String(), "attempt "+name+": <nil>\n"); got != may {
			t.Errorf("%s: %v", name, got)
		}
	}
	env := launch(t, l, toyPlugin(t, "shows"), Options{Access: Access{Env: []string{"HF_HOME"}}})
	env.Close()
	if log := env.tail.String(); !strings.Contains(log, "variable HF_HOME=/models") || strings.Contains(log, "HF_TOKEN") {
		t.Errorf("variables by consent: %s", log)
	}
}

// asNobody runs tests again as a user without rights.
func asNobody(t *testing.T, pattern string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "nobody")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	text, err := os.ReadFile(self(t))
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "host.test")
	if err := os.WriteFile(binary, text, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "-test.run", pattern)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "ASSAY_TEST_ESCAPES=1"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
