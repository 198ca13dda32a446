package file

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/google/go-cmp/cmp"
)

// texts is an array of NumPy's "<U8".
func texts(name string, shape string, values ...string) member {
	return func(t *testing.T, w *zip.Writer) {
		t.Helper()
		f, err := w.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		var b []byte
		for _, s := range values {
			cell := make([]byte, 0, 32)
			for _, r := range s {
				cell = binary.LittleEndian.AppendUint32(cell, uint32(r))
			}
			b = append(b, append(cell, make([]byte, 32-len(cell))...)...)
		}
		header := "{'descr': '<U8', 'fortran_order': False, 'shape': " + shape + ", }\n"
		head := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(header)))
		if _, err := f.Write(append(append(head, header...), b...)); err != nil {
			t.Fatal(err)
		}
	}
}

// objects is an array of Python objects.
func objects(name string) member {
	return func(t *testing.T, w *zip.Writer) {
		t.Helper()
		f, err := w.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		header := "{'descr': '|O', 'fortran_order': False, 'shape': (), }\n"
		io.WriteString(f, "\x93NUMPY\x01\x00"+string(binary.LittleEndian.AppendUint16(nil, uint16(len(header))))+header+"\x80\x04}.")
	}
}

func mustRead(t *testing.T, path string, c Columns) Reading {
	t.Helper()
	r, err := Read(context.Background(), path, c, Options{Limit: limit})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// said reports whether a note holds the words; question that it is a question.
func said(r Reading, words string) (found, question bool) {
	for _, n := range r.Notes {
		if strings.Contains(n.Text, words) {
			return true, n.Question
		}
	}
	return false, false
}

func wantNote(t *testing.T, r Reading, words string, question bool) {
	t.Helper()
	if found, asked := said(r, words); !found || asked != question {
		t.Errorf("no note (question: %v) says %q: %v", question, words, r.Notes)
	}
}

// One array that cannot be read is no reason to refuse the others.
func TestTextAndObjectsBesideTheSamples(t *testing.T) {
	r := mustRead(t, writeNPZ(t, twoByTwo, objects("meta"), texts("animal", "()", "Momo")), Columns{})
	if r.Recording.Samples.Values[3] != 4 {
		t.Errorf("%+v", r.Recording)
	}
	wantNote(t, r, "meta (type \"|O\" holds Python objects", false)
	if _, err := readFile(writeNPZ(t, twoByTwo, objects("meta")), Columns{Classes: []Class{Named("meta")}}, limit); err == nil || !strings.Contains(err.Error(), "Python objects") {
		t.Errorf("an array of objects as a target: error %v", err)
	}
}

// Labels are the values that occur, in order, whatever they are and however they
// are laid out. (A5)
func TestLabelsAreTheValuesThatOccur(t *testing.T) {
	samples := array[float32]("samples", []int{4, 2}, 1, 2, 3, 4, 5, 6, 7, 8)
	for _, c := range []struct {
		name  string
		y     member
		names []string
		codes []int32
	}{
		{"from 0", array[int64]("y", []int{4}, 1, 0, 2, 1), []string{"0", "1", "2"}, []int32{1, 0, 2, 1}},
		{"from 1", array[uint8]("y", []int{4}, 2, 1, 3, 2), []string{"1", "2", "3"}, []int32{1, 0, 2, 1}},
		{"degrees", array[int32]("y", []int{4}, 45, 0, 315, 45), []string{"0", "45", "315"}, []int32{1, 0, 2, 1}},
		{"negative", array[int32]("y", []int{4}, 0, -1, 1, 0), []string{"-1", "0", "1"}, []int32{1, 0, 2, 1}},
		{"a column", array[int32]("y", []int{4, 1}, 5, 4, 6, 5), []string{"4", "5", "6"}, []int32{1, 0, 2, 1}},
		{"a row", array[int32]("y", []int{1, 4}, 5, 4, 6, 5), []string{"4", "5", "6"}, []int32{1, 0, 2, 1}},
		{"floats", array("y", []int{4}, 1.5, -0.5, 2, 1.5), []string{"-0.5", "1.5", "2"}, []int32{1, 0, 2, 1}},
		{"whole floats", array("y", []int{4}, 2.0, 1, 10, 2), []string{"1", "2", "10"}, []int32{1, 0, 2, 1}},
		{"text", texts("y", "(4,)", "left", "go", "right", "left"), []string{"go", "left", "right"}, []int32{1, 0, 2, 1}},
		{"text of numbers", texts("y", "(4, 1)", "2", "1.0", "10", "2.0"), []string{"1", "2", "10"}, []int32{1, 0, 2, 1}},
		{"beyond 2⁵³", array[int64]("y", []int{4}, 1<<53+1, 1<<53, 1<<53+2, 1<<53+1),
			[]string{"9007199254740992", "9007199254740993", "9007199254740994"}, []int32{1, 0, 2, 1}},
	} {
		path := writeNPZ(t, samples, c.y)
		r := mustRead(t, path, Columns{Classes: []Class{Named("y")}})
		want := []data.Target{{Name: "y", Labels: c.codes, Classes: len(c.names)}}
		if d := cmp.Diff(want, r.Recording.Targets) + cmp.Diff(data.AboutTarget{Labels: c.names}, r.Targets["y"]); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		// What is no float is a class even if nobody says so.
		if !strings.Contains(c.name, "floats") {
			if d := cmp.Diff(want, mustRead(t, path, Columns{}).Recording.Targets); d != "" {
				t.Errorf("%s, unnamed: %s", c.name, d)
			}
		}
	}
}

func TestClassTargetsMayBeRenamed(t *testing.T) {
	path := writeNPZ(t, twoByTwo, array[int32]("reach_dir", []int{2}, 90, 180), texts("side", "(2,)", "N", "W"))
	r := mustRead(t, path, Columns{Classes: []Class{{"direction", "reach_dir"}, {"compass", "side"}, {"again", "reach_dir"}},
		Angles: map[string]Angles{"direction": {Unit: Degrees}, "compass": {ByLabel: map[string]float64{"N": 90, "W": 180}}}})
	want := map[string]data.AboutTarget{
		"direction": {Labels: []string{"90", "180"}, Angles: []float64{math.Pi / 2, math.Pi}},
		"compass":   {Labels: []string{"N", "W"}, Angles: []float64{math.Pi / 2, math.Pi}},
		"again":     {Labels: []string{"90", "180"}},
	}
	if d := cmp.Diff(want, r.Targets); d != "" {
		t.Error(d)
	}
	radians := writeNPZ(t, twoByTwo, array("a", []int{2}, math.Pi, 0.5))
	r = mustRead(t, radians, Columns{Classes: []Class{Named("a")}, Angles: map[string]Angles{"a": {Unit: Radians}}})
	if d := cmp.Diff([]float64{0.5, math.Pi}, r.Targets["a"].Angles); d != "" {
		t.Error(d)
	}
	for want, angles := range map[string]map[string]Angles{
		"label N is no number of degrees":       {"compass": {Unit: Degrees}},
		"label W has none":                      {"compass": {ByLabel: map[string]float64{"N": 90}}},
		"there is no label S; there is N, W":    {"compass": {ByLabel: map[string]float64{"N": 90, "W": 0, "S": 1}}},
		`there is no class target "directions"`: {"directions": {Unit: Degrees}},
	} {
		_, err := readFile(path, Columns{Classes: []Class{{"compass", "side"}}, Angles: angles}, limit)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not mention %q", err, want)
		}
	}
}

