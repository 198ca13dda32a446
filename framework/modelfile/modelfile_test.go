package modelfile

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type model struct {
	W    []float64 `json:"w"`
	Name string    `json:"name"`
}

func TestRoundTrip(t *testing.T) {
	dir := t.TempDir()
	want := model{W: []float64{1.0 / 3, math.Pi, 5e-324, -math.MaxFloat64, math.Copysign(0, -1)}, Name: "x"}
	if err := Write(dir, "toy", "1", want); err != nil {
		t.Fatal(err)
	}
	var got model
	if err := Read(dir, "toy", "1", &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" || math.Signbit(want.W[4]) != math.Signbit(got.W[4]) {
		t.Fatal(d)
	}
	if err := Write(dir, "toy", "1", model{W: []float64{math.NaN()}}); err == nil {
		t.Error("a NaN was written")
	}
}

func TestDamageIsRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, Name)
	if err := Write(dir, "toy", "1", model{W: []float64{1.25, 2}}); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for want, text := range map[string][]byte{
		"is damaged":        bytes.Replace(good, []byte("1.25"), []byte("1.35"), 1),
		"no model file":     []byte("\x93NUMPY"),
		"train it again":    good[:len(good)-8],
		"not of toy 1":      bytes.Replace(good, []byte("toy"), []byte("tow"), 1),
		"its first line: E": nil,
	} {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		var m model
		if err := Read(dir, "toy", "1", &m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if err := Write(dir, "toy", "1", map[string]any{"weights": 1}); err != nil {
		t.Fatal(err)
	}
	var m model
	if err := Read(dir, "toy", "1", &m); err == nil || !strings.Contains(err.Error(), "weights") {
		t.Errorf("unknown field: %v", err)
	}
	if err := Read(t.TempDir(), "toy", "1", &m); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
