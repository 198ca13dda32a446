package methodtest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/conformance"
	"github.com/assaylab/assay/framework/metric"
)

type toySettings struct {
	Epochs int  `name:"epochs" default:"5" min:"1" doc:"additions"`
	Draws  bool `name:"draws" default:"true" doc:"add what is drawn, not 1"`
}

// toy embeds a sample as its first channel plus a sum that training has made. A
// lie is what it does otherwise than it says.
type toy struct{ lie string }

// What the lies "state" and "file" leave at the level of the package.
var (
	leftBehind float64
	openFiles  []*os.File
)

func (m toy) Describe() framework.Description {
	return framework.Description{
		Name: "toy", Version: "1", Summary: "a sum", Settings: toySettings{},
		Metrics:       []metric.Info{{Name: "level", Goal: metric.Max, Doc: "mean of the embedding"}},
		Arrays:        []framework.ArrayInfo{{Name: "sum", Doc: "the sum"}},
		Deterministic: true, OutOfSample: true, Reuse: true, Resumable: true,
		Budget: "epochs", Context: framework.Context{Before: "0", After: "0"}, UsesLabels: framework.Never, Seedless: "not draws", Several: []string{data.MainRole},
	}
}

type toyModel struct {
	Sum, Label float64
	lie        string
}

func (m toy) Train(_ context.Context, req framework.TrainRequest, _ framework.Recorder) (framework.Model, error) {
	s := req.Settings.(*toySettings)
	r, err := req.Data.Train(data.MainRole)
	if err != nil {
		return nil, err
	}
	for i, x := range r.Samples.Values {
		if x != x {
			return nil, framework.Refuse(fmt.Sprintf("value %d is NaN", i), "")
		}
	}
	out := &toyModel{lie: m.lie}
	if m.lie == "several" && req.Data.Recordings[data.Numbered(data.MainRole, 1)] != nil {
		return nil, fmt.Errorf("a second recording")
	}
	if m.lie == "test" {
		all := req.Data.Recordings[data.MainRole]
		for i := range all.Len() {
			out.Sum += float64(i) * float64(all.Samples.Row(i)[0])
		}
	}
	stream := req.Stream("sum")
	done, err := req.Checkpoint.Resume(func(dir string) error {
		text, err := os.ReadFile(filepath.Join(dir, "state"))
		if err != nil {
			return err
		}
		var state struct {
			Sum   float64
			Place []byte
		}
		if err := json.Unmarshal(text, &state); err != nil {
			return err
		}
		out.Sum = state.Sum
		if m.lie == "stream" {
			return nil
		}
		return stream.UnmarshalBinary(state.Place)
	})
	if err != nil {
		return nil, err
	}
	end := req.End(s.Epochs)
	if m.lie == "until" {
		end = s.Epochs
	}
	for epoch := int(done); epoch < end; epoch++ {
		if s.Draws || m.lie == "seed" {
			out.Sum += stream.Float64()
		} else {
			out.Sum++
		}
		if m.lie == "schedule" {
			out.Sum += float64(end)
		}
	}
	if err := req.Checkpoint.Save(int64(end), func(dir string) error {
		place, err := stream.MarshalBinary()
		if err != nil {
			return err
		}
		text, err := json.Marshal(map[string]any{"Sum": out.Sum, "Place": place})
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, "state"), text, 0o644)
	}); err != nil {
		return nil, err
	}
	switch m.lie {
	case "labels":
		out.Label = float64(r.Targets[0].Labels[0])
	case "state":
		out.Sum += leftBehind
		leftBehind += float64(req.Seed)
	case "folder":
		err = os.Chdir(req.WorkDir)
	case "environment":
		err = os.Setenv("TOY", req.WorkDir)
	case "file":
		var f *os.File
		f, err = os.Open(filepath.Join(req.WorkDir, "..", "cache"))
		openFiles = append(openFiles, f)
	case "goroutine":
		go func() { select {} }()
	}
	return out, err
}

func (m toy) Load(_ context.Context, dir string) (framework.Model, error) {
	text, err := os.ReadFile(filepath.Join(dir, "model"))
	if err != nil {
		return nil, err
	}
	out := &toyModel{lie: m.lie}
	return out, json.Unmarshal(text, out)
}

func (m *toyModel) Save(dir string) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "model"), text, 0o644)
}

func (m *toyModel) Embed(_ context.Context, r *data.Recording) (data.Array, error) {
	out := data.NewArray(r.Len(), 1)
	for i := range out.Values {
		out.Values[i] = r.Samples.Row(i)[0] + float32(m.Sum+m.Label)
		if m.lie == "context" && i > 0 {
			out.Values[i] += r.Samples.Row(i - 1)[0]
		}
	}
	return out, nil
}

func (m *toyModel) Evaluate(ctx context.Context, r *data.Recording) (framework.Metrics, error) {
	metrics, _, err := m.EvaluateCases(ctx, r)
	return metrics, err
}

func (m *toyModel) EvaluateCases(ctx context.Context, r *data.Recording) (framework.Metrics, metric.Cases, error) {
	z, err := m.Embed(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	score := make([]float64, r.Len())
	for i, v := range z.Values {
		score[i] = float64(v)
	}
	of, n := r.Cases()
	level, cases := metric.OverSamples(score, of, n)
	switch m.lie {
	case "mean":
		cases[0] += 1e-9
	case "count":
		cases = append(cases, level)
	}
	return framework.Metrics{"level": level}, metric.Cases{"level": cases}, nil
}

func (m *toyModel) Arrays(context.Context, *data.Recording) (map[string]data.Array, error) {
	name := "sum"
	if m.lie == "array" {
		name = "difference"
	}
	return map[string]data.Array{name: {Shape: []int{1}, Values: []float32{float32(m.Sum)}}}, nil
}

// Every claim is checked: the toy passes, and each lie is found by the check it
// belongs to.
func TestLiesAreFound(t *testing.T) {
	for lie, check := range map[string]string{
		"":            "",
		"stream":      "a part of the budget",
		"until":       "a part of the budget",
		"schedule":    "a part of the budget",
		"mean":        "cases add up to their metrics",
		"count":       "cases add up to their metrics",
		"array":       "arrays are declared and readable",
		"seed":        "needs no seed",
		"context":     "sees only its context",
		"labels":      "uses no labels",
		"state":       "serves many trials",
		"folder":      "serves many trials",
		"environment": "serves many trials",
		"file":        "serves many trials",
		"test":        "learns from the train part",
		"several":     "takes several recordings",
		"goroutine":   "serves many trials",
	} {
		t.Run(lie, func(t *testing.T) {
			home, err := os.Getwd()
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(home) // restored afterwards
			t.Setenv("TOY", "")
			t.Cleanup(func() {
				for _, f := range openFiles {
					f.Close()
				}
				openFiles = nil
			})
			s := &conformance.Suite{Target: inProcess{toy{lie}}, Dir: t.TempDir(), Case: Case{Settings: map[string]any{"draws": lie != "seed"}}}
			if err := s.Open(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, c := range conformance.Checks() {
				if strings.HasPrefix(c.Name, "stops when") || check != "" && c.Name != check {
					continue
				}
				f := s.Do(t.Context(), c)
				if lie == "" && f.Status == conformance.Fail {
					t.Errorf("%s: %v", c.Name, f.Details)
				}
				if lie != "" && f.Status != conformance.Fail {
					t.Errorf("%s: %s, %v", c.Name, f.Status, f.Details)
				}
			}
		})
	}
}