// Channels first, or no recording at all: another array tells. (A8)
func TestForeignAxes(t *testing.T) {
	samples := array[float32]("samples", []int{2, 3}, 1, 2, 3, 4, 5, 6)
	state := array[int32]("state", []int{3}, 0, 1, 1)
	turned := matrix(3, 2, 1, 4, 2, 5, 3, 6)
	for name, members := range map[string][]member{
		"a target":             {samples, state},
		"lengths of trials":    {samples, array[int32]("trial_len", []int{1}, 3)},
		"a trial for each":     {samples, array[int32]("trial", []int{3}, 0, 0, 1)},
		"continuous":           {samples, array[float32]("vel", []int{3, 2}, 1, 2, 3, 4, 5, 6)},
		"a column":             {samples, array[int32]("state", []int{3, 1}, 0, 1, 1)},
		"the target is turned": {samples, array[float32]("speed", []int{1, 3}, 1, 2, 3)},
	} {
		path := writeNPZ(t, members...)
		_, err := readFile(path, Columns{}, limit)
		if err == nil || !strings.Contains(err.Error(), "transpose: true") {
			t.Errorf("%s: error %v", name, err)
		}
		r := mustRead(t, path, Columns{Axes: []string{Units, Time}})
		if d := cmp.Diff(turned, r.Recording.Samples); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	// Said to be right, it is read.
	r := mustRead(t, writeNPZ(t, samples, state), Columns{Axes: []string{Time, Units}})
	if r.Recording.Len() != 2 || len(r.Recording.Targets) != 0 {
		t.Errorf("%+v", r.Recording)
	}
	// Named as a target it does not fit, and the error says why that may be.
	_, err := readFile(writeNPZ(t, samples, state), Columns{Classes: []Class{Named("state")}}, limit)
	if err == nil || !strings.Contains(err.Error(), "say read: {transpose: true}") {
		t.Errorf("error %v", err)
	}
	// What goes with the channels is no contradiction where samples are more.
	r = mustRead(t, writeNPZ(t, array[float32]("samples", []int{3, 2}, 1, 2, 3, 4, 5, 6), array[int32]("electrode", []int{2}, 7, 8)), Columns{})
	wantNote(t, r, "electrode [2] goes with the channels", true)
	// Kinematics beside counted spikes: nobody says which is the recording.
	_, err = readFile(writeNPZ(t, array[uint8]("spikes", []int{2, 3}, 1, 2, 3, 4, 5, 6), array[float32]("hand", []int{2, 2}, 1, 2, 3, 4)), Columns{}, limit)
	if err == nil || !strings.Contains(err.Error(), "hand [2 x 2], spikes [2 x 3]") {
		t.Errorf("error %v", err)
	}
	// A list of times is no recording of one channel, unless somebody says so.
	times := writeNPZ(t, array[float64]("times", []int{4, 1}, 0.1, 0.4, 0.5, 1))
	if _, err = readFile(times, Columns{}, limit); err == nil || !strings.Contains(err.Error(), "a list of times") {
		t.Errorf("error %v", err)
	}
	wantNote(t, mustRead(t, times, Columns{Samples: []string{"times"}}), "never falls", true)
}

func TestTargetsFollowTheOrientationOfTheSamples(t *testing.T) {
	path := writeNPZ(t, array[float32]("samples", []int{2, 3}, 1, 2, 3, 4, 5, 6), array[float32]("vel", []int{2, 3}, 1, 2, 3, 10, 20, 30),
		array[int32]("state", []int{1, 3}, 0, 1, 1))
	r := mustRead(t, path, Columns{Axes: []string{Units, Time}})
	want := []data.Target{{Name: "velocity", Values: matrix(3, 2, 1, 10, 2, 20, 3, 30)}, {Name: "state", Labels: []int32{0, 1, 1}, Classes: 2}}
	if d := cmp.Diff(want, r.Recording.Targets); d != "" {
		t.Error(d)
	}
}

// Three axes, in every order: samples, a target per sample, one per trial.
func TestTrialsByTimeByUnits(t *testing.T) {
	const trials, time, units = 2, 3, 4
	value := func(r, t, u int) float32 { return float32(100*r + 10*t + u) }
	want := matrix(trials*time, units)
	for r := range trials {
		for t := range time {
			for u := range units {
				want.Values = append(want.Values, value(r, t, u))
			}
		}
	}
	lengths := map[string]int{Trials: trials, Time: time, Units: units}
	for _, axes := range [][]string{{Trials, Time, Units}, {Trials, Units, Time}, {Time, Trials, Units}, {Time, Units, Trials}, {Units, Time, Trials}, {Units, Trials, Time}} {
		var shape, two []int
		for _, a := range axes {
			shape = append(shape, lengths[a])
			if a != Units {
				two = append(two, lengths[a])
			}
		}
		var values, phase []float32
		index := map[string]int{}
		for i := range shape[0] {
			for j := range shape[1] {
				for k := range shape[2] {
					index[axes[0]], index[axes[1]], index[axes[2]] = i, j, k
					values = append(values, value(index[Trials], index[Time], index[Units]))
					if index[Units] == 0 {
						phase = append(phase, value(index[Trials], index[Time], 0))
					}
				}
			}
		}
		path := writeNPZ(t, array("samples", shape, values...), array("phase", two, phase...), array[int32]("cue", []int{trials}, 9, 7))
		r := mustRead(t, path, Columns{Axes: axes, Classes: []Class{Named("cue")}, Continuous: map[string][]string{"phase": {"phase"}}})
		if d := cmp.Diff(want, r.Recording.Samples) + cmp.Diff([]int32{0, 0, 0, 1, 1, 1}, r.Recording.Trial); d != "" {
			t.Errorf("%v: %s", axes, d)
		}
		targets := []data.Target{{Name: "cue", Labels: []int32{1, 1, 1, 0, 0, 0}, Classes: 2},
			{Name: "phase", Values: matrix(6, 1, 0, 10, 20, 100, 110, 120)}}
		if d := cmp.Diff(targets, r.Recording.Targets); d != "" {
			t.Errorf("%v: %s", axes, d)
		}
		_, err := readFile(path, Columns{}, limit)
		if err == nil || !strings.Contains(err.Error(), "axes: [trials, time, units]") {
			t.Errorf("%v: without axes: error %v", axes, err)
		}
	}
}

func TestAValueForEachTrial(t *testing.T) {
	path := writeNPZ(t, array[float32]("samples", []int{4, 2}, 1, 2, 3, 4, 5, 6, 7, 8), array[int32]("trial", []int{4}, 7, 7, 7, 3),
		array[int32]("cue", []int{2}, 5, 6), array[float32]("start", []int{2, 3}, 1, 2, 3, 4, 5, 6))
	r := mustRead(t, path, Columns{Classes: []Class{Named("cue")}, Continuous: map[string][]string{"start": {"start"}}})
	want := []data.Target{{Name: "cue", Labels: []int32{0, 0, 0, 1}, Classes: 2}, {Name: "start", Values: matrix(4, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 4, 5, 6)}}
	if d := cmp.Diff(want, r.Recording.Targets); d != "" {
		t.Error(d)
	}
	r = mustRead(t, path, Columns{})
	if len(r.Recording.Targets) != 0 {
		t.Errorf("nobody named them: %+v", r.Recording.Targets)
	}
	wantNote(t, r, "cue has a value for each trial", false)
	path = writeNPZ(t, twoByTwo, array[int32]("trial", []int{2}, 0, 1), array[int32]("cue", []int{3}, 5, 6, 7))
	if _, err := readFile(path, Columns{Classes: []Class{Named("cue")}}, limit); err == nil || !strings.Contains(err.Error(), "3 values, for 2 samples in 2 trials") {
		t.Errorf("error %v", err)
	}
}

// What the numbers are is the user's to say, and is always told. (A7)
func TestScaleIsSaid(t *testing.T) {
	with := func(name string) string {
		return writeNPZ(t, array[uint8](name, []int{3, 2}, 1, 0, 2, 1, 0, 3), array("bin_s", []int{1}, 0.05))
	}
	hz, raw := matrix(3, 2, 20, 0, 40, 20, 0, 60), matrix(3, 2, 1, 0, 2, 1, 0, 3)
	for _, c := range []struct {
		name, file string
		columns    Columns
		samples    data.Array
		unit, note string
		question   bool
	}{
		{"by name", with("counts"), Columns{}, hz, "Hz", "counts of 50 ms turned into Hz", false},
		{"said", with("spikes"), Columns{Scale: Counts}, hz, "Hz", "counts of 50 ms turned into Hz", false},
		{"not said", with("spikes"), Columns{}, raw, "", "perhaps counts, which read: {scale: counts}", true},
		{"said to be rates", with("counts"), Columns{Scale: Rates}, raw, "Hz", "rates as they are, in Hz", false},
		{"kept by their unit", with("counts"), Columns{Unit: "counts"}, raw, "counts", "as they are, in counts", false},
		{"no width", writeNPZ(t, array[uint8]("counts", []int{3, 2}, 1, 0, 2, 1, 0, 3)), Columns{}, raw, "counts", "with bin_seconds they become Hz", true},
		{"a table", writeText(t, "mine.csv", "a,b\n1,0\n2,1\n0,3\n"), Columns{Samples: []string{"a", "b"}, Scale: Counts, BinSeconds: 0.05}, hz, "Hz", "turned into Hz", false},
		{"another unit", with("spikes"), Columns{Scale: Counts, Unit: "spikes/s"}, hz, "spikes/s", "turned into spikes/s", false},
	} {
		r := mustRead(t, c.file, c.columns)
		if d := cmp.Diff(c.samples, r.Recording.Samples) + cmp.Diff(c.unit, r.Recording.Unit); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		wantNote(t, r, c.note, c.question)
	}
}

func TestMissingValues(t *testing.T) {
	nan := float32(math.NaN())
	path := writeNPZ(t, array[float32]("samples", []int{6, 2}, 1, 10, nan, 20, 3, 30, nan, 40, 5, nan, 6, 60),
		array[int32]("trial", []int{6}, 0, 0, 0, 1, 1, 1), array[float32]("pupil", []int{6}, 1, 2, 3, 4, 5, nan), array("cue", []int{6}, 1, 1, math.NaN(), 2, 2, 2))
	for _, policy := range []string{"", Refuse} {
		_, err := readFile(path, Columns{NaN: policy}, limit)
		if err == nil || !strings.Contains(err.Error(), "sample 1, channel 0 is missing (NaN): say read: {nan: drop}") {
			t.Errorf("%q: error %v", policy, err)
		}
	}
	c := Columns{NaN: Drop, Classes: []Class{Named("cue")}, Continuous: map[string][]string{"pupil": {"pupil"}}}
	r := mustRead(t, path, c)
	want := &data.Recording{Samples: matrix(1, 2, 1, 10), Trial: []int32{0}, Targets: []data.Target{{Name: "cue", Labels: []int32{0}, Classes: 2}, {Name: "pupil", Values: matrix(1, 1, 1)}}}
	if d := cmp.Diff(want, r.Recording); d != "" {
		t.Error(d)
	}
	wantNote(t, r, "5 of 6 samples were left out for missing values, and with them 1 of 2 trials", false)

	c.NaN = Fill
	if _, err := readFile(path, c, limit); err == nil || !strings.Contains(err.Error(), "nothing lies between labels") {
		t.Errorf("a label filled in: error %v", err)
	}
	c.Classes = nil
	r = mustRead(t, path, c)
	if d := cmp.Diff(matrix(6, 2, 1, 10, 2, 20, 3, 30, 5, 40, 5, 50, 6, 60), r.Recording.Samples) + cmp.Diff(matrix(6, 1, 1, 2, 3, 4, 5, 5), r.Recording.Targets[0].Values); d != "" {
		t.Error(d)
	}
	wantNote(t, r, "3 missing values of the samples were filled in", false)

	never := writeNPZ(t, array[float32]("samples", []int{2, 2}, 1, nan, 2, nan))
	if _, err := readFile(never, Columns{NaN: Fill}, limit); err == nil || !strings.Contains(err.Error(), "column 1 has no value in all of trial 0") {
		t.Errorf("error %v", err)
	}
	if _, err := readFile(never, Columns{NaN: Drop}, limit); err == nil || !strings.Contains(err.Error(), "leaves none of 2 samples") {
		t.Errorf("error %v", err)
	}
	infinite := writeNPZ(t, array[float32]("samples", []int{2, 1}, 1, float32(math.Inf(1))))
	for _, policy := range []string{Drop, Fill} {
		if _, err := readFile(infinite, Columns{NaN: policy, Samples: []string{"samples"}}, limit); err == nil || !strings.Contains(err.Error(), "finite") {
			t.Errorf("infinity is no gap: error %v", err)
		}
	}
	// Of a table an empty cell is missing, too; of labels some words are none.
	text := "a,b,trial,cue\n1,,0,none\n2,4,0,none\nNA,8,0,left\n4,9,0,\n"
	r = mustRead(t, writeText(t, "gaps.csv", text), Columns{Samples: []string{"a", "b"}, NaN: Drop, Classes: []Class{Named("cue")}})
	if d := cmp.Diff(matrix(1, 2, 2, 4), r.Recording.Samples) + cmp.Diff([]string{"left", "none"}, r.Targets["cue"].Labels); d != "" {
		t.Error(d)
	}
	r = mustRead(t, writeText(t, "gaps.csv", text), Columns{Samples: []string{"a", "b"}, NaN: Fill})
	if d := cmp.Diff(matrix(4, 2, 1, 4, 2, 4, 3, 8, 4, 9), r.Recording.Samples); d != "" {
		t.Error(d)
	}
	_, err := readFile(writeText(t, "gaps.csv", text), Columns{Samples: []string{"trial"}, Classes: []Class{Named("cue")}}, limit)
	if err == nil || !strings.Contains(err.Error(), `gaps.csv:5:7: missing value ("") in column "cue"`) {
		t.Errorf("error %v", err)
	}
}

func TestTablesAsProgramsWriteThem(t *testing.T) {
	pack := func(name, text string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		io.WriteString(w, text)
		w.Close()
		return writeText(t, name, b.String())
	}
	want := &data.Recording{Samples: matrix(3, 2, 1.5, 2, 3, -4, 0.25, 6), Channels: []string{"u1", "u2"}, Trial: []int32{7, 7, 8},
		Targets: []data.Target{{Name: "side", Labels: []int32{0, 1, 0}, Classes: 2}}}
	for name, path := range map[string]string{
		"commas":            writeText(t, "a.csv", "u1,u2,trial,side\n1.5,2,7,left\n3,-4,7,right\n0.25,6,8,left\n"),
		"pandas' index":     writeText(t, "a.csv", ",u1,u2,trial,side\n0,1.5,2,7,left\n1,3,-4,7,right\n2,0.25,6,8,left\n"),
		"R's row names":     writeText(t, "a.csv", "\"\",\"u1\",\"u2\",\"trial\",\"side\"\n\"1\",1.5,2,7,\"left\"\n\"2\",3,-4,7,\"right\"\n\"3\",0.25,6,8,\"left\"\n"),
		"decimal commas":    writeText(t, "a.csv", "u1;u2;trial;side\n1,5;2;7;left\n3;-4;7;right\n0,25;6;8;left\n"),
		"semicolons":        writeText(t, "a.csv", "u1;u2;trial;side\n1.5;2;7;left\n3;-4;7;right\n0.25;6;8;left\n"),
		"a quoted comma":    writeText(t, "a.csv", "u1;u2;trial;side;\"a, b, c, d, e\"\n1.5;2;7;left;1\n3;-4;7;right;1\n0.25;6;8;left;1\n"),
		"tabs":              writeText(t, "a.tsv", "u1\tu2\ttrial\tside\n1.5\t2\t7\tleft\n3\t-4\t7\tright\n0.25\t6\t8\tleft\n"),
		"tabs in a .csv":    writeText(t, "a.csv", "u1\tu2\ttrial\tside\r\n1.5\t2\t7\tleft\r\n3\t-4\t7\tright\r\n0.25\t6\t8\tleft\r\n"),
		"packed":            pack("a.csv.gz", "u1,u2,trial,side\n1.5,2,7,left\n3,-4,7,right\n0.25,6,8,left\n"),
		"packed tabs":       pack("a.TSV.GZ", "u1\tu2\ttrial\tside\n1.5\t2\t7\tleft\n3\t-4\t7\tright\n0.25\t6\t8\tleft\n"),
		"no last line end":  writeText(t, "a.csv", "u1,u2,trial,side\n1.5,2,7,left\n3,-4,7,right\n0.25,6,8,left"),
		"empty lines":       writeText(t, "a.csv", "\nu1,u2,trial,side\n\n1.5,2,7,left\n3,-4,7,right\n\n0.25,6,8,left\n\n\n"),
		"quotes everywhere": writeText(t, "a.csv", "\"u1\",\"u2\",\"trial\",\"side\",\"note\"\n\"1.5\",\"2\",\"7\",\"left\",\"of\ntwo lines\"\n\"3\",\"-4\",\"7\",\"right\",\"a \"\"b\"\"\"\n\"0.25\",\"6\",\"8\",\"left\",\"\"\n"),
	} {
		r, err := readFile(path, Columns{Samples: []string{"u*"}, Classes: []Class{Named("side")}}, limit)
		if d := cmp.Diff(want, r); d != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, d)
		}
	}
	dlc := "scorer,DLC_net,DLC_net,DLC_net,DLC_net,DLC_net,DLC_net\nbodyparts,nose,nose,nose,tail,tail,tail\ncoords,x,y,likelihood,x,y,likelihood\n0,1,2,.9,3,4,.8\n1,5,6,.9,7,8,.8\n"
	r, err := readFile(writeText(t, "pose.csv", dlc), Columns{Samples: []string{"nose.[xy]", "tail.[xy]"}}, limit)
	if d := cmp.Diff(&data.Recording{Samples: matrix(2, 4, 1, 2, 3, 4, 5, 6, 7, 8), Channels: []string{"nose.x", "nose.y", "tail.x", "tail.y"}, Trial: []int32{0, 0}}, r); d != "" || err != nil {
		t.Errorf("DeepLabCut: %v %s", err, d)
	}
	several := "scorer,n,n\nindividuals,m1,m2\nbodyparts,nose,nose\ncoords,x,x\n0,1,2\n"
	if r, err := readFile(writeText(t, "pose.csv", several), Columns{Samples: []string{"m2.nose.x"}}, limit); err != nil || r.Samples.Values[0] != 2 {
		t.Errorf("several animals: %+v, %v", r, err)
	}
}

