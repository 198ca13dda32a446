package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/wire"
)

// toys are the plugins of these tests: the test binary plays them, started as
// "toy NAME ARGUMENTS". Most break one rule.
var toys = map[string]func(args []string){
	"good":  func([]string) { framework.Serve(toy{}) },
	"plain": func([]string) { os.Unsetenv("PLUGIN_CLIENT_CERT"); framework.Serve(toy{}) }, // cannot do TLS
	"listens": func([]string) { // and never answers
		s, err := net.Listen("unix", filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "s"))
		if err != nil {
			panic(err)
		}
		fmt.Printf("1|1|unix|%s|grpc|\n", s.Addr())
		time.Sleep(time.Hour)
	},
	"silent": func([]string) { time.Sleep(time.Hour) },
	"says":   func(args []string) { fmt.Println(strings.Join(args, " ")); time.Sleep(time.Hour) },
	"crash":  func(args []string) { fmt.Fprintln(os.Stderr, strings.Join(args, " ")); os.Exit(3) },
	"babble": func([]string) { // an endless first line
		for {
			fmt.Print("all work and no play makes a long first line ")
		}
	},
	"flood": func([]string) { // endless standard error beside its work
		go func() {
			for i := 0; ; i++ {
				fmt.Fprintf(os.NewFile(2, "stderr"), "line %d\n", i)
			}
		}()
		framework.Serve(toy{})
	},
	"deaf":   func([]string) { signal.Ignore(syscall.SIGTERM); framework.Serve(toy{}); time.Sleep(time.Hour) },
	"orphan": func([]string) { os.Unsetenv(wire.LifelineEnv); framework.Serve(toy{}) },
	"dies":   func(args []string) { framework.Serve(toy{describe: func() { dies(args[0]) }}) },
	"sleeps": func([]string) { framework.Serve(toy{describe: func() { time.Sleep(time.Hour) }}) },
	"works": func([]string) {
		framework.Serve(toy{describe: func() {
			for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
			}
		}})
	},
	"named": func(args []string) { framework.Serve(toy{name: args[0]}) },
	// starts a child, as the arguments say, and serves
	"parent": func(args []string) {
		if err := exec.Command(args[0], args[1:]...).Run(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(4)
		}
		framework.Serve(toy{})
	},
	"hoard":  func([]string) { hoard(300 << 20) },
	"hoards": func([]string) { framework.Serve(toy{describe: func() { hoard(300 << 20) }}) },
	"shows": func([]string) { // its environment, folder and CPUs, in the log
		dir, _ := os.Getwd()
		fmt.Fprintln(os.Stderr, "folder", dir)
		for _, kv := range os.Environ() {
			fmt.Fprintln(os.Stderr, "variable", kv)
		}
		status, _ := os.ReadFile("/proc/self/status")
		os.Stderr.Write(status)
		framework.Serve(toy{})
	},
	// a host that starts a plugin with a child, says its folder, and is killed
	"host": func(args []string) {
		l, err := NewLauncher()
		if err != nil {
			panic(err)
		}
		l.MTLS = false
		if args[0] == "guarded" {
			l.Guard = []string{os.Args[0], "toy", "guard"}
		}
		p := Plugin{Name: "parent", Path: os.Args[0], Args: append([]string{"toy", "parent"}, args[1:]...)}
		if _, err := l.Launch(context.Background(), p, Options{Threads: 1}); err != nil {
			panic(text(err))
		}
		fmt.Println(l.folder.dir)
		time.Sleep(time.Hour)
	},
	"rogue": func(args []string) { serveRogue(args[0]) },
	"guard": func([]string) { Guard() },
	"idle":  func([]string) { framework.Serve(idle{}) },
	"ends":  func([]string) {}, // at once: the bare start of this binary
}

func dies(how string) {
	switch how {
	case "exit":
		os.Exit(9)
	case "panic":
		panic("the toy is broken")
	case "kill":
		if self, err := os.FindProcess(os.Getpid()); err == nil {
			self.Kill()
		}
	}
}

