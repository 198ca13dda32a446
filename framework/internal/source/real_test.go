package source

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source/file"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// mirror is the folder of the published files. Without it a test is skipped,
// except in continuous integration, where nothing may be.
func mirror(t *testing.T) string {
	t.Helper()
	dir := os.Getenv(MirrorVariable)
	if dir == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal(MirrorVariable + " is unset: it names the folder of published datasets that this test reads")
		}
		t.Skip(MirrorVariable + " is unset: no published datasets here")
	}
	return dir
}

func newBuilder(t *testing.T) *Builder {
	t.Helper()
	c, err := data.OpenCache(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &Builder{Cache: c}
}

// build makes a dataset and opens it until the test ends.
func build(t *testing.T, b *Builder, d Dataset) *data.Dataset {
	t.Helper()
	digest, err := b.Build(context.Background(), d, 1)
	if err != nil {
		t.Fatal(err)
	}
	ds, err := b.Cache.Open(digest)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ds.Close() })
	return ds
}

func from(source string, split *data.Division) Dataset {
	return Dataset{Recording: Recording{Source: source, Split: split}}
}

func sum(a data.Array) float64 {
	s := 0.0
	for _, v := range a.Values {
		s += float64(v)
	}
	return s
}

// The check values that the recordings were published with.
func TestReachRecordings(t *testing.T) {
	mirror(t)
	b := newBuilder(t)
	for _, c := range []struct {
		name                string
		bins, units, trials int
		rates               float64 // sum, Hz
		train, val, test    int     // bins of the first 80, next 10, last 10 % of trials
		populationStd       int     // units with population std > 1e-3 over the first 80 %
		sampleStd           int     // units with sample std > 0 over the first 90 %
		trainT, valT, testT int
	}{
		{"chewie-1", 1640, 174, 159, 811540, 1332, 0, 0, 163, 0, 127, 16, 16},
		{"chewie-1-moving", 895, 174, 159, 467580, 734, 82, 79, 162, 162, 127, 16, 16},
		{"chewie-2-moving", 835, 155, 180, 441440, 681, 79, 75, 147, 147, 144, 18, 18},
		{"mihi-1-moving", 1082, 187, 209, 830550, 858, 114, 110, 156, 157, 167, 21, 21},
		{"chewie-1-50ms-moving", 1731, 174, 159, 0, 0, 0, 0, 0, 0, 127, 16, 16},
	} {
		r := build(t, b, from("catalogue/"+c.name, &data.Division{Train: 0.8, Val: 0.1, Test: 0.1})).Recordings["main"]
		if r.Len() != c.bins || r.Samples.Cols() != c.units || r.Trials() != c.trials || r.Unit != "Hz" {
			t.Errorf("%s: %d x %d, %d trials, unit %s", c.name, r.Len(), r.Samples.Cols(), r.Trials(), r.Unit)
		}
		if got := sum(r.Samples); c.rates != 0 && got != c.rates {
			t.Errorf("%s: sum of rates %v, want %v", c.name, got, c.rates)
		}
		train, val, test := r.On(data.Train), r.On(data.Val), r.On(data.Test)
		for _, p := range []struct {
			what      string
			got, want int
		}{
			{"train bins", train.Len(), c.train}, {"val bins", val.Len(), c.val}, {"test bins", test.Len(), c.test},
			{"train trials", train.Trials(), c.trainT}, {"val trials", val.Trials(), c.valT}, {"test trials", test.Trials(), c.testT},
			{"units by population std", len(data.MomentsOf(train.Samples, 0).Varying(1e-3)), c.populationStd},
			{"units by sample std", len(data.MomentsOf(first(r, train.Len()+val.Len()), 1).Varying(0)), c.sampleStd},
		} {
			if p.want != 0 && p.got != p.want {
				t.Errorf("%s: %s: %d, want %d", c.name, p.what, p.got, p.want)
			}
		}
		entry, err := Find(c.name)
		if err != nil {
			t.Fatal(err)
		}
		checkShape(t, c.name, entry.Shapes["main"], r)
	}
}

func first(r *data.Recording, n int) data.Array {
	return data.Array{Shape: []int{n, r.Samples.Cols()}, Values: r.Samples.Values[:n*r.Samples.Cols()]}
}