func TestTablesThatAreRefused(t *testing.T) {
	for _, c := range []struct{ name, path, want string }{
		{"two ways to write decimals", writeText(t, "a.csv", "a;b\n1,5;1\n2.5;2\n"), `a.csv:3:1: "2.5" in column "a": other numbers of this table have ',' before their decimals`},
		{"thousands", writeText(t, "a.csv", "a;b\n1.000,5;1\n"), `"1.000,5" in column "a" is no number`},
		{"UTF-16", writeText(t, "a.csv", "\xff\xfea\x00"), "UTF-16"},
		{"not packed", writeText(t, "bad.csv.gz", "not packed"), "not a .gz file"},
		{"DeepLabCut cut short", writeText(t, "a.csv", "scorer,n\nbodyparts,nose\n0,1\n"), "a header of DeepLabCut"},
	} {
		_, err := readFile(c.path, Columns{Samples: []string{"a"}}, limit)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not mention %q", c.name, err, c.want)
		}
	}
	// The checksum of a packed table is looked at, and so is what follows it.
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, "a\n1\n2\n")
	w.Close()
	whole := b.Bytes()
	for name, change := range map[string]func([]byte) []byte{
		"checksum": func(b []byte) []byte { b[len(b)-8] ^= 1; return b },
		"length":   func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"trailing": func(b []byte) []byte { return append(b, "more"...) },
		"cut":      func(b []byte) []byte { return b[:len(b)-4] },
	} {
		path := writeText(t, "a.csv.gz", string(change(bytes.Clone(whole))))
		if _, err := readFile(path, Columns{Samples: []string{"a"}}, limit); err == nil {
			t.Errorf("%s: it was read", name)
		}
	}
}

