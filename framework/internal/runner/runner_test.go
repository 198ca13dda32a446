package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/trial"
)

func run(t *testing.T, w *world, req trial.Request, sink trial.Sink) trial.Result {
	t.Helper()
	r := New(w.launch, 0)
	defer r.Close()
	return r.Run(t.Context(), req, w.site, sink)
}

// leftovers are what a run has left in the work folder.
func leftovers(t *testing.T, w *world) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(w.site.Work, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(found, func(path string) bool { return filepath.Base(path) == "warm-0" })
}

// A request that has been a file gives the record: metrics of every split, those
// of probes too, embeddings by digest, and what this machine knows.
func TestRequestToRecord(t *testing.T) {
	w := newWorld(t)
	w.method.training = func(_ context.Context, _ framework.TrainRequest, rec framework.Recorder) error {
		rec.Progress(1, 2, "steps")
		rec.Metric("loss", 1, 0.5)
		rec.Metric("loss", 2, math.NaN())
		rec.Log("half way")
		return nil
	}
	full, err := probe.Complete(probe.Spec{Name: "side", Kind: "knn", Target: "side", Settings: map[string]any{"k": 1}})
	if err != nil {
		t.Fatal(err)
	}
	req := w.request(3)
	req.Spec.Probes = []probe.Spec{full}
	req.Timeout = trial.Duration(time.Minute)
	text, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	var again trial.Request
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	var events []trial.Event
	res := run(t, w, again, func(e trial.Event) { events = append(events, e) })
	rec := res.Record
	if rec.Status != trial.Succeeded || rec.Failure != nil || res.Attempt != "3" {
		t.Fatalf("%+v", res)
	}
	got := map[string]float64{}
	for _, m := range rec.Metrics {
		got[m.Name+" "+m.Split] = m.Value
	}
	for _, name := range []string{"gain train", "gain val", "gain test"} {
		if got[name] != 2 {
			t.Errorf("%s is %v in %v", name, got[name], got)
		}
	}
	if _, ok := got["probe/side/accuracy test"]; !ok {
		t.Errorf("no score of the probe: %v", got)
	}
	if len(rec.Embeddings) != 3 || !slices.Equal(rec.Embeddings["train"].Shape, []int{6, 1}) || len(rec.Embeddings["val"].SHA256) != 64 {
		t.Errorf("embeddings %+v", rec.Embeddings)
	}
	p := rec.Provenance
	if p.Plugin != "toy" || p.Threads != 1 || p.Attempt != 1 || p.StartSec != 3 || p.CPUSec != 1 || p.Transport != "socket" || p.Platform == "" || p.Started.IsZero() {
		t.Errorf("provenance %+v", p)
	}
	if len(rec.Curves) != 1 || rec.Curves[0].Value != 0.5 || !strings.Contains(res.Log, "metric loss at step 2 is NaN") || !strings.Contains(res.Log, "half way") {
		t.Errorf("curves %v, log %q", rec.Curves, res.Log)
	}
	if left := leftovers(t, w); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if w.procs[0].said != "closed" {
		t.Errorf("the process was %s", w.procs[0].said)
	}

	if !events[0].Started {
		t.Errorf("the first event is %+v", events[0])
	}
	var stages []string
	points, lines := 0, 0
	for _, e := range events {
		if e.Attempt != "3" {
			t.Fatalf("an event of attempt %q", e.Attempt)
		}
		switch {
		case e.Progress != nil && !slices.Contains(stages, e.Progress.Stage):
			stages = append(stages, e.Progress.Stage)
		case e.Point != nil:
			points++
		case e.Line != "":
			lines++
		}
	}
	if d := cmp.Diff([]string{"start", "train", "embed", "evaluate", "probe"}, stages); d != "" || points != 1 || lines != 1 {
		t.Errorf("%d points, %d lines, stages\n%s", points, lines, d)
	}
}