// checkShape compares what the catalogue promises with what came.
func checkShape(t *testing.T, name string, want Shape, r *data.Recording) {
	t.Helper()
	got := Shape{Samples: r.Len(), Channels: r.Samples.Cols(), Trials: r.Trials(), Unit: r.Unit, Divided: want.Divided}
	for _, x := range r.Targets {
		info := TargetInfo{Name: x.Name, Class: x.IsClass(), Classes: x.Classes, Unit: x.Unit}
		if !x.IsClass() {
			info.Dims = x.Values.Cols()
		}
		got.Targets = append(got.Targets, info)
	}
	if want.Samples == 0 { // a generator: sizes depend on settings
		got.Samples, got.Channels, got.Trials = 0, 0, 0
		for i := range want.Targets {
			if want.Targets[i].Dims == 0 {
				got.Targets[i].Dims = 0
			}
			if want.Targets[i].Classes == 0 {
				got.Targets[i].Classes = 0
			}
		}
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(TargetInfo{}, "Doc"), cmpopts.IgnoreUnexported(TargetInfo{})); d != "" {
		t.Errorf("%s is not as announced: %s", name, d)
	}
}

// Where a change of these is meant, raise readerVersion: it keeps old memos from
// answering.
func TestReachDigestsArePinned(t *testing.T) {
	mirror(t)
	b := newBuilder(t)
	for name, want := range map[string]string{
		"chewie-1":             "sha256:eba7bc65c3c5eee1981f600d93354465d91aaadeffe5d1b72d3de3786ef851fd",
		"chewie-1-moving":      "sha256:a5203305d46b142afd94f85c48053c6a35ad9a777062b072e37ae7b914fc153e",
		"chewie-1-50ms-moving": "sha256:47a7f150bdb041bddd73a3cc0144ca9167dfe8bd3271ca3ba132d8fb94242afa",
		"chewie-2-moving":      "sha256:5fb7d384e8b43030cfb61e98fe767968eda2133cdbfe2ffdb16da664da23bcc6",
		"mihi-1-moving":        "sha256:374de0b2284825dedbfa10dc7f5e37ab404f07a7b53e7d3c1352b99d781d8862",
	} {
		if got := build(t, b, from("catalogue/"+name, nil)).Digest; got != want {
			t.Errorf("%s: digest %s, want %s", name, got, want)
		}
	}
}

// The same of files that users have: what is read of them may become more, and what
// was read before stays as it was.
func TestDigestsOfFilesArePinned(t *testing.T) {
	csv := writeText(t, "mine.csv", "unit1,unit2 ,trial,stim,x,y,split,note\n1,2.5,7,0,1e-1,-2,train,free\n3,4,7,2,0,0,train,\n5,6,9,1,1,1,test,\n")
	npz := writeNPZ(t, array[uint8]("counts", []int{4, 1}, 1, 0, 2, 3), array("bin_s", []int{1}, 0.05),
		array[int32]("trial_len", []int{2}, 2, 2), array[uint8]("trial_label", []int{2}, 1, 0),
		array[float32]("vel", []int{4, 2}, 1, 2, 3, 4, 5, 6, 7, 8), array[uint8]("timestep", []int{4}, 0, 1, 4, 5),
		array[int64]("block", []int{4}, 0, 0, 1, 2), array[float64]("pupil", []int{4}, 0.5, 0.25, 0, 1), array[uint8]("split", []int{4}, 1, 1, 3, 3))
	recipes := map[string]Recording{
		"sha256:79e2fecea2fd39d15752d636e1850fae5746db48ffc92ac492f472981d4c9247": {Source: csv, Keep: map[string]Labels{"stim": {"0", "2"}},
			Read: &Columns{Samples: []string{"unit*"}, Unit: "Hz", Classes: []Class{file.Named("stim")}, Continuous: map[string][]string{"gaze": {"y", "x"}}}},
		"sha256:20100ad61eed43e0740405d6d840ec80eb1cead587c95bdf928d63ab88d11504": {Source: npz, Keep: map[string]Labels{"block": {"0", "2"}}, MinSpeed: 3},
	}
	folder := filepath.Join(os.Getenv(MirrorVariable), "..", "recordings")
	if _, err := os.Stat(filepath.Join(folder, "chewie-1.npz")); err == nil {
		for name, digest := range map[string]string{
			"chewie-1":             "sha256:4d459c4d085c7f5397973dc2ef4b7ca991e2133395334d3771fee089a30cab4b",
			"chewie-1-moving":      "sha256:3bf567bf194d74dc533b1f0cd8600123742a0dbf2868c257d5ac0a706d823625",
			"chewie-1-50ms-moving": "sha256:9beb3f31d3837cd9e9805de97daff587ea59f183e97370263cb4587e0159a911",
			"chewie-2-moving":      "sha256:70eb791c595cf034ba7eb5a15d81e9a51607cb5ba73039a83e004e3e25efe070",
			"mihi-1-moving":        "sha256:b65a52aa4067fd42f1e82070cc310bbe70fdefa48fc714cb401ab29ccf47dfd4",
		} {
			recipes[digest] = Recording{Source: filepath.Join(folder, name+".npz")}
		}
	}
	b := newBuilder(t)
	for want, r := range recipes {
		if got := build(t, b, Dataset{Recording: r}).Digest; got != want {
			t.Errorf("%s: digest %s, want %s", filepath.Base(r.Source), got, want)
		}
	}
}