var hoarded [][]byte

func hoard(bytes int) {
	for ; bytes > 0; bytes -= 1 << 20 {
		b := make([]byte, 1<<20)
		for i := range b {
			b[i] = 1
		}
		hoarded = append(hoarded, b)
		time.Sleep(time.Millisecond)
	}
	time.Sleep(time.Hour)
}

// serveToy serves a toy whose Describe does something.
func serveToy(describe func()) { framework.Serve(toy{describe: describe}) }

// leave ends a toy well.
var leave = func() { os.Exit(0) }

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "toy" {
		toys[os.Args[2]](os.Args[3:])
		leave()
	}
	os.Exit(m.Run())
}

// toy is a method that learns nothing.
type toy struct {
	name     string
	describe func() // called by Describe; nil: nothing
}

type toySettings struct {
	Gain float64 `name:"gain" default:"1" min:"0" doc:"factor"`
}

func (t toy) Describe() framework.Description {
	if t.describe != nil {
		t.describe()
	}
	name := t.name
	if name == "" {
		name = "toy"
	}
	return framework.Description{Name: name, Version: "1", Summary: "a toy", Settings: toySettings{}}
}

func (toy) Train(context.Context, framework.TrainRequest, framework.Recorder) (framework.Model, error) {
	return nil, errors.New("toys learn nothing")
}

func (toy) Load(context.Context, string) (framework.Model, error) {
	return nil, errors.New("toys keep nothing")
}

// self is this test binary.
func self(t testing.TB) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// toyPlugin is the plugin of that name.
func toyPlugin(t testing.TB, name string, args ...string) Plugin {
	t.Helper()
	return Plugin{Name: name, Path: self(t), Args: append([]string{"toy", name}, args...), Origin: "path"}
}

// newTestLauncher makes a launcher without TLS, which is quicker.
func newTestLauncher(t testing.TB) *Launcher {
	t.Helper()
	l, err := NewLauncher()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	l.MTLS = false
	return l
}

// launch starts a toy that must start.
func launch(t testing.TB, l *Launcher, p Plugin, opt Options) *Process {
	t.Helper()
	if opt.Threads == 0 {
		opt.Threads = 1
	}
	proc, err := l.Launch(t.Context(), p, opt)
	if err != nil {
		t.Fatal(text(err))
	}
	t.Cleanup(func() { proc.Kill() })
	return proc
}

// text is all that a failure says.
func text(err error) string {
	var f *failure.Failure
	if errors.As(err, &f) {
		return f.Text()
	}
	return fmt.Sprint(err)
}

// wantFailure holds a failure against its kind and words in its text.
func wantFailure(t *testing.T, err error, kind failure.Kind, words ...string) *failure.Failure {
	t.Helper()
	var f *failure.Failure
	if !errors.As(err, &f) {
		t.Fatalf("got %v, want a failure", err)
	}
	if f.Kind != kind {
		t.Errorf("a failure of kind %s, want %s:\n%s", f.Kind, kind, f.Text())
	}
	for _, w := range words {
		if !strings.Contains(f.Text(), w) {
			t.Errorf("%q is missing in:\n%s", w, f.Text())
		}
	}
	return f
}

// eventually waits up to five seconds for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(what)
		}
	}
}

// write makes a file with its folders.
func write(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// sleepers are the processes that sleep for exactly so many seconds.
func sleepers(seconds string) (pids []int) {
	found, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range found {
		f, err := os.Open(path)
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(f)
		f.Close()
		if string(text) == "sleep\x00"+seconds+"\x00" {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			pids = append(pids, pid)
		}
	}
	return pids
}

// noSleepers ends them when the test does, should it fail.
func noSleepers(t testing.TB, seconds string) {
	t.Cleanup(func() {
		for _, pid := range sleepers(seconds) {
			if p, err := os.FindProcess(pid); err == nil {
				p.Kill()
			}
		}
	})
}