// What goes wrong is the failure of the trial, of the right kind, whoever is to
// blame; nothing is left behind.
func TestFailures(t *testing.T) {
	for name, c := range map[string]struct {
		set    func(*world, *trial.Request)
		kind   failure.Kind
		reason string
	}{
		"train": {func(w *world, _ *trial.Request) {
			w.method.training = func(context.Context, framework.TrainRequest, framework.Recorder) error { return errors.New("singular") }
		}, failure.Error, "singular"},
		"rows": {func(w *world, _ *trial.Request) { w.method.embed = func(a *data.Array) { *a = data.NewArray(1, 1) } }, failure.Invalid, "shape"},
		"nan": {func(w *world, _ *trial.Request) {
			w.method.embed = func(a *data.Array) { a.Values[1] = float32(math.NaN()) }
		}, failure.Invalid, "NaN"},
		"undeclared": {func(w *world, _ *trial.Request) { w.method.metrics = framework.Metrics{"novelty": 1} }, failure.Invalid, "novelty"},
		"infinite":   {func(w *world, _ *trial.Request) { w.method.metrics = framework.Metrics{"gain": math.Inf(1)} }, failure.Invalid, "Inf"},
		"dataset":    {func(_ *world, r *trial.Request) { r.Spec.Dataset = "sha256:00" }, failure.Error, "no such file"},
		"launch": {func(w *world, _ *trial.Request) {
			w.refuse = &failure.Failure{Kind: failure.Launch, Reason: "no such file"}
		}, failure.Launch, "no such file"},
		"plugin": {func(w *world, _ *trial.Request) {
			w.site.Plugin = func(context.Context, trial.PluginRef) (Plugin, error) {
				return Plugin{}, errors.New("no plugin toy here")
			}
		}, failure.Error, "no plugin toy here"},
		"probe": {func(_ *world, r *trial.Request) {
			r.Spec.Probes = []probe.Spec{{Name: "p", Kind: "knn", Target: "nothing"}}
		}, failure.Probe, "nothing"},
		"role": {func(w *world, _ *trial.Request) {
			w.method.about = func(d *framework.Description) { d.Roles = []string{"source"} }
		}, failure.Error, "source"},
		"time": {func(w *world, r *trial.Request) {
			w.method.training = func(ctx context.Context, _ framework.TrainRequest, _ framework.Recorder) error {
				<-ctx.Done()
				return ctx.Err()
			}
			r.Timeout = trial.Duration(20 * time.Millisecond)
		}, failure.Timeout, "20ms"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			req := w.request(1)
			c.set(w, &req)
			rec := run(t, w, req, nil).Record
			if rec.Status != trial.Failed || rec.Failure == nil || rec.Failure.Kind != c.kind || !strings.Contains(rec.Failure.Reason, c.reason) {
				t.Errorf("status %s, failure %+v", rec.Status, rec.Failure)
			}
			if left := leftovers(t, w); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			if len(w.procs) > 0 && name != "probe" && w.procs[0].said != "killed" {
				t.Errorf("a process in an unknown state was %s", w.procs[0].said)
			}
		})
	}
}

// A run that is stopped ends the trial as cancelled.
func TestCancelled(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.method.training = func(ctx context.Context, _ framework.TrainRequest, _ framework.Recorder) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}
	r := New(w.launch, 0)
	defer r.Close()
	if rec := r.Run(ctx, w.request(1), w.site, nil).Record; rec.Status != trial.Cancelled || rec.Failure.Kind != failure.Cancelled {
		t.Errorf("%s: %+v", rec.Status, rec.Failure)
	}
}

// A plugin that serves many trials keeps its process from one to the next; a
// failure, other limits, another plugin or its end cost it that.
func TestWarmProcess(t *testing.T) {
	w := newWorld(t)
	fail := false
	w.method.about = func(d *framework.Description) { d.Reuse = true }
	w.method.training = func(_ context.Context, _ framework.TrainRequest, _ framework.Recorder) error {
		if fail {
			return errors.New("once")
		}
		return nil
	}
	r := New(w.launch, 0)
	step := func(why string, launched, served int, change func(*trial.Request)) {
		t.Helper()
		req := w.request(1)
		if change != nil {
			change(&req)
		}
		rec := r.Run(t.Context(), req, w.site, nil).Record
		if w.launched != launched || rec.Provenance.Served != served || (served > 0) != (rec.Provenance.StartSec == 0) {
			t.Errorf("%s: %d launched, %d served before, start-up %v s; want %d and %d", why, w.launched, rec.Provenance.Served, rec.Provenance.StartSec, launched, served)
		}
	}
	step("first", 1, 0, nil)
	step("warm", 1, 1, nil)
	step("warm", 1, 2, nil)
	step("other limits", 2, 0, func(r *trial.Request) { r.Resources.Memory = 1 << 30 })
	step("limits back", 3, 0, nil)
	fail = true
	step("fails", 3, 1, nil)
	fail = false
	if said := w.procs[2].said; said != "killed" {
		t.Errorf("after a failure the process was %s", said)
	}
	step("after a failure", 4, 0, nil)
	w.procs[3].end("died")
	step("it died between trials", 5, 0, nil)
	r.Close()
	if said := w.procs[4].said; said != "closed" {
		t.Errorf("in the end the process was %q", said)
	}
	if said := w.procs[0].said; said != "closed" {
		t.Errorf("a process that no longer fits was %q", said)
	}
}