// Trials may have names instead of numbers.
func TestNamedTrials(t *testing.T) {
	r := mustRead(t, writeText(t, "a.csv", "a,trial\n1,go-1\n2,go-1\n3,back-7\n"), Columns{Samples: []string{"a"}})
	if d := cmp.Diff([]int32{0, 0, 1}, r.Recording.Trial); d != "" {
		t.Error(d)
	}
	_, err := readFile(writeText(t, "a.csv", "a,trial\n1,x\n2,y\n3,x\n"), Columns{Samples: []string{"a"}}, limit)
	if err == nil || !strings.Contains(err.Error(), "in pieces") {
		t.Errorf("error %v", err)
	}
}

// A header of 80,000 columns (C5) and a quote that nobody closes (C6).
func TestWideTablesAndOpenQuotes(t *testing.T) {
	var head, row strings.Builder
	for i := range 80_000 {
		fmt.Fprintf(&head, ",u%d", i)
		row.WriteString(",1")
	}
	path := writeText(t, "wide.csv", head.String()[1:]+"\n"+row.String()[1:]+"\n")
	r, err := readFile(path, Columns{Samples: []string{"u*"}}, limit)
	if err != nil || r.Samples.Cols() != 80_000 {
		t.Errorf("%v", err)
	}
	open := filepath.Join(t.TempDir(), "open.csv")
	if err := os.WriteFile(open, []byte("a,b\n1,\""+strings.Repeat("x", 40<<20)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readFile(open, Columns{Samples: []string{"a"}}, 1<<30); err == nil || !strings.Contains(err.Error(), "a quote") {
		t.Errorf("error %v", err)
	}
}
