package file

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/data/npy"
)

func writeNPY[T npy.Element](t *testing.T, path string, shape []int, v ...T) string {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := npy.Write(f, shape, v); err != nil {
		t.Fatal(err)
	}
	return path
}

func writeIn(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func labelsOf(t *testing.T, r Reading, target string) []string {
	t.Helper()
	x, err := r.Recording.ClassTarget(target)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, l := range x.Labels {
		out = append(out, r.Targets[target].Labels[l])
	}
	return out
}

// A table of (time, unit), with trials in a table beside it. The second trial has no
// event; 0.3 s lies on the edge of a bin, which 3 x 0.1 in float64 is beyond.
func TestSpikesOfATableWithTrialsBeside(t *testing.T) {
	dir := t.TempDir()
	path := writeIn(t, dir, "spikes.csv", "time,unit\n0.05,b\n0.3,a\n0.31,a\n0.45,b\n1.2,a\n2.1,c\n2.15,a\n2.199,a\n")
	trials := writeIn(t, dir, "trials.csv", "start,stop,go,side,speed\n0,1,0.2,left,1.5\n1,2,,right,2\n2,3,2.0,right,3.5\n")
	c := Columns{Spikes: &Spikes{Times: "time", Unit: "unit"}, BinSeconds: 0.1, Unit: "counts", Trials: &Intervals{Table: "trials.csv"}, Align: "go", Window: []float64{-0.2, 0.3},
		Files: map[string]string{"trials.csv": trials}, Classes: []Class{Named("side")}, Continuous: map[string][]string{"speed": {"speed"}}}
	r := mustRead(t, path, c)
	want := []float32{ // a b c; from 0.0 s on, then from 1.8 s
		0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 0, 0,
	}
	d := cmp.Diff(want, r.Recording.Samples.Values) + cmp.Diff([]int32{0, 0, 0, 0, 0, 1, 1, 1, 1, 1}, r.Recording.Trial) + cmp.Diff([]string{"a", "b", "c"}, r.Recording.Channels) +
		cmp.Diff(append(slices.Repeat([]string{"left"}, 5), slices.Repeat([]string{"right"}, 5)...), labelsOf(t, r, "side"))
	speed, err := r.Recording.ContinuousTarget("speed")
	if err != nil {
		t.Fatal(err)
	}
	d += cmp.Diff([]float32{1.5, 1.5, 1.5, 1.5, 1.5, 3.5, 3.5, 3.5, 3.5, 3.5}, speed.Values.Values)
	if d != "" {
		t.Error(d)
	}
	wantNote(t, r, "2 trials, -0.2 to 0.3 s around trials.csv#go; 1 more have no such time", false)

	c.Unit, c.Align, c.Window = "", "", nil // from start to stop, as rates
	r = mustRead(t, path, c)
	if r.Recording.Len() != 30 || r.Recording.Unit != "Hz" || r.Recording.Samples.Values[3*3] != 20 {
		t.Errorf("%d samples in %s, %v", r.Recording.Len(), r.Recording.Unit, r.Recording.Samples.Values[:12])
	}
	c.Trials, c.Files, c.Classes, c.Continuous = nil, nil, nil, nil
	r = mustRead(t, path, c)
	wantNote(t, r, "from 0 s to the last spike at 2.199 s all is one", true)
	if r.Recording.Len() != 22 {
		t.Errorf("%d samples", r.Recording.Len())
	}
}

// Windows that overlap hold the same spike twice, and are asked about.
func TestWindowsThatOverlap(t *testing.T) {
	path := writeNPZ(t, array("t", []int{4}, 0.9, 1.1, 1.9, 5.0), array[int32]("u", []int{4}, 7, 7, 7, 7), array("cue", []int{3}, 2.0, 1.0, 4.5))
	r := mustRead(t, path, Columns{Spikes: &Spikes{Times: "t", Unit: "u"}, BinSeconds: 1, Unit: "counts", Align: "cue", Window: []float64{-1, 1}})
	if d := cmp.Diff([]float32{2, 0, 1, 2, 0, 1}, r.Recording.Samples.Values); d != "" {
		t.Error(d)
	}
	wantNote(t, r, "1 trials begin before another has ended", true)
}

// Counting is what the definition says: for every bin, a look at every spike.
func TestCountsAreThoseOfTheDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		w := 1 + rng.IntN(20) // hundredths of a second
		c := &clock{width: float64(w) / 100}
		for i := range 1 + rng.IntN(6) {
			c.addTrial(i, float64(rng.IntN(300))/100, 1+rng.IntN(12))
		}
		f := newFinder(c)
		got, want := make([]int, len(c.times)), make([]int, len(c.times))
		for range 500 {
			tick := rng.IntN(600) // hundredths, so that many of them lie on edges
			f.each(float64(tick)/100, func(sample int) { got[sample]++ })
			for i := range c.rows {
				from := int(math.Round(c.from[i] * 100))
				if k := (tick - from) / w; tick >= from && k < c.bins[i] {
					want[c.first[i]+k]++
				}
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("bins of %v s, trials from %v: %s", c.width, c.from, d)
		}
	}
}

