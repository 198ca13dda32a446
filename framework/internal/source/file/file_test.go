package file

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/data/npy"
	"github.com/google/go-cmp/cmp"
)

// member writes one array of an archive.
type member func(t *testing.T, w *zip.Writer)

func array[T npy.Element](name string, shape []int, values ...T) member {
	return func(t *testing.T, w *zip.Writer) {
		t.Helper()
		f, err := w.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		if err := npy.Write(f, shape, values); err != nil {
			t.Fatal(err)
		}
	}
}

func writeNPZ(t *testing.T, members ...member) string {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, m := range members {
		m(t, w)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return writeText(t, "mine.npz", buf.String())
}

func writeText(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const limit = 1 << 20

// within is what tests allow.
var within = Options{Limit: limit}

func readFile(path string, c Columns, limit int64) (*data.Recording, error) {
	r, err := Read(context.Background(), path, c, Options{Limit: limit})
	return r.Recording, err
}

func matrix(rows, cols int, values ...float32) data.Array {
	return data.Array{Shape: []int{rows, cols}, Values: values}
}

var (
	twoByTwo = array[float32]("samples", []int{2, 2}, 1, 2, 3, 4)
	spikes   = array[uint8]("counts", []int{3, 1}, 1, 0, 2)
)

func TestNPZByConvention(t *testing.T) {
	path := writeNPZ(t, spikes,
		array("bin_s", []int{1}, 0.05),
		array[int32]("trial_len", []int{2}, 2, 1),
		array[uint8]("trial_label", []int{2}, 5, 0),
		array[float32]("vel", []int{3, 2}, 1, 2, 3, 4, 5, 6),
		array[uint8]("timestep", []int{3}, 0, 1, 4),
		array[int64]("block", []int{3}, 0, 0, 1),
		array[float64]("pupil", []int{3}, 0.5, 0.25, 0),
		array[uint8]("split", []int{3}, 1, 1, 3),
		array[float32]("unrelated", []int{7}, make([]float32, 7)...))
	got, err := readFile(path, Columns{}, limit)
	if err != nil {
		t.Fatal(err)
	}
	want := &data.Recording{
		Samples: matrix(3, 1, 20, 0, 40), Unit: "Hz", BinSeconds: 0.05,
		Trial: []int32{0, 0, 1}, Split: []data.Split{"train", "train", "test"},
		Targets: []data.Target{
			{Name: "direction", Labels: []int32{1, 1, 0}, Classes: 2},
			{Name: "velocity", Values: matrix(3, 2, 1, 2, 3, 4, 5, 6)},
			{Name: "time", Values: matrix(3, 1, 0, 1, 4)},
			{Name: "block", Labels: []int32{0, 0, 1}, Classes: 2},
			{Name: "pupil", Values: matrix(3, 1, 0.5, 0.25, 0)},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestNPZByName(t *testing.T) {
	path := writeNPZ(t,
		array[float64]("rates", []int{2, 2}, 1, 2, 3, 4),
		array[float64]("other", []int{2, 2}, 9, 9, 9, 9),
		array[float64]("day", []int{2}, 3, 4), // whole numbers saved as floats
		array[int32]("stimulus", []int{2}, 1, 0))
	c := Columns{Samples: []string{"rates"}, Trial: "day", Unit: "z", BinSeconds: 0.1,
		Classes: []Class{Named("stimulus")}, Continuous: map[string][]string{"gaze": {"other"}}}
	got, err := readFile(path, c, limit)
	if err != nil {
		t.Fatal(err)
	}
	want := &data.Recording{Samples: matrix(2, 2, 1, 2, 3, 4), Unit: "z", BinSeconds: 0.1, Trial: []int32{3, 4},
		Targets: []data.Target{{Name: "stimulus", Labels: []int32{1, 0}, Classes: 2}, {Name: "gaze", Values: matrix(2, 2, 9, 9, 9, 9)}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestNPZGuessesTheOnlyMatrix(t *testing.T) {
	got, err := readFile(writeNPZ(t, array[float32]("X", []int{2, 2}, 1, 2, 3, 4), array[int32]("y", []int{2}, 0, 1)), Columns{}, limit)
	if err != nil {
		t.Fatal(err)
	}
	if got.Samples.Values[3] != 4 || got.Targets[0].Name != "y" || got.Trials() != 1 {
		t.Errorf("%+v", got)
	}
}

func TestNPZMistakes(t *testing.T) {
	for _, c := range []struct {
		name, want string
		columns    Columns
		members    []member
	}{
		{"two candidates", "2 arrays could be them (a [2 x 2], b [2 x 2])", Columns{}, []member{array[float32]("a", []int{2, 2}, 1, 2, 3, 4), array[float32]("b", []int{2, 2}, 1, 2, 3, 4)}},
		{"no such array", "no array is named \"rates\"; there are samples", Columns{Samples: []string{"rates"}}, []member{twoByTwo}},
		{"samples of one axis", "must be [samples x channels]", Columns{}, []member{array[float32]("samples", []int{2}, 1, 2)}},
		{"trials too short", "one column of 2 values", Columns{}, []member{twoByTwo, array[int32]("trial", []int{1}, 0)}},
		{"lengths too large", "more than the 2 samples", Columns{}, []member{twoByTwo, array[int64]("trial_len", []int{1}, 1<<60)}},
		{"lengths too small", "sums to 1 for 2 samples", Columns{}, []member{twoByTwo, array[int32]("trial_len", []int{1}, 1)}},
		{"negative length", "more than the 2 samples", Columns{}, []member{twoByTwo, array[int32]("trial_len", []int{2}, -1, 3)}},
		{"trials in pieces", "in pieces", Columns{}, []member{array[float32]("samples", []int{3, 1}, 1, 2, 3), array[int32]("trial", []int{3}, 0, 1, 0)}},
		{"fractions as trials", "whole numbers, one is 0.5", Columns{}, []member{twoByTwo, array("trial", []int{2}, 0, 0.5)}},
		{"split codes", "split \"9\" is none of train, val, test", Columns{}, []member{twoByTwo, array[uint8]("split", []int{2}, 1, 9)}},
		{"bin width", "seconds above 0", Columns{}, []member{spikes, array("bin_s", []int{1}, -1.0)}},
		{"not finite", "must be finite", Columns{}, []member{array("samples", []int{1, 1}, 1e300)}},
		{"too large", "at most 1048576", Columns{}, []member{array("samples", []int{300_000, 1}, make([]float64, 300_000)...)}},
	} {
		_, err := readFile(writeNPZ(t, c.members...), c.columns, limit)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "mine.npz") {
			t.Errorf("%s: error %v does not mention %q and the file", c.name, err, c.want)
		}
	}
}

func TestNPY(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.npy")
	if err := data.WriteArray(path, matrix(2, 2, 1, 2, 3, 4)); err != nil {
		t.Fatal(err)
	}
	got, err := readFile(path, Columns{Unit: "mV", BinSeconds: 0.02}, limit)
	if err != nil {
		t.Fatal(err)
	}
	want := &data.Recording{Samples: matrix(2, 2, 1, 2, 3, 4), Unit: "mV", BinSeconds: 0.02, Trial: []int32{0, 0}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestCSV(t *testing.T) {
	text := "\ufeffunit1,unit2 ,trial,stim,x,y,split,note\r\n" +
		"1,2.5,7,0,1e-1,-2,train,\"free, text\"\r\n3,4,7,2,0,0,train,\r\n5,6,9,1,1,1,test,\r\n"
	c := Columns{Samples: []string{"unit*"}, Unit: "Hz", Classes: []Class{Named("stim")}, Continuous: map[string][]string{"gaze": {"y", "x"}}}
	got, err := readFile(writeText(t, "mine.csv", text), c, limit)
	if err != nil {
		t.Fatal(err)
	}
	want := &data.Recording{
		Samples: matrix(3, 2, 1, 2.5, 3, 4, 5, 6), Unit: "Hz", Channels: []string{"unit1", "unit2"}, Trial: []int32{7, 7, 9},
		Split: []data.Split{"train", "train", "test"},
		Targets: []data.Target{
			{Name: "stim", Labels: []int32{0, 2, 1}, Classes: 3},
			{Name: "gaze", Values: matrix(3, 2, -2, 0.1, 0, 0, 1, 1)},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestCSVMistakesHaveLineAndColumn(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"missing value", "a,trial\n1,0\n,0\n", `mine.csv:3:1: missing value ("") in column "a"`},
		{"NaN", "a,trial\n1,0\n2,0\nNaN,1\n", `mine.csv:4:1: missing value ("NaN")`},
		{"no number", "a,trial\n1x,0\n", `mine.csv:2:1: "1x" in column "a" is no number`},
		{"decimal comma", "a,trial\n\"1,5\",0\n", `mine.csv:2:1: "1,5" in column "a" is no number: decimals need a point`},
		{"fraction as trial", "a,trial\n1,0.5\n", `mine.csv:2:3: "0.5" in column "trial" is no whole number`},
		{"short row", "a,trial\n1\n", "line 2"},
		{"no such column", "b,trial\n1,0\n", `mine.csv: no column is named "a"; there are b, trial`},
		{"the same twice", "a,a\n1,0\n", `mine.csv:1:3: two columns are named "a"`},
		{"no name", "a,\n1,0\n", "mine.csv:1:3: column 2 has no name"},
		{"infinite", "a,trial\nInf,0\n", "mine.csv:2:1: \"Inf\" in column \"a\" is not finite"},
		{"beyond float32", "a,trial\n1e60,0\n", "mine.csv:2:1:"},
		{"split", "a,split\n1,holdout\n", `mine.csv:2:3: split "holdout" is none of`},
		{"empty", "", "no header row"},
		{"only a header", "a,trial\n", "the recording is empty"},
		{"quotes", "a,trial\n\"1,0\n", "mine.csv"},
	} {
		_, err := readFile(writeText(t, "mine.csv", c.text), Columns{Samples: []string{"a"}}, limit)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not mention %q", c.name, err, c.want)
		}
	}
}

func FuzzCSV(f *testing.F) {
	f.Add("a,trial,split\n1,0,train\n2,1,test\n")
	f.Add("\ufeffa;b\n\"1\n")
	path := filepath.Join(f.TempDir(), "x.csv")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if r, err := readFile(path, Columns{Samples: []string{"a*"}}, limit); err == nil && r.Len() == 0 {
			t.Fatal("an empty recording passed")
		}
	})
}
