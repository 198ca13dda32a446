package file

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Files that NumPy, pandas and SciPy write themselves come back as they were.
func TestWhatPythonWrites(t *testing.T) {
	python, err := filepath.Abs("../.venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(python); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("there is no %s", python)
		}
		t.Skipf("there is no %s: run framework/internal/source/environment", python)
	}
	cmd := exec.Command(python, "testdata/write.py", t.TempDir())
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var files map[string]struct {
		Read      Columns
		Samples   []float32
		Trial     []int32
		Side, Cue []string
		Velocity  []float32
	}
	if err := json.Unmarshal(text, &files); err != nil {
		t.Fatal(err)
	}
	if len(files) < 20 {
		t.Fatalf("%d files", len(files))
	}
	for path, want := range files {
		name := filepath.Base(path)
		r, err := Read(t.Context(), path, want.Read, Options{Limit: limit})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(want.Samples, r.Recording.Samples.Values) + cmp.Diff(want.Trial, r.Recording.Trial); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		for target, labels := range map[string][]string{"side": want.Side, "cue": want.Cue} {
			x, err := r.Recording.ClassTarget(target)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			var got []string
			for _, l := range x.Labels {
				got = append(got, r.Targets[target].Labels[l])
			}
			if d := cmp.Diff(labels, got); d != "" {
				t.Errorf("%s, %s: %s", name, target, d)
			}
		}
		x, err := r.Recording.ContinuousTarget("velocity")
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if d := cmp.Diff(want.Velocity, x.Values.Values); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}
