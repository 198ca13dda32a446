package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/wire"
	"github.com/assaylab/assay/framework/metric"
)

// TestMain makes this test binary into assay itself, and into plugins that
// behave and misbehave: every script drives real processes.
func TestMain(m *testing.M) {
	commands := map[string]func(){"assay": func() { Main(func() framework.Method { return &toy{} }) }}
	for name, run := range rogues {
		commands["assay-plugin-"+name] = run
	}
	for name, run := range toys {
		commands["assay-plugin-"+name] = run
	}
	commands["assay-plugin-twin"] = func() { framework.Serve(&toy{}) } // calls itself toy, as another does
	testscript.Main(m, commands)
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:      "testdata/script",
		Deadline: time.Now().Add(6 * time.Minute),
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("ASSAY_CACHE", filepath.Join(env.WorkDir, "cache"))
			clone, err := filepath.Abs("../..")
			if err != nil {
				return err
			}
			env.Setenv("CLONE", clone)
			for _, name := range []string{"GOCACHE", "GOMODCACHE"} { // which HOME would move
				if text, err := exec.Command("go", "env", name).Output(); err == nil {
					env.Setenv(name, strings.TrimSpace(string(text)))
				}
			}
			if dir, err := python(); err == nil {
				env.Setenv("PATH", dir+string(filepath.ListSeparator)+env.Getenv("PATH"))
			}
			return nil
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "python":
			case "confined":
				return strings.Contains(host.Strength(), "+"), nil
			case "race": // whose runtime sleeps for a second at each exit
				return raceDetector, nil
			default:
				return false, fmt.Errorf("there is no condition %q", name)
			}
			_, err := python()
			if err != nil && os.Getenv("CI") != "true" {
				return false, nil
			}
			return err == nil, err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"orphans": orphans,
			"exit":    exitWith,
		},
	})
}