func TestReachLabelsAndSpeed(t *testing.T) {
	mirror(t)
	b := newBuilder(t)
	split := &data.Division{Train: 0.8, Test: 0.2}
	all := build(t, b, from("catalogue/chewie-1", split)).Recordings["main"]
	direction, err := all.ClassTarget("direction")
	if err != nil {
		t.Fatal(err)
	}
	var labels []int32
	for i, trial := range all.Trial {
		if i == 0 || trial != all.Trial[i-1] {
			labels = append(labels, direction.Labels[i])
		}
	}
	if want := []int32{6, 3, 7, 2, 1, 3, 4, 6, 5, 2}; !slices.Equal(labels[:10], want) {
		t.Errorf("first labels %v, want %v", labels[:10], want)
	}
	if n := all.On(data.Train).Len(); n != 1332 {
		t.Errorf("%d train bins, want 1332", n)
	}
	// Slow bins removed by us are those that the publisher removed.
	moving := build(t, b, Dataset{Recording: Recording{Source: "catalogue/chewie-1", MinSpeed: 5, Split: split}}).Recordings["main"]
	published := build(t, b, from("catalogue/chewie-1-moving", split)).Recordings["main"]
	if train, test := moving.On(data.Train).Len(), moving.On(data.Test).Len(); train != 734 || test != 161 {
		t.Errorf("%d / %d moving bins, want 734 / 161", train, test)
	}
	if !slices.Equal(moving.Samples.Values, published.Samples.Values) || !slices.Equal(moving.Trial, published.Trial) {
		t.Error("the bins above speed 5 are not those of chewie-1-moving")
	}
}

// The portable .npz files hold the same recordings in another form.
func TestPortableFilesAreTheSameRecordings(t *testing.T) {
	folder := filepath.Join(mirror(t), "..", "recordings")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("no portable recordings beside the mirror")
	}
	b := newBuilder(t)
	for _, name := range []string{"chewie-1", "chewie-1-moving", "chewie-1-50ms-moving", "chewie-2-moving", "mihi-1-moving"} {
		want := build(t, b, from("catalogue/"+name, nil)).Recordings["main"]
		got := build(t, b, from(filepath.Join(folder, name+".npz"), nil)).Recordings["main"]
		shared := *want
		shared.Targets = slices.Clone(want.Targets[:4]) // the portable files have no acceleration
		for i := range shared.Targets {
			shared.Targets[i].Unit = ""
		}
		if d := cmp.Diff(&shared, got); d != "" {
			t.Errorf("%s: %.2000s", name, d)
		}
	}
}