// A folder of Phy: the sample rate is read out of a program that is not run.
func TestPhy(t *testing.T) {
	dir := t.TempDir()
	writeIn(t, dir, "params.py", "import os\nos.abort()\ndat_path = ['x.dat']\nsample_rate = 20_000.  # Hz\nhp_filtered = False\n")
	writeNPY[int64](t, filepath.Join(dir, "spike_times.npy"), []int{6, 1}, 100, 1900, 2000, 2100, 5000, 9000)
	writeNPY[int32](t, filepath.Join(dir, "spike_clusters.npy"), []int{6}, 4, 2, 4, 4, 11, 2)
	writeIn(t, dir, "cluster_group.tsv", "cluster_id\tgroup\n2\tgood\n4\tgood\n11\tnoise\n99\tgood\n")
	writeIn(t, dir, "cluster_KSLabel.tsv", "cluster_id\tKSLabel\n2\tgood\n4\tmua\n11\tmua\n")
	c := Columns{Spikes: &Spikes{Times: "spike_times"}, BinSeconds: 0.1, Unit: "counts", Units: map[string]Labels{"group": {"good"}}}
	r := mustRead(t, dir, c)
	// Cluster 2 at 0.095 and 0.45 s, 4 at 0.005, 0.1 and 0.105 s.
	if d := cmp.Diff([]float32{1, 1, 0, 2, 0, 0, 0, 0, 1, 0}, r.Recording.Samples.Values) + cmp.Diff([]string{"2", "4"}, r.Recording.Channels); d != "" {
		t.Error(d)
	}
	c.Units = map[string]Labels{"group": {"fine"}}
	if _, err := readFile(dir, c, limit); err == nil || !strings.Contains(err.Error(), "group is never fine; it is good, noise") {
		t.Errorf("error %v", err)
	}
	if _, err := readFile(dir, Columns{}, limit); err == nil || !strings.Contains(err.Error(), "count them with read: {spikes: spike_times, bin: 50ms}") {
		t.Errorf("error %v", err)
	}
	if got, want := len(Parts(dir)), 5; got != want {
		t.Errorf("%d files are hashed, want %d", got, want)
	}
	writeIn(t, dir, "params.py", "sample_rate = float(open('/etc/passwd').read())\n")
	if _, err := readFile(dir, c, limit); err == nil || !strings.Contains(err.Error(), "no line sample_rate = NUMBER") {
		t.Errorf("error %v", err)
	}
}