// What is kept is moved out whole, under the trial's key; what is there from an
// earlier attempt goes.
func TestKeep(t *testing.T) {
	w := newWorld(t)
	req := w.request(1)
	req.Keep = trial.Keep{Models: true, Embeddings: true, Arrays: true}
	near, err := probe.Complete(probe.Spec{Name: "near", Kind: "knn", Target: "side", Version: "2", Settings: map[string]any{"k": 1}})
	if err != nil {
		t.Fatal(err)
	}
	req.Spec.Probes = []probe.Spec{near}
	dir := filepath.Join(w.site.Kept, req.Key)
	if err := os.MkdirAll(filepath.Join(dir, "stale"), 0o755); err != nil {
		t.Fatal(err)
	}
	rec := run(t, w, req, nil).Record
	if rec.Failure != nil {
		t.Fatal(rec.Failure)
	}
	var got []string
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			got = append(got, filepath.ToSlash(rel))
		}
		return err
	})
	want := []string{"arrays-test/probe-near-confusion.npy", "arrays-test/twice.npy", "arrays-train/probe-near-confusion.npy", "arrays-train/twice.npy",
		"arrays-val/probe-near-confusion.npy", "arrays-val/twice.npy", "embedding-test.npy", "embedding-train.npy", "embedding-val.npy", "model/gain"}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
	// Scored again, the fit stays and gets the new probe's array.
	req.Score = &trial.Score{Embeddings: rec.Embeddings}
	req.Spec.Probes[0].Name = "again"
	if again := run(t, w, req, nil); again.Record.Failure != nil || !again.Scored {
		t.Fatalf("%v, scored %v", again.Record.Failure, again.Scored)
	}
	for _, name := range []string{"arrays-test/probe-again-confusion.npy", "arrays-test/probe-near-confusion.npy", "model/gain"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

// What the sweep names is on disk, file by file, before the trial is recorded;
// embeddings within a limit are not waited for.
func TestKeepIsOnDisk(t *testing.T) {
	for _, c := range []struct {
		keep trial.Keep
		want []string
	}{
		{trial.Keep{Embeddings: true}, nil},
		{trial.Keep{Embeddings: true, Pinned: true}, []string{"embedding-test.npy", "embedding-train.npy", "embedding-val.npy", PinFile}},
		{trial.Keep{Models: true}, []string{"gain"}},
	} {
		w := newWorld(t)
		req := w.request(1)
		req.Keep = c.keep
		var got []string
		syncFile = func(f *os.File) error {
			if info, err := f.Stat(); err != nil || info.IsDir() {
				return err
			}
			got = append(got, filepath.Base(f.Name()))
			return nil
		}
		rec := run(t, w, req, nil).Record
		syncFile = (*os.File).Sync
		if rec.Failure != nil {
			t.Fatal(rec.Failure)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%+v: %s", c.keep, d)
		}
	}
	// A disk that cannot keep it fails the trial.
	w := newWorld(t)
	req := w.request(1)
	req.Keep.Models = true
	syncFile = func(*os.File) error { return errors.New("no space left") }
	defer func() { syncFile = (*os.File).Sync }()
	if rec := run(t, w, req, nil).Record; rec.Failure == nil || !strings.Contains(rec.Failure.Reason, "no space left") {
		t.Errorf("%+v", rec.Failure)
	}
}

// A model that is not made of files, or is gone, is the plugin's failure and no
// one else's.
func TestKeepRefusesWhatIsNoFile(t *testing.T) {
	for name, save := range map[string]func(dir string) error{
		"a link in it":  func(dir string) error { return os.Symlink("/etc", filepath.Join(dir, "etc")) },
		"itself a link": func(dir string) error { return errors.Join(os.Remove(dir), os.Symlink("/etc", dir)) },
		"gone":          os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.method.saving = save
			req := w.request(1)
			req.Keep.Models = true
			rec := run(t, w, req, nil).Record
			if rec.Status != trial.Failed || rec.Failure.Kind != failure.Invalid {
				t.Errorf("%s: %+v", rec.Status, rec.Failure)
			}
			if _, err := os.Lstat(filepath.Join(w.site.Kept, req.Key, "model")); err == nil {
				t.Error("it was kept all the same")
			}
		})
	}
}