// exitWith runs a command and checks its exit code: exit 3 assay run x.yaml
func exitWith(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE COMMAND ...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if err != nil {
		code = -1
		var e *exec.ExitError
		if as(err, &e) {
			code = e.ExitCode()
		}
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

func as(err error, target **exec.ExitError) bool {
	e, ok := err.(*exec.ExitError)
	*target = e
	return ok
}

// orphans fails if a process of this script's plugins is left: they all run
// executables below the test's own bin folder, in a work folder of the script.
func orphans(ts *testscript.TestScript, neg bool, _ []string) {
	deadline := time.Now().Add(10 * time.Second)
	for {
		left := ""
		links, _ := filepath.Glob("/proc/[0-9]*/cwd")
		for _, l := range links {
			dir, err := os.Readlink(l)
			if err == nil && strings.HasPrefix(dir, ts.Getenv("WORK")) {
				cmdline, _ := os.ReadFile(filepath.Join(filepath.Dir(l), "cmdline"))
				left += strings.ReplaceAll(string(cmdline), "\x00", " ") + "\n"
			}
		}
		if (left != "") == neg {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("processes left behind:\n%s", left)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// toy is a method that learns nothing: its embedding is the sample times gain.
type toy struct {
	mutate func(step string, m *toyModel) error // what a rogue does at a step
	about  func(*framework.Description)
}

type toySettings struct {
	Gain  float64 `name:"gain" default:"1" min:"0" max:"10" doc:"factor of the embedding"`
	Sleep float64 `name:"sleep" default:"0" min:"0" doc:"seconds that training takes"`
	Fail  string  `name:"fail" default:"" doc:"fail in Train with this message"`
}

type toyModel struct {
	Gain float64
	toy  *toy
	nan  bool
	wide bool
	name string
}

func (t *toy) Describe() framework.Description {
	d := framework.Description{
		Name: strings.TrimPrefix(filepath.Base(os.Args[0]), "assay-plugin-"), Version: "1", Summary: "samples times a gain", Settings: toySettings{},
		Metrics: []metric.Info{{Name: "gain", Goal: metric.Max, Doc: "the gain, plus noise of the seed"}}, Deterministic: true, OutOfSample: true,
	}
	if d.Name == "assay" || d.Name == "twin" || d.Name == "idle" {
		d.Name = "toy"
	}
	if t.about != nil {
		t.about(&d)
	}
	return d
}

func (t *toy) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	s := req.Settings.(*toySettings)
	m := &toyModel{Gain: s.Gain + 0.01*req.Rand("gain").NormFloat64(), toy: t}
	if s.Fail != "" {
		return nil, framework.Refuse(s.Fail, "leave fail empty")
	}
	rec.Progress(0, 1, "steps")
	rec.Metric("loss", 1, 0.5)
	rec.Log("training with gain %v", s.Gain)
	fmt.Println("a print on standard output")
	fmt.Fprintln(os.Stderr, "a word on standard error")
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(time.Duration(s.Sleep * float64(time.Second))):
	}
	return m, t.at("train", m)
}

func (t *toy) at(step string, m *toyModel) error {
	if t.mutate == nil {
		return nil
	}
	return t.mutate(step, m)
}

func (t *toy) Load(_ context.Context, dir string) (framework.Model, error) {
	text, err := os.ReadFile(filepath.Join(dir, "gain"))
	if err != nil {
		return nil, err
	}
	m := &toyModel{toy: t}
	_, err = fmt.Sscan(string(text), &m.Gain)
	return m, err
}

func (m *toyModel) Save(dir string) error {
	return os.WriteFile(filepath.Join(dir, "gain"), fmt.Appendln(nil, m.Gain), 0o644)
}

func (m *toyModel) Embed(_ context.Context, r *data.Recording) (data.Array, error) {
	if err := m.toy.at("embed", m); err != nil {
		return data.Array{}, err
	}
	n := r.Len()
	if m.wide {
		n++
	}
	out := data.NewArray(n, 1)
	for i := range r.Len() {
		out.Values[i] = r.Samples.Row(i)[0] * float32(m.Gain)
	}
	if m.nan {
		out.Values[0] = float32(nan())
	}
	return out, nil
}

func nan() float64 { z := 0.0; return z / z }

func (m *toyModel) Evaluate(context.Context, *data.Recording) (framework.Metrics, error) {
	if err := m.toy.at("evaluate", m); err != nil {
		return nil, err
	}
	if m.name != "" {
		return framework.Metrics{m.name: 1}, nil
	}
	return framework.Metrics{"gain": m.Gain}, nil
}

func serveRogue(step string, do func(*toyModel) error) func() {
	return func() {
		framework.Serve(&toy{mutate: func(at string, m *toyModel) error {
			if at == step {
				return do(m)
			}
			return nil
		}})
	}
}

// writeOn writes 400 MB into a file, which has no name if that is empty.
func writeOn(name string) error {
	f, err := os.CreateTemp(".", "rogue")
	if err != nil {
		return err
	}
	defer f.Close()
	if name == "" {
		err = os.Remove(f.Name())
	}
	for b, i := make([]byte, 1<<20), 0; err == nil && i < 400; i++ {
		_, err = f.Write(b)
		time.Sleep(2 * time.Millisecond)
	}
	if err == nil {
		err = fmt.Errorf("nobody stopped me")
	}
	return err
}

// rogues are plugins that misbehave, each in one way, by the name that a sweep
// gives them.
var rogues = map[string]func(){
	"dies":    func() { fmt.Fprintln(os.Stderr, "no licence found"); os.Exit(3) },
	"silent":  func() { time.Sleep(time.Hour) },
	"babbles": func() { fmt.Println("Loading model, please wait"); time.Sleep(time.Hour) },
	"floods": func() {
		for {
			fmt.Print(strings.Repeat("x", 4096))
		}
	},
	"future": func() {
		fmt.Printf("1|%d|unix|/nowhere|grpc|\n", wire.ProtocolVersion+41)
		time.Sleep(time.Hour)
	},
	"oldcore": func() { fmt.Println("0|1|unix|/nowhere|grpc|"); time.Sleep(time.Hour) },
	"panics":  serveRogue("train", func(*toyModel) error { panic("index out of luck") }),
	"exits":   serveRogue("embed", func(*toyModel) error { os.Exit(7); return nil }),
	"hangs":   serveRogue("train", func(*toyModel) error { select {} }),
	"killed": serveRogue("evaluate", func(*toyModel) error {
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Kill()
		}
		return err
	}),
	"writes":  serveRogue("train", func(*toyModel) error { return writeOn("written") }),
	"unlinks": serveRogue("train", func(*toyModel) error { return writeOn("") }),
	"talks": serveRogue("train", func(*toyModel) error {
		for range 400 {
			fmt.Println(strings.Repeat("talk", 256<<8))
		}
		return fmt.Errorf("nobody stopped me")
	}),
	"hog": serveRogue("train", func(*toyModel) error {
		var hoard [][]byte
		for {
			b := make([]byte, 16<<20)
			for i := range b {
				b[i] = 1
			}
			hoard = append(hoard, b)
			time.Sleep(5 * time.Millisecond)
			if len(hoard) > 200 {
				return fmt.Errorf("nobody stopped me at %d MiB", len(hoard)*16)
			}
		}
	}),
	"nan":     serveRogue("train", func(m *toyModel) error { m.nan = true; return nil }),
	"misfits": serveRogue("train", func(m *toyModel) error { m.wide = true; return nil }),
	"invents": serveRogue("train", func(m *toyModel) error { m.name = "novelty"; return nil }),
	"errs": serveRogue("train", func(*toyModel) error {
		return framework.WithHint(fmt.Errorf("the covariance is singular"), "drop the constant channels")
	}),
	"forks": serveRogue("train", func(*toyModel) error {
		return exec.Command("sleep", "3600").Start()
	}),
	"nameless": func() { framework.Serve(&toy{about: func(d *framework.Description) { d.Name = "No Name" }}) },
}
