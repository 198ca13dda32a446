package file

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/google/go-cmp/cmp"
)

// What the tests need of MATLAB's format, version 5.

var le = binary.LittleEndian

func element(typ uint32, data string) string {
	head := le.AppendUint32(le.AppendUint32(nil, typ), uint32(len(data)))
	return string(head) + data + strings.Repeat("\x00", (8-len(data)%8)%8)
}

func int32s(v ...int) string {
	var b []byte
	for _, x := range v {
		b = le.AppendUint32(b, uint32(int32(x)))
	}
	return string(b)
}

func value(class int, name string, shape []int, parts ...string) string {
	body := element(6, int32s(class, 0)) + element(5, int32s(shape...)) + element(1, name) + strings.Join(parts, "")
	return string(le.AppendUint32(le.AppendUint32(nil, 14), uint32(len(body)))) + body
}

func double(name string, shape []int, v ...float64) string {
	var b []byte
	for _, x := range v {
		b = le.AppendUint64(b, math.Float64bits(x))
	}
	return value(6, name, shape, element(9, string(b)))
}

func char(name, text string) string {
	return value(4, name, []int{1, len(text)}, element(16, text))
}

func cell(name string, shape []int, items ...string) string { return value(1, name, shape, items...) }

func structure(name string, shape []int, fields []string, items ...string) string {
	names := ""
	for _, f := range fields {
		names += f + strings.Repeat("\x00", 16-len(f))
	}
	return value(2, name, shape, append([]string{element(5, int32s(16)), element(1, names)}, items...)...)
}

func writeMat(t *testing.T, variables ...string) string {
	t.Helper()
	head := "MATLAB 5.0 MAT-file" + strings.Repeat(" ", 97) + strings.Repeat("\x00", 8) + "\x00\x01IM"
	return writeText(t, "mine.mat", head+strings.Join(variables, ""))
}

func TestMatlabArrays(t *testing.T) {
	// MATLAB's first index varies fastest: [1 2; 3 4; 5 6].
	rates := double("rates", []int{3, 2}, 1, 3, 5, 2, 4, 6)
	cue := double("cue", []int{1, 3}, 90, 0, 90)
	path := writeMat(t, rates, cue, double("bin_s", []int{1, 1}, 0.05), char("animal", "Momo"), cell("side", []int{3, 1}, char("", "left"), char("", "go "), char("", "left")))
	r := mustRead(t, path, Columns{Classes: []Class{{"direction", "cue"}, Named("side")}, Angles: map[string]Angles{"direction": {Unit: Degrees}}})
	want := &data.Recording{Samples: matrix(3, 2, 1, 2, 3, 4, 5, 6), BinSeconds: 0.05, Trial: []int32{0, 0, 0}, Targets: []data.Target{
		{Name: "direction", Labels: []int32{1, 0, 1}, Classes: 2}, {Name: "side", Labels: []int32{1, 0, 1}, Classes: 2}}}
	if d := cmp.Diff(want, r.Recording) + cmp.Diff([]float64{0, math.Pi / 2}, r.Targets["direction"].Angles) + cmp.Diff([]string{"go", "left"}, r.Targets["side"].Labels); d != "" {
		t.Error(d)
	}
	// Unnamed, doubles are continuous, and it is asked whether they are.
	r = mustRead(t, writeMat(t, double("rates", []int{6, 2}, 1, 3, 5, 2, 4, 6, 1, 3, 5, 2, 4, 7), double("cue", []int{6, 1}, 1, 2, 1, 2, 1, 1)), Columns{})
	wantNote(t, r, "cue holds 2 different whole numbers and is taken as continuous", true)
}

