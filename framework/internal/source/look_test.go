package source_test

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/data/npy"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, name string, arrays map[string]any) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := zip.NewWriter(f)
	for name, values := range arrays {
		m, err := w.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		switch v := values.(type) {
		case data.Array:
			err = npy.Write(m, v.Shape, v.Values)
		case []int32:
			err = npy.Write(m, []int{len(v)}, v)
		case []float64:
			err = npy.Write(m, []int{len(v)}, v)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// What init prints is a dataset that a sweep takes as it stands, and that means what
// the file means.
func TestWhatInitPrintsIsRead(t *testing.T) {
	turned := data.Array{Shape: []int{2, 6}, Values: []float32{1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60}}
	upright := data.Array{Shape: []int{6, 2}, Values: []float32{1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60}}
	table := filepath.Join(t.TempDir(), "my table.csv")
	text := "unit_1,unit_2,trial_id,side,x pos\n1,10,1,left,.5\n2,20,1,left,.5\n3,30,1,left,.5\n4,40,2,right,1\n5,50,2,right,1\n6,60,2,right,1\n"
	if err := os.WriteFile(table, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	npyFile := filepath.Join(t.TempDir(), "x.npy")
	if err := data.WriteArray(npyFile, upright); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		path    string
		targets []string
		trials  int
		has     string
	}{
		"channels first": {write(t, "a.npz", map[string]any{"fr": turned, "state": []int32{0, 1, 1, 2, 2, 2}, "speed": []float64{1, 2, 3, 4, 5, 6.5}}),
			[]string{"state", "speed"}, 1, "transpose: true"},
		"directions as floats": {write(t, "b.npz", map[string]any{"rates": upright, "trial": []int32{0, 0, 0, 1, 1, 2}, "cue": []float64{90, 90, 90, 180, 180, 0}}),
			[]string{"cue"}, 3, "{column: cue, angles: degrees}"},
		"a value for each trial": {write(t, "c.npz", map[string]any{"samples": upright, "trial_len": []int32{4, 2}, "cue": []int32{3, 5}}),
			[]string{"cue"}, 2, "a value for each trial"},
		"a table":     {table, []string{"side", "x pos"}, 2, "[unit*]"},
		"one array":   {npyFile, nil, 1, "# bin_seconds"},
		"no guessing": {write(t, "d.npz", map[string]any{"samples": upright, "counts": turned}), nil, 1, "# not used: counts [2 x 6]"},
	} {
		text, err := new(source.Builder).Suggest(t.Context(), c.path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !strings.Contains(text, c.has) {
			t.Errorf("%s: no %q in\n%s", name, c.has, text)
		}
		file := filepath.Join(filepath.Dir(c.path), "sweep.yaml")
		s, err := sweep.Parse(file, []byte("version: 1\n"+text+"methods: {raw: {plugin: baseline}}\n"), nil)
		if err != nil {
			t.Errorf("%s: %v in\n%s", name, err, text)
			continue
		}
		recipe := s.Datasets[0].Recipe
		recipe.Split = nil
		cache, err := data.OpenCache(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		digest, err := (&source.Builder{Cache: cache}).Build(t.Context(), recipe, 1)
		if err != nil {
			t.Errorf("%s: %v in\n%s", name, err, text)
			continue
		}
		d, err := cache.Open(digest)
		if err != nil {
			t.Fatal(err)
		}
		r := d.Recordings["main"]
		var targets []string
		for _, x := range r.Targets {
			targets = append(targets, x.Name)
		}
		if diff := cmp.Diff(upright.Values, r.Samples.Values) + cmp.Diff(c.targets, targets) + cmp.Diff(c.trials, r.Trials()); diff != "" {
			t.Errorf("%s: %s in\n%s", name, diff, text)
		}
		d.Close()
	}
	if _, err := new(source.Builder).Suggest(t.Context(), "nothing.npz"); err == nil || !strings.Contains(err.Error(), "there is no file") {
		t.Errorf("error %v", err)
	}
	if _, err := new(source.Builder).Look(t.Context(), "day.xlsx"); err == nil || !strings.Contains(err.Error(), "is no .npz") {
		t.Errorf("error %v", err)
	}
}