// Checkpoints stay where another attempt may do better from them.
func TestCheckpoints(t *testing.T) {
	w := newWorld(t)
	w.method.about = func(d *framework.Description) { d.Resumable = true }
	var done []int64
	stop := true
	w.method.training = func(ctx context.Context, req framework.TrainRequest, _ framework.Recorder) error {
		at, err := req.Checkpoint.Resume(func(string) error { return nil })
		if err != nil {
			return err
		}
		done = append(done, at)
		if err := req.Checkpoint.Save(at+1, func(dir string) error { return os.WriteFile(filepath.Join(dir, "x"), nil, 0o644) }); err != nil {
			return err
		}
		if stop {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}
	req := w.request(1)
	for range 2 {
		ctx, cancel := context.WithCancel(t.Context())
		r := New(w.launch, 0)
		r.Run(ctx, req, w.site, func(e trial.Event) {
			if e.Checkpoint != nil && !e.Checkpoint.Resumed {
				cancel()
			}
		})
		r.Close()
	}
	stop = false
	var saved []trial.Checkpoint
	rec := run(t, w, req, func(e trial.Event) {
		if e.Checkpoint != nil {
			saved = append(saved, *e.Checkpoint)
		}
	}).Record
	if fmt.Sprint(done) != "[0 1 2]" || rec.Provenance.Resumed != 2 {
		t.Errorf("attempts began at %v, the last was taken up at %d", done, rec.Provenance.Resumed)
	}
	if d := cmp.Diff([]trial.Checkpoint{{Done: 2, Resumed: true}, {Done: 3}}, saved); d != "" {
		t.Error(d)
	}
	if left, _ := filepath.Glob(filepath.Join(w.site.Checkpoints, "*")); len(left) > 0 {
		t.Errorf("checkpoints of a finished trial: %v", left)
	}
}

// Long curves lose every second point, each curve by itself.
func TestCurvesAreBounded(t *testing.T) {
	var c curves
	for i := range int64(maxPoints + 10) {
		name := "a"
		if i%100 == 0 {
			name = "b"
		}
		c.add(metricPoint(name, i))
	}
	byName := map[string]int{}
	for _, p := range c.points {
		byName[p.Name]++
	}
	if len(c.points) > maxPoints || byName["b"] < 90 || c.points[len(c.points)-1].Step != maxPoints+9 {
		t.Errorf("%d points: %v", len(c.points), byName)
	}
}

// A dataset that changes while a trial runs makes no number of it.
func TestChangedDataset(t *testing.T) {
	w := newWorld(t)
	w.site.Sound = w.cache.Verify
	if rec := run(t, w, w.request(1), nil).Record; rec.Failure != nil {
		t.Fatal(rec.Failure)
	}
	w.method.training = func(context.Context, framework.TrainRequest, framework.Recorder) error {
		path := filepath.Join(w.site.Dataset(w.digest), "main.samples.npy")
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text[len(text)-1] ^= 1
		return errors.Join(os.Chmod(path, 0o644), os.WriteFile(path, text, 0o644))
	}
	req := w.request(2)
	req.Keep.Models = true
	rec := run(t, w, req, nil).Record
	if rec.Status != trial.Failed || rec.Failure.Kind != failure.Changed {
		t.Errorf("%s: %+v", rec.Status, rec.Failure)
	}
	if _, err := os.Stat(filepath.Join(w.site.Kept, req.Key)); err == nil {
		t.Error("what came of it is kept")
	}
	// Nothing can begin from it either.
	if rec := run(t, w, w.request(3), nil).Record; rec.Status != trial.Failed {
		t.Errorf("the next trial %s", rec.Status)
	}
}