func TestMatlabPaths(t *testing.T) {
	inner := structure("", []int{1, 1}, []string{"fr", "state"}, double("", []int{2, 3}, 1, 4, 2, 5, 3, 6), double("", []int{3, 1}, 1, 2, 1))
	path := writeMat(t, structure("day", []int{1, 1}, []string{"animal", "ca1"}, char("", "M"), inner))
	_, err := readFile(path, Columns{Samples: []string{"day.ca1.fr"}, Classes: []Class{{"state", "day.ca1.state"}}}, limit)
	if err == nil || !strings.Contains(err.Error(), "transpose: true") {
		t.Errorf("units first: error %v", err)
	}
	r := mustRead(t, path, Columns{Samples: []string{"day.ca1.fr"}, Axes: []string{Units, Time}, Classes: []Class{{"state", "day.ca1.state"}}})
	want := &data.Recording{Samples: matrix(3, 2, 1, 4, 2, 5, 3, 6), Trial: []int32{0, 0, 0}, Targets: []data.Target{{Name: "state", Labels: []int32{0, 1, 0}, Classes: 2}}}
	if d := cmp.Diff(want, r.Recording); d != "" {
		t.Error(d)
	}
	_, err = readFile(path, Columns{Samples: []string{"day.fr"}}, limit)
	if err == nil || !strings.Contains(err.Error(), `no array is named "day.fr"; there are day.animal, day.ca1.fr, day.ca1.state`) {
		t.Errorf("error %v", err)
	}
}

// Trials of different lengths: a cell of matrices, or a field of a struct array.
func TestMatlabLists(t *testing.T) {
	one, two, none := double("", []int{2, 2}, 1, 3, 2, 4), double("", []int{1, 2}, 5, 6), double("", []int{0, 0})
	want := &data.Recording{Samples: matrix(3, 2, 1, 2, 3, 4, 5, 6), Trial: []int32{0, 0, 2}, Targets: []data.Target{
		{Name: "direction", Labels: []int32{1, 1, 0}, Classes: 3}, {Name: "speed", Values: matrix(3, 1, .1, .2, .3)}}}
	c := Columns{Classes: []Class{{"direction", "cue"}}, Continuous: map[string][]string{"speed": {"speed"}}}
	speed := []string{double("", []int{2, 1}, .1, .2), double("", []int{1, 1}, .3), none}
	path := writeMat(t, cell("samples", []int{1, 3}, one, none, two), double("cue", []int{1, 3}, 90, 180, 0), cell("speed", []int{1, 3}, speed[0], none, speed[1]))
	if d := cmp.Diff(want, mustRead(t, path, c).Recording); d != "" {
		t.Errorf("a cell: %s", d)
	}
	fields := []string{"spikes", "cue", "speed"}
	trials := structure("trials", []int{1, 3}, fields, one, char("", "right"), speed[0], none, char("", "up"), none, two, char("", "left"), speed[1])
	c = Columns{Samples: []string{"trials.spikes"}, Classes: []Class{{"direction", "trials.cue"}}, Continuous: map[string][]string{"speed": {"trials.speed"}}}
	if d := cmp.Diff(want, mustRead(t, writeMat(t, trials), c).Recording); d != "" {
		t.Errorf("a struct array: %s", d)
	}
	each := func(a, b, c string) string { return structure("", []int{1, 1}, fields, a, b, c) }
	structs := cell("trials", []int{3, 1}, each(one, char("", "right"), speed[0]), each(none, char("", "up"), none), each(two, char("", "left"), speed[1]))
	if d := cmp.Diff(want, mustRead(t, writeMat(t, structs), c).Recording); d != "" {
		t.Errorf("a cell of structs: %s", d)
	}
	// Units first in each part: the parts themselves tell, or the other lists.
	turned := cell("samples", []int{1, 2}, double("", []int{2, 3}, 1, 4, 2, 5, 3, 6), double("", []int{2, 1}, 7, 8))
	if _, err := readFile(writeMat(t, turned), Columns{}, limit); err == nil || !strings.Contains(err.Error(), "transpose: true") {
		t.Errorf("error %v", err)
	}
	even := cell("samples", []int{1, 2}, double("", []int{2, 3}, 1, 4, 2, 5, 3, 6), double("", []int{2, 3}, 7, 8, 9, 10, 11, 12))
	path = writeMat(t, even, cell("vel", []int{1, 2}, double("", []int{1, 3}, 1, 2, 3), double("", []int{1, 3}, 4, 5, 6)))
	if _, err := readFile(path, Columns{}, limit); err == nil || !strings.Contains(err.Error(), "the samples are [2 x 3], samples x channels, but vel (2 parts, the first [1 x 3]) has 3") {
		t.Errorf("error %v", err)
	}
	r := mustRead(t, path, Columns{Axes: []string{Units, Time}})
	if d := cmp.Diff(matrix(6, 2, 1, 4, 2, 5, 3, 6, 7, 8, 9, 10, 11, 12), r.Recording.Samples) + cmp.Diff([]data.Target{{Name: "velocity", Values: matrix(6, 1, 1, 2, 3, 4, 5, 6)}}, r.Recording.Targets); d != "" {
		t.Error(d)
	}
}