func TestMouse(t *testing.T) {
	mirror(t)
	// MYOW's protocol for it: 6048, 2592 and 2160 bins.
	r := build(t, newBuilder(t), from("catalogue/mouse-ca1", &data.Division{By: "sample", Train: 0.56, Val: 0.24, Test: 0.2})).Recordings["main"]
	entry, err := Find("mouse-ca1")
	if err != nil {
		t.Fatal(err)
	}
	checkShape(t, "mouse-ca1", entry.Shapes["main"], r)
	if got := sum(r.Samples); got != 21_768_525 {
		t.Errorf("%v spikes, want 21,768,525", got)
	}
	s := r.Summarize()
	if d := cmp.Diff([]int{3832, 6206, 762}, s.Targets[0].Counts); d != "" {
		t.Error(d)
	}
	if s.Parts[0].Samples != 6048 || s.Parts[1].Samples != 2592 || s.Parts[2].Samples != 2160 {
		t.Errorf("parts %+v", s.Parts)
	}
}

func TestGolub(t *testing.T) {
	folder := filepath.Join(mirror(t), "..", "recordings")
	b := newBuilder(t)
	r := build(t, b, from("catalogue/golub-bci", nil)).Recordings["main"]
	entry, err := Find("golub-bci")
	if err != nil {
		t.Fatal(err)
	}
	checkShape(t, "golub-bci", entry.Shapes["main"], r)
	portable := filepath.Join(folder, "golub-bci.npz")
	if _, err := os.Stat(portable); err != nil {
		t.Skip("no portable recordings beside the mirror")
	}
	for _, period := range golubPeriods {
		keep := from("catalogue/golub-bci", nil)
		keep.Keep = map[string]Labels{"period": {period}}
		got := build(t, b, keep).Recordings["main"]
		want := build(t, b, Dataset{Recording: Recording{Source: portable, Read: &Columns{Samples: []string{period + "_spikes"},
			Classes: []Class{{Target: "direction", Column: period + "_dir_deg"}}, Continuous: map[string][]string{"velocity": {period + "_vel"}, "factors": {period + "_factors"}}}}}).Recordings["main"]
		if d := cmp.Diff(want.Samples, got.Samples); d != "" {
			t.Errorf("%s: %.2000s", period, d)
		}
		for _, name := range []string{"direction", "velocity", "factors"} {
			x, err1 := want.Target(name)
			y, err2 := got.Target(name)
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			y.Unit = ""
			if d := cmp.Diff(x, y); d != "" {
				t.Errorf("%s, %s: %.1000s", period, name, d)
			}
		}
	}
	about, err := data.ReadAbout(b.Cache.Dir(build(t, b, from("catalogue/golub-bci", nil)).Digest))
	if err != nil || about.Recordings["main"].Subject != "Jeffy" || about.Recordings["main"].Targets["direction"].Labels[7] != "315" {
		t.Errorf("%+v, %v", about, err)
	}
}

func TestImages(t *testing.T) {
	mirror(t)
	if testing.Short() {
		t.Skip("reads 70,000 images")
	}
	for _, c := range []struct {
		name, target string
		mean, std    float64 // of the 60,000 train images, as everybody quotes them
		first        []int32
	}{
		{"mnist", "digit", 0.1307, 0.3081, []int32{5, 0, 4, 1, 9}},
		{"fashion-mnist", "article", 0.2860, 0.3530, []int32{9, 0, 0, 3, 0}},
	} {
		entry, err := Find(c.name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := catalogued{c.name}.read(context.Background(), newBuilder(t), Recording{}, 1)
		if err != nil {
			t.Fatal(err)
		}
		r := got["main"].rec
		checkShape(t, c.name, entry.Shapes["main"], r)
		train := r.On(data.Train)
		if train.Len() != 60000 || r.On(data.Test).Len() != 10000 {
			t.Errorf("%s: %d train images", c.name, train.Len())
		}
		n := float64(len(train.Samples.Values))
		mean, squares := sum(train.Samples)/n, 0.0
		for _, v := range train.Samples.Values {
			squares += (float64(v) - mean) * (float64(v) - mean)
		}
		if std := math.Sqrt(squares / n); math.Abs(mean-c.mean) > 5e-5 || math.Abs(std-c.std) > 5e-5 {
			t.Errorf("%s: mean %.4f, std %.4f, want %v, %v", c.name, mean, std, c.mean, c.std)
		}
		target, err := r.ClassTarget(c.target)
		if err != nil || !slices.Equal(target.Labels[:5], c.first) {
			t.Errorf("%s: labels %v, %v", c.name, target.Labels[:5], err)
		}
		if err := (data.Division{By: data.ByGiven}).Divide(r); err != nil {
			t.Error(err)
		}
	}
}
