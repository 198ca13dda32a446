package file

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/assaylab/assay/framework/data"
)

// What was written is read again as it was.
func TestWriteAndReadAgain(t *testing.T) {
	rec := &data.Recording{Samples: data.Array{Shape: []int{4, 2}, Values: []float32{1, 2.5, 3, 4, 5, 6, 7, 8}}, Unit: "Hz", BinSeconds: 0.05, Trial: []int32{0, 0, 3, 3},
		Split: []data.Split{data.Train, data.Train, data.Test, ""}, Targets: []data.Target{
			{Name: "side", Labels: []int32{0, 0, 1, 1}, Classes: 2}, {Name: "trial", Labels: []int32{1, 0, 0, 1}, Classes: 2},
			{Name: "hand", Values: data.Array{Shape: []int{4, 1}, Values: []float32{0.5, 1, 2, 3}}}}}
	about := data.AboutRecording{Subject: "M", Session: "3", Targets: map[string]data.AboutTarget{
		"side": {Labels: []string{"left", "rightwärts"}, Angles: []float64{math.Pi, 0}}, "trial": {Labels: []string{"-2", "7"}}}}
	var text bytes.Buffer
	c, err := Write(&text, rec, about)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "day.npz")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got := mustRead(t, path, c)
	if d := cmp.Diff(rec, got.Recording) + cmp.Diff(about.Targets, got.Targets, cmpopts.EquateApprox(0, 1e-12)); d != "" {
		t.Error(d)
	}
	if got.Subject != "M" || got.Session != "3" {
		t.Errorf("subject %q, session %q", got.Subject, got.Session)
	}
}