func TestMatlabSparseAndOpaque(t *testing.T) {
	sparse := value(5, "samples", []int{3, 2}, element(5, int32s(0, 2, 1)), element(5, int32s(0, 2, 3)), element(9, string(le.AppendUint64(le.AppendUint64(le.AppendUint64(nil, math.Float64bits(7)), math.Float64bits(8)), math.Float64bits(9)))))
	handle := value(16, "f", []int{1, 1}, char("", "@"))
	r := mustRead(t, writeMat(t, sparse, handle), Columns{})
	if d := cmp.Diff(matrix(3, 2, 7, 0, 0, 9, 8, 0), r.Recording.Samples); d != "" {
		t.Error(d)
	}
	wantNote(t, r, "f (a function handle, which is code)", false)
	if _, err := readFile(writeMat(t, sparse, handle), Columns{Classes: []Class{Named("f")}}, limit); err == nil || !strings.Contains(err.Error(), "a function handle") {
		t.Errorf("error %v", err)
	}
	head := "MATLAB 7.3 MAT-file" + strings.Repeat(" ", 97) + strings.Repeat("\x00", 8) + "\x00\x02IM"
	_, err := readFile(writeText(t, "mine.mat", head+strings.Repeat("\x00", 384)+"\x89HDF\r\n\x1a\n"), Columns{}, limit)
	if err == nil || !strings.Contains(err.Error(), `save("day.mat", "-v7")`) {
		t.Errorf("version 7.3: error %v", err)
	}
	huge := value(5, "samples", []int{1 << 30, 1 << 10}, element(5, ""), element(5, strings.Repeat("\x00", 4<<10+4)), element(9, ""))
	if _, err := readFile(writeMat(t, huge), Columns{}, limit); err == nil || !strings.Contains(err.Error(), "at most 1048576 are read") {
		t.Errorf("a sparse matrix of a terabyte: error %v", err)
	}
}

// The published recording of brain-computer interface learning, in cells in structs,
// is that of the portable file.
func TestGolub(t *testing.T) {
	mirror := os.Getenv("ASSAY_DATA_MIRROR")
	if mirror == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("ASSAY_DATA_MIRROR is not set")
		}
		t.Skip("needs published recordings: set ASSAY_DATA_MIRROR")
	}
	path := filepath.Join(mirror, "golub_bci_learning_exampleData.mat")
	portable := filepath.Join(mirror, "..", "recordings", "golub-bci.npz")
	for period, velocity := range map[string]string{"before": "vraw_intuitive", "after": "vraw_perturbed"} {
		clouds := period + "Learning.clouds."
		got := mustReadLarge(t, path, Columns{Samples: []string{clouds + "spikes"}, Axes: []string{Units, Time}, Classes: []Class{{"direction", clouds + "angles"}},
			Continuous: map[string][]string{"velocity": {clouds + velocity}, "factors": {clouds + "factorActivity"}}, Angles: map[string]Angles{"direction": {Unit: Degrees}}})
		if _, err := os.Stat(portable); err != nil {
			t.Skip("no portable recordings beside the mirror")
		}
		want := mustReadLarge(t, portable, Columns{Samples: []string{period + "_spikes"}, Classes: []Class{{"direction", period + "_dir_deg"}},
			Continuous: map[string][]string{"velocity": {period + "_vel"}, "factors": {period + "_factors"}}, Angles: map[string]Angles{"direction": {Unit: Degrees}}})
		if d := cmp.Diff(want.Recording.Samples, got.Recording.Samples) + cmp.Diff(want.Recording.Targets, got.Recording.Targets) + cmp.Diff(want.Targets, got.Targets); d != "" {
			t.Errorf("%s: %.2000s", period, d)
		}
		if got.Recording.Trials() != 8 {
			t.Errorf("%s: %d trials", period, got.Recording.Trials())
		}
	}
}

func mustReadLarge(t *testing.T, path string, c Columns) Reading {
	t.Helper()
	r, err := Read(t.Context(), path, c, Options{Limit: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	return r
}
