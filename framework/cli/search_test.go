//go:build linux

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/metric"
)

func init() { toys["climbs"] = func() { framework.Serve(climbs{}) } }

// climbs walks up a hill for so many epochs; how fast depends on its settings.
type climbs struct{}

type climbsSettings struct {
	Rate   float64 `name:"rate" default:"0.1" above:"0" max:"1" doc:"step"`
	Rule   string  `name:"rule" default:"plain" choices:"plain,heavy" doc:"whether steps have momentum"`
	Epochs int     `name:"epochs" default:"18" min:"1" doc:"steps"`
}

type climbsModel struct{ Place, Speed float64 }

func (climbs) Describe() framework.Description {
	return framework.Description{Name: "climbs", Version: "1", Summary: "walks up a hill", Settings: climbsSettings{}, Metrics: []metric.Info{{Name: "height", Goal: metric.Max}},
		Deterministic: true, OutOfSample: true, Resumable: true, Budget: "epochs"}
}

func (climbs) Train(_ context.Context, req framework.TrainRequest, _ framework.Recorder) (framework.Model, error) {
	s := req.Settings.(*climbsSettings)
	m := &climbsModel{Place: req.Rand("start").NormFloat64()}
	done, err := req.Checkpoint.Resume(func(dir string) (err error) {
		m, err = readClimbs(dir)
		return err
	})
	if err != nil {
		return nil, err
	}
	for epoch := int(done); epoch < req.End(s.Epochs); epoch++ {
		if s.Rule == "plain" {
			m.Speed = 0
		}
		m.Speed = 0.5*m.Speed + s.Rate*(7-m.Place)
		m.Place += m.Speed
		time.Sleep(3 * time.Millisecond)
		if err := req.Checkpoint.Save(int64(epoch+1), m.Save); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func readClimbs(dir string) (*climbsModel, error) {
	m := new(climbsModel)
	text, err := os.ReadFile(filepath.Join(dir, "model.json"))
	if err == nil {
		err = json.Unmarshal(text, m)
	}
	return m, err
}

func (climbs) Load(_ context.Context, dir string) (framework.Model, error) { return readClimbs(dir) }

func (m *climbsModel) Save(dir string) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "model.json"), text, 0o600)
}

func (m *climbsModel) Embed(_ context.Context, r *data.Recording) (data.Array, error) {
	out := data.NewArray(r.Len(), 1)
	for i := range r.Len() {
		out.Values[i] = float32(m.Place)
	}
	return out, nil
}

func (m *climbsModel) Evaluate(context.Context, *data.Recording) (framework.Metrics, error) {
	return framework.Metrics{"height": -(m.Place - 7) * (m.Place - 7)}, nil
}

const climbing = `version: 2
name: climbing
datasets: {tiny: {source: tiny.csv, read: {samples: [x]}, split: {by: sample, train: 0.5, val: 0.25, test: 0.25}}}
methods:
  tuned: {plugin: climbs, search: {rate: {min: 1.0e-3, max: 0.5, scale: log}, rule: [plain, heavy]}}
search: {strategy: tpe, configurations: 16, seed: 2, seeds: 2, batch: 3, prune: {strategy: asha}}
select: {metric: height, split: val}
seeds: 2
tables: [{name: main, cell: height}]
`

// A search by one worker, and by four that are killed nine times: the same questions
// with the same answers in the same order, and the same selection.
func TestSearchSurvivesKills(t *testing.T) {
	dir := t.TempDir()
	bin := filepath.Join(dir, "bin")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"assay", "assay-plugin-climbs"} { // copies: they look at their own names
		if err := os.WriteFile(filepath.Join(bin, name), binary, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	tiny := "x,trial\n"
	for i := range 12 {
		tiny += fmt.Sprintf("%d,%d\n", i, i)
	}
	for name, text := range map[string]string{"sweep.yaml": climbing, "tiny.csv": tiny} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	start := func(results string, jobs int) (*exec.Cmd, *bytes.Buffer) {
		cmd := exec.Command(filepath.Join(bin, "assay"), "run", "sweep.yaml", "--results", results, "--jobs", strconv.Itoa(jobs), "--json")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "ASSAY_CACHE="+filepath.Join(dir, "cache"), "HOME="+dir, "PATH="+bin+":"+os.Getenv("PATH"))
		out := new(bytes.Buffer)
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, out
	}
	finish := func(results string, jobs int) []string {
		cmd, out := start(results, jobs)
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return asked(t, filepath.Join(dir, results))
	}
	want := finish("one", 1)
	resumed(t, filepath.Join(dir, "one"))
	r := data.Rand(1, "kills of a search")
	for range 9 {
		cmd, _ := start("four", 4)
		time.Sleep(time.Duration(150+r.IntN(450)) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
	}
	if d := cmp.Diff(want, finish("four", 4)); d != "" {
		t.Error(d)
	}
	if len(want) < 16*2+2 || !strings.Contains(strings.Join(want, "\n"), "pruned") {
		t.Errorf("%d trials:\n%s", len(want), strings.Join(want, "\n"))
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "four", "checkpoints", "*")); len(left) > 0 {
		t.Errorf("checkpoints of a search that is over: %v", left)
	}
}

// asked lists the trials of the folder in the order of the questions.
func asked(t *testing.T, results string) (out []string) {
	t.Helper()
	for row, err := range store.ReadLines(filepath.Join(results, "climbing", "records.jsonl")) {
		if err != nil {
			t.Fatal(err)
		}
		values := ""
		for _, m := range row.Metrics {
			values += fmt.Sprintf(" %s %v", m.Split, m.Value)
		}
		out = append(out, fmt.Sprintf("%s, seed %d, to %v, %s:%s", row.Variant, row.Spec.Seed, row.Spec.Budget, row.Role, values))
	}
	return out
}

// resumed checks that training to a rung goes on from the rung below.
func resumed(t *testing.T, results string) {
	t.Helper()
	from := map[float64]int64{2: 0, 6: 2, 0: 6} // epochs
	for row, err := range store.ReadLines(filepath.Join(results, "climbing", "records.jsonl")) {
		if err != nil {
			t.Fatal(err)
		}
		if want := from[row.Spec.Budget]; row.Spec.Seed > 2 && row.Provenance.Resumed != want {
			t.Errorf("%s to %v went on from %d, want %d", row.Variant, row.Spec.Budget, row.Provenance.Resumed, want)
		}
	}
}