func TestSuite2p(t *testing.T) {
	dir := t.TempDir()
	writeNPY[float32](t, filepath.Join(dir, "F.npy"), []int{3, 4}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
	writeNPY[float32](t, filepath.Join(dir, "spks.npy"), []int{3, 4}, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0)
	writeNPY(t, filepath.Join(dir, "iscell.npy"), []int{3, 2}, 1, 0.9, 0, 0.1, 1, 0.8)
	r := mustRead(t, dir, Columns{Samples: []string{"F"}, Axes: []string{Units, Time}, Units: map[string]Labels{"iscell": {"1"}}, BinSeconds: 0.1})
	if d := cmp.Diff([]float32{1, 9, 2, 10, 3, 11, 4, 12}, r.Recording.Samples.Values); d != "" {
		t.Error(d)
	}
	if _, err := readFile(dir, Columns{}, limit); err == nil || !strings.Contains(err.Error(), "F [3 x 4], spks [3 x 4]") {
		t.Errorf("error %v", err)
	}
}

// Arrays of other files stand beside those of the file.
func TestCompanions(t *testing.T) {
	dir := t.TempDir()
	path := writeNPY[float32](t, filepath.Join(dir, "fr.npy"), []int{4, 2}, 1, 2, 3, 4, 5, 6, 7, 8)
	states := writeNPY[int32](t, filepath.Join(dir, "states.npy"), []int{4}, 3, 3, 5, 5)
	r := mustRead(t, path, Columns{Classes: []Class{{"state", "states.npy"}}, Files: map[string]string{"states.npy": states}})
	if d := cmp.Diff([]string{"3", "3", "5", "5"}, labelsOf(t, r, "state")); d != "" {
		t.Error(d)
	}
}

// A series with times: its rows are samples, or are brought onto bins; behaviour and
// stretches of time come onto them.
func TestSeries(t *testing.T) {
	dir := t.TempDir()
	path := writeNPZ(t,
		array[float32]("dff", []int{8, 2}, 0, 10, 1, 11, 2, 12, 3, 13, 4, 14, 5, 15, 6, 16, 7, 17), array("t", []int{8}, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5),
		array("hand", []int{4}, 0.0, 10, 20, 30), array("hand_t", []int{4}, 0.0, 1, 2, 3),
		array[int32]("lever", []int{3}, 4, 5, 4), array("lever_t", []int{3}, 0.4, 1.6, 3.2))
	epochs := writeIn(t, dir, "sleep.csv", "start,stop,stage\n0,1.2,rem\n2,9,nrem\n")
	c := Columns{Samples: []string{"dff"}, Times: map[string]string{"dff": "t", "hand": "hand_t", "lever": "lever_t"}, NaN: Drop, Files: map[string]string{"sleep.csv": epochs},
		Continuous: map[string][]string{"hand": {"hand"}}, Classes: []Class{{"lever", "lever"}, {"stage", "sleep.csv#stage"}}}
	r := mustRead(t, path, c)
	// No lever before 0.4 s; between the stages there is none.
	if d := cmp.Diff([]float32{1, 11, 2, 12, 4, 14, 5, 15, 6, 16, 7, 17}, r.Recording.Samples.Values) + cmp.Diff(0.5, r.Recording.BinSeconds) +
		cmp.Diff([]string{"4", "4", "5", "5", "5", "4"}, labelsOf(t, r, "lever")) + cmp.Diff([]string{"rem", "rem", "nrem", "nrem", "nrem", "nrem"}, labelsOf(t, r, "stage")); d != "" {
		t.Error(d)
	}
	hand, err := r.Recording.ContinuousTarget("hand")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]float32{5, 10, 20, 25, 30, 30}, hand.Values.Values); d != "" {
		t.Error(d)
	}
	c = Columns{Samples: []string{"dff"}, Times: map[string]string{"dff": "t"}, BinSeconds: 1, Trials: &Intervals{Table: "sleep.csv"}, Files: map[string]string{"sleep.csv": epochs}, NaN: Drop}
	r = mustRead(t, path, c)
	if d := cmp.Diff([]float32{0.5, 10.5, 4.5, 14.5, 6.5, 16.5}, r.Recording.Samples.Values) + cmp.Diff([]int32{0, 1, 1}, r.Recording.Trial); d != "" {
		t.Error(d)
	}
	wantNote(t, r, "brought onto bins of 1 s: the mean of the rows in each bin", false)
	c.BinSeconds = 0
	r = mustRead(t, path, c)
	if d := cmp.Diff([]float32{0, 10, 1, 11, 4, 14, 5, 15, 6, 16, 7, 17}, r.Recording.Samples.Values) + cmp.Diff([]int32{0, 0, 1, 1, 1, 1}, r.Recording.Trial); d != "" {
		t.Error(d)
	}
}

