package host_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/source/file"
)

// venv is the interpreter that framework/internal/source/environment makes.
func venv(t testing.TB) string {
	t.Helper()
	python, err := filepath.Abs("../source/.venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(python); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("there is no %s", python)
		}
		t.Skipf("there is no %s: run framework/internal/source/environment", python)
	}
	return python
}

// script runs testdata/importer.py.
func script(t testing.TB, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(venv(t), append([]string{"testdata/importer.py"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func importer(t testing.TB, python string) *host.Importer {
	return &host.Importer{Launcher: host.NewLauncher, Python: python, Scratch: t.TempDir()}
}

func read(t testing.TB, path string, c file.Columns) file.Reading {
	t.Helper()
	r, err := file.Read(t.Context(), path, c, file.Options{Limit: 4 << 30, Importer: importer(t, venv(t))})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Spikes per bin are those of pynapple, in the real files of its source
// distribution: in all of a recording and in its epochs.
func TestSpikeCountsArePynapples(t *testing.T) {
	venv(t)
	for name, asked := range map[string][]string{
		"neurosuite": {"0.005:", "0.1:", "0.01:intervals/epochs", "1:intervals/epochs", "0.01:intervals/sleep_ripples"},
		"phy":        {"0.001:", "0.01:", "0.1:intervals/epochs"},
	} {
		path, err := filepath.Abs("../source/.nwb/" + name + ".nwb")
		if err != nil {
			t.Fatal(err)
		}
		var want []pynapples
		if err := json.Unmarshal(script(t, append([]string{"count", path}, asked...)...), &want); err != nil {
			t.Fatal(err)
		}
		for i, spec := range asked {
			at, table, _ := strings.Cut(spec, ":")
			bin, err := strconv.ParseFloat(at, 64)
			if err != nil {
				t.Fatal(err)
			}
			c := file.Columns{Spikes: &file.Spikes{Times: "units"}, BinSeconds: bin, Unit: "counts"}
			if table != "" {
				c.Trials = &file.Intervals{Table: table}
			}
			want[i].compare(t, name+", "+spec, read(t, path, c).Recording)
		}
	}
}

type pynapples struct {
	Counts []float32 // of each bin and unit
	Units  int
	Bins   []int // of each epoch
}

// compare compares bin by bin. A last bin that an epoch does not fill is pynapple's
// alone.
func (want pynapples) compare(t *testing.T, name string, got *data.Recording) {
	t.Helper()
	if got.Samples.Cols() != want.Units {
		t.Fatalf("%s: %d units, want %d", name, got.Samples.Cols(), want.Units)
	}
	sample, row, spikes := 0, 0, float32(0)
	for _, bins := range want.Bins {
		n := 0
		for sample+n < got.Len() && got.Trial[sample+n] == got.Trial[sample] {
			n++
		}
		if n == 0 || n > bins+1 || n < bins-1 {
			t.Fatalf("%s: an epoch of %d bins, pynapple has %d", name, n, bins)
		}
		for b := range min(n, bins) * want.Units {
			g, w := got.Samples.Values[sample*want.Units+b], want.Counts[row*want.Units+b]
			if g != w {
				t.Fatalf("%s: bin %d of unit %d has %v spikes, want %v", name, b/want.Units, b%want.Units, g, w)
			}
			spikes += g
		}
		sample, row = sample+n, row+bins
	}
	if sample != got.Len() || spikes < 100 {
		t.Errorf("%s: %d of %d bins with %v spikes were compared", name, sample, got.Len(), spikes)
	}
}

// A day with trials, events, behaviour and units of two qualities becomes what its
// maker says.
func TestReadingADay(t *testing.T) {
	dir, python := t.TempDir(), venv(t)
	var want struct {
		Counts   []float32
		Trial    []int32
		Side     []string
		Position []float32
		Force    []float32
	}
	if err := json.Unmarshal(script(t, "day", filepath.Join(dir, "day.nwb")), &want); err != nil {
		t.Fatal(err)
	}
	c := file.Columns{Spikes: &file.Spikes{Times: "units/spike_times"}, BinSeconds: 0.05, Unit: "counts", Trials: &file.Intervals{Table: "trials"}, Align: "go_cue",
		Window: []float64{-0.2, 0.8}, Units: map[string]file.Labels{"quality": {"good"}}, Classes: []file.Class{file.Named("side")},
		Continuous: map[string][]string{"position": {"hand/data"}, "force": {"force/data"}}, Resample: map[string]string{"position": file.Interpolate}}
	// Data lie elsewhere, and are linked to; folders are named from the working folder.
	t.Chdir(t.TempDir())
	if err := os.Symlink(filepath.Join(dir, "day.nwb"), "linked.nwb"); err != nil {
		t.Fatal(err)
	}
	got, err := file.Read(t.Context(), "linked.nwb", c, file.Options{Limit: 4 << 30, Importer: &host.Importer{Launcher: host.NewLauncher, Python: python, Scratch: "scratch"}})
	if err != nil {
		t.Fatal(err)
	}
	var side []string
	labels, err := got.Recording.ClassTarget("side")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range labels.Labels {
		side = append(side, got.Targets["side"].Labels[l])
	}
	d := cmp.Diff(want.Counts, got.Recording.Samples.Values) + cmp.Diff(want.Trial, got.Recording.Trial) + cmp.Diff(want.Side, side)
	near := cmp.Comparer(func(a, b float32) bool { return a == b || a-b < 1e-6 && b-a < 1e-6 })
	for name, values := range map[string][]float32{"position": want.Position, "force": want.Force} {
		x, err := got.Recording.ContinuousTarget(name)
		if err != nil {
			t.Fatal(err)
		}
		d += cmp.Diff(values, x.Values.Values, near)
	}
	if d != "" {
		t.Error(d)
	}
	if got.Subject != "M" || got.Session != "3" {
		t.Errorf("subject %q, session %q", got.Subject, got.Session)
	}
	text := notes(got)
	for _, words := range []string{"units: those whose quality is good", "20 trials, -0.2 to 0.8 s around intervals/trials/go_cue; 1 more have no such time",
		"force: continuous, from acquisition/force/data, rows 10 ms apart, the mean of the rows in each bin", "in a straight line"} {
		if !strings.Contains(text, words) {
			t.Errorf("no note says %q:\n%s", words, text)
		}
	}
}

func notes(r file.Reading) string {
	var out []string
	for _, n := range r.Notes {
		out = append(out, n.Text)
	}
	return strings.Join(out, "\n")
}

// A MATLAB 7.3 file reads as the same variables do in a file of version 5.
func TestMatlab73IsReadAsMatlab5(t *testing.T) {
	dir := t.TempDir()
	script(t, "matlab", dir)
	for _, c := range []file.Columns{
		{Samples: []string{"day.fr"}, Trial: "day.trial", Classes: []file.Class{file.Named("day.side")}, Continuous: map[string][]string{"velocity": {"day.vel"}}},
		{Samples: []string{"trials.fr"}, Classes: []file.Class{file.Named("trials.side")}},
		{Spikes: &file.Spikes{Times: "units.times"}, BinSeconds: 0.1, Trials: &file.Intervals{Table: "table"}},
	} {
		old, recent := read(t, filepath.Join(dir, "v5.mat"), c), read(t, filepath.Join(dir, "v73.mat"), c)
		if d := cmp.Diff(old.Recording, recent.Recording) + cmp.Diff(old.Targets, recent.Targets); d != "" {
			t.Errorf("%v: %s", c, d)
		}
		if old.Recording.Len() < 10 {
			t.Errorf("%v: %d samples", c, old.Recording.Len())
		}
	}
}

// A table is one recording as Parquet, as Feather and as text.
func TestParquetIsReadAsCSV(t *testing.T) {
	dir := t.TempDir()
	script(t, "table", dir)
	c := file.Columns{Samples: []string{"unit*"}, Trial: "trial", NaN: file.Drop, Classes: []file.Class{file.Named("side"), file.Named("cue")}, Continuous: map[string][]string{"velocity": {"vx", "vy"}}}
	want := read(t, filepath.Join(dir, "day.csv"), c)
	for _, name := range []string{"day.parquet", "day.feather"} {
		got := read(t, filepath.Join(dir, name), c)
		if d := cmp.Diff(want.Recording, got.Recording) + cmp.Diff(want.Targets, got.Targets); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if n := got.Recording.Len(); n != 10 {
			t.Errorf("%d samples", n)
		}
	}
}

// Where no Python has the libraries, the message has the command to paste.
func TestPythonWithoutH5py(t *testing.T) {
	whole := venv(t)
	t.Chdir(t.TempDir())
	bare := filepath.Join(t.TempDir(), "bare")
	if out, err := exec.Command(whole, "-m", "venv", "--without-pip", bare).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	python := filepath.Join(bare, "bin", "python")
	if err := os.WriteFile("day.nwb", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := importer(t, bare).Open(t.Context(), "day.nwb")
	text, _ := json.Marshal(err)
	if err == nil || !strings.Contains(err.Error(), "is read by Python with h5py, and "+python+" cannot") {
		t.Fatalf("error %v", err)
	}
	if !bytes.Contains(text, []byte(python+" -m pip install h5py grpcio protobuf")) {
		t.Errorf("the hint is no command: %s", text)
	}
	for _, c := range []struct{ python, words string }{
		{filepath.Join(bare, "gone"), "which is neither a virtual environment nor an interpreter"},
		{"no-such-python-3", "importers names no-such-python-3"},
	} {
		if _, err := importer(t, c.python).Open(t.Context(), "day.nwb"); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: error %v", c.python, err)
		}
	}
	path := filepath.Join(t.TempDir(), "day.h5")
	if err := os.WriteFile(path, []byte("no HDF5"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := importer(t, whole).Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "is no HDF5 file, or it is damaged") {
		t.Errorf("error %v", err)
	}
}

// Of a file with 2 GB of raw signal only what is asked for is read.
func TestLargeFilesAreNotLoaded(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the file is sparse")
	}
	path := filepath.Join(t.TempDir(), "large.nwb")
	script(t, "large", path)
	began := time.Now()
	got := read(t, path, file.Columns{Spikes: &file.Spikes{Times: "units"}, BinSeconds: 0.05})
	if took := time.Since(began); took > 20*time.Second || got.Recording.Len() < 100 {
		t.Errorf("%d samples after %v", got.Recording.Len(), took)
	}
	_, err := file.Read(t.Context(), path, file.Columns{Samples: []string{"raw/data"}}, file.Options{Limit: 1 << 20, Importer: importer(t, venv(t))})
	if err == nil || !strings.Contains(err.Error(), "at most 1048576 are read") {
		t.Errorf("error %v", err)
	}
}

// 10,000 s of 300 units: the whole import. The binning alone is benchmarked where it is.
func BenchmarkImport(b *testing.B) {
	path := filepath.Join(b.TempDir(), "long.nwb")
	script(b, "long", path)
	cache, err := data.OpenCache(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	recipe := source.Dataset{Recording: source.Recording{Source: path, Read: &source.Columns{Spikes: &file.Spikes{Times: "units"}, BinSeconds: 0.01}}}
	for b.Loop() {
		builder := &source.Builder{Cache: cache, Importer: importer(b, venv(b))}
		made, err := builder.Make(b.Context(), recipe, 1)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer() // what has been made is not made again
		if err := os.RemoveAll(filepath.Join(cache.Root, "memo")); err != nil {
			b.Fatal(err)
		}
		if len(made.About.Recordings) != 1 {
			b.Fatal(made)
		}
		b.StartTimer()
	}
}
