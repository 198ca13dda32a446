package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/wire"
)

// toys are further plugins, by the name that a sweep gives them: some use what
// the host offers, some break one rule that `assay plugin check` knows.
var toys = map[string]func(){
	"warm":  func() { framework.Serve(&toy{about: reuse}) },
	"leaks": func() { framework.Serve(leaks()) },
	// dies in every third training of one process
	"tires": func() {
		n := 0
		framework.Serve(&toy{about: reuse, mutate: func(at string, _ *toyModel) error {
			if at == "train" {
				if n++; n == 3 {
					os.Exit(9)
				}
			}
			return nil
		}})
	},
	// needs a file beside its folder
	"reads": func() {
		framework.Serve(&toy{mutate: func(string, *toyModel) error {
			self, err := os.Executable()
			if err == nil {
				_, err = os.ReadFile(filepath.Join(filepath.Dir(self), "..", "secret.txt"))
			}
			return err
		}})
	},
	"steps":  func() { framework.Serve(steps{}) },
	"plain":  func() { os.Unsetenv("PLUGIN_CLIENT_CERT"); framework.Serve(&toy{}) }, // cannot do TLS
	"loiter": func() { framework.Serve(&toy{}); time.Sleep(time.Hour) },             // does not go when told to
	"orphan": func() { os.Unsetenv(wire.LifelineEnv); framework.Serve(&toy{}) },     // does not watch its host
	"moody":  serveRogue("train", func(m *toyModel) error { m.Gain += rand.Float64(); return nil }),
	"deaf": serveRogue("train", func(m *toyModel) error { // at work, whatever the host wants, where gain is 5
		for end := time.Now().Add(10 * time.Second); m.Gain > 4 && time.Now().Before(end); {
		}
		return nil
	}),
	"chatty": serveRogue("train", func(*toyModel) error { // past what the SDK can catch
		_, err := os.NewFile(1, "standard output").WriteString("training, please wait\n")
		return err
	}),
	// tries to move the terminal of whoever looks
	"paints": func() {
		framework.Serve(&toy{
			about: func(d *framework.Description) { d.Summary = "nice \x1b]0;owned\a\u202egnp.exe" },
			mutate: func(string, *toyModel) error {
				fmt.Fprintln(os.Stderr, "\x1b[2J\x1b[31mred\x1b[0m words\r50 %")
				time.Sleep(300 * time.Millisecond) // the two ways out are not in step
				return fmt.Errorf("bad \x1b[1;1H thing \u009b2J")
			},
		})
	},
	// starts a process in a session of its own, with nobody as its parent
	"escapes": serveRogue("train", func(*toyModel) error { return exec.Command("setsid", "sh", "-c", "sleep 3600 & sleep 0.1").Run() }),
	// lets a child in a session of its own use the memory
	"breeds": func() {
		if os.Getenv("ASSAY_TOY_CHILD") != "" {
			hoard := make([]byte, 250<<20)
			for i := range hoard {
				hoard[i] = 1
			}
			time.Sleep(time.Hour)
		}
		serveRogue("train", func(*toyModel) error {
			child := exec.Command("setsid", os.Args[0])
			child.Env = append(os.Environ(), "ASSAY_TOY_CHILD=1")
			return child.Run()
		})()
	},
	"shows": serveRogue("train", func(*toyModel) error { // its environment and folder, in the log
		dir, err := os.Getwd()
		fmt.Fprintln(os.Stderr, "arguments", os.Args[1:])
		fmt.Fprintln(os.Stderr, "folder", dir)
		for _, kv := range os.Environ() {
			fmt.Fprintln(os.Stderr, "variable", kv)
		}
		return err
	}),
}

func reuse(d *framework.Description) { d.Reuse = true }

// leaks declares reuse, but every training sees the one before it.
func leaks() framework.Method {
	n := 0
	return &toy{about: reuse, mutate: func(at string, m *toyModel) error {
		if at == "train" {
			m.Gain += float64(n)
			n++
		}
		return nil
	}}
}

// steps adds a random number in each of 20 steps, and can go on from any.
type steps struct{}

type stepsSettings struct {
	Wait float64 `name:"wait" default:"0" min:"0" doc:"seconds of a step"`
	Die  bool    `name:"die" default:"false" doc:"die at step 10 of a training that began anew"`
}

type stepsModel struct {
	Sum    float64
	Random []byte // state of the random stream
}

func (steps) Describe() framework.Description {
	return framework.Description{Name: "steps", Version: "1", Summary: "a sum of random numbers", Settings: stepsSettings{},
		Deterministic: true, OutOfSample: true, Resumable: true}
}

func (steps) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	s := req.Settings.(*stepsSettings)
	source := rand.NewPCG(req.Seed, 1)
	m := &stepsModel{}
	begun, err := req.Checkpoint.Resume(func(dir string) error {
		text, err := os.ReadFile(filepath.Join(dir, "state.json"))
		if err == nil {
			err = json.Unmarshal(text, m)
		}
		if err == nil {
			err = source.UnmarshalBinary(m.Random)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for step := begun; step < 20; step++ {
		if s.Die && begun == 0 && step == 10 {
			os.Exit(5)
		}
		m.Sum += rand.New(source).NormFloat64()
		if m.Random, err = source.MarshalBinary(); err != nil {
			return nil, err
		}
		err := req.Checkpoint.Save(step+1, func(dir string) error {
			text, err := json.Marshal(m)
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, "state.json"), text, 0o600)
		})
		if err != nil {
			return nil, err
		}
		rec.Progress(step+1, 20, "steps")
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Duration(s.Wait * float64(time.Second))):
		}
	}
	return m, nil
}

func (steps) Load(_ context.Context, dir string) (framework.Model, error) {
	text, err := os.ReadFile(filepath.Join(dir, "sum"))
	if err != nil {
		return nil, err
	}
	sum, err := strconv.ParseFloat(string(text), 64)
	return &stepsModel{Sum: sum}, err
}

func (m *stepsModel) Save(dir string) error {
	return os.WriteFile(filepath.Join(dir, "sum"), strconv.AppendFloat(nil, m.Sum, 'g', -1, 64), 0o600)
}

func (m *stepsModel) Embed(_ context.Context, r *data.Recording) (data.Array, error) {
	out := data.NewArray(r.Len(), 1)
	for i := range r.Len() {
		out.Values[i] = float32(m.Sum) * r.Samples.Row(i)[0]
	}
	return out, nil
}

func (*stepsModel) Evaluate(context.Context, *data.Recording) (framework.Metrics, error) {
	return nil, nil
}