func TestMistakesAboutTimes(t *testing.T) {
	path := writeNPZ(t, array("t", []int{3}, 0.5, 1.5, 9e9), array[int32]("u", []int{3}, 1, 1, 2), array[float32]("x", []int{3, 2}, 1, 2, 3, 4, 5, 6), array("cue", []int{1}, 1.0))
	for _, c := range []struct {
		columns Columns
		words   string
	}{
		{Columns{Spikes: &Spikes{Times: "t"}, BinSeconds: 0.1}, "say spikes: {times: t, unit: ...}"},
		{Columns{Spikes: &Spikes{Times: "tt"}, BinSeconds: 0.1}, `no array is named "tt"`},
		{Columns{Spikes: &Spikes{Times: "t", Unit: "u"}, BinSeconds: 0.001}, "are the times in seconds?"},
		{Columns{Spikes: &Spikes{Times: "t", Unit: "u"}, BinSeconds: 0.1, Trials: &Intervals{Table: "trials"}}, "no table with start and stop"},
		{Columns{Spikes: &Spikes{Times: "t", Unit: "u"}, BinSeconds: 0.1, Align: "cue"}, "align needs a window"},
		{Columns{Samples: []string{"x"}, Align: "cue", Window: []float64{0, 1}}, "have no times"},
		{Columns{Samples: []string{"x"}, Times: map[string]string{"x": "cue"}}, "cue has 1 times for the 3 rows of x"},
		{Columns{Spikes: &Spikes{Times: "t", Unit: "u"}, BinSeconds: 1, Align: "cue", Window: []float64{0, 1}, Continuous: map[string][]string{"x": {"x"}}}, "nothing says when the rows of x [3 x 2] were"},
	} {
		if _, err := readFile(path, c.columns, limit); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%+v: error %v, want %q", c.columns, err, c.words)
		}
	}
	for _, c := range []struct {
		columns Columns
		path    string
	}{
		{Columns{Spikes: &Spikes{Times: "t"}}, "bin"},
		{Columns{Spikes: &Spikes{Times: "t"}, BinSeconds: 0.1, Samples: []string{"x"}}, "samples"},
		{Columns{Spikes: &Spikes{Times: "t"}, BinSeconds: 0.3, Align: "cue", Window: []float64{0, 1}}, "window"},
		{Columns{Align: "cue"}, "window"},
		{Columns{Window: []float64{0, 1}}, "window"},
		{Columns{Resample: map[string]string{"x": Average}}, "resample.x"},
	} {
		if p := c.columns.Check("day.npz"); len(p) != 1 || p[0].Path != c.path {
			t.Errorf("%+v: %v, want one about %s", c.columns, p, c.path)
		}
	}
}

// 10,000 s of 300 units at 5 Hz into bins of 10 ms.
func BenchmarkBinning(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	times := make([][]float64, 300)
	a := Array{Name: "times", Kind: Floats}
	for u := range times {
		for range 50_000 {
			times[u] = append(times[u], rng.Float64()*10_000)
		}
		slices.Sort(times[u])
		a.Parts = append(a.Parts, []int{len(times[u])})
	}
	for b.Loop() {
		c := &clock{width: 0.01}
		c.addTrial(0, 0, 1_000_000)
		s := &spikeTimes{array: a, rate: 1, units: len(times)}
		for u := range times {
			s.column = append(s.column, u)
		}
		r := &reader{clock: c, wants: map[string]*want{}, used: map[string]bool{}}
		s.count(r)
		for _, t := range times {
			if err := r.wants["times"].put(values{floats: t}); err != nil {
				b.Fatal(err)
			}
		}
		for _, f := range r.after {
			if err := f(); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// Counting column by column gives what counting at once does, in any order.
func TestTally(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const rows, dims = 4000, 37
	for _, ordered := range []bool{true, false} {
		c, want := newColumns(rows, dims), make([]float32, rows*dims)
		for i := range 50_000 {
			row, column := rng.IntN(rows), i*dims/50_000
			if !ordered {
				column = rng.IntN(dims)
			}
			c.add(row, column)
			want[row*dims+column]++
		}
		c.flush()
		if d := cmp.Diff(want, c.out); d != "" {
			t.Errorf("in order %v: %s", ordered, d)
		}
	}
}
