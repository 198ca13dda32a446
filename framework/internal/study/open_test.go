package study

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/build"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/lockfile"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// TestMain makes this test binary the plugin gain, under that name.
func TestMain(m *testing.M) {
	if strings.HasPrefix(filepath.Base(os.Args[0]), host.Prefix) {
		framework.Serve(gain{})
		return
	}
	os.Exit(m.Run())
}

type gain struct{}

func (gain) Describe() framework.Description {
	return framework.Description{Name: "gain", Version: "1", Summary: "a gain", Settings: toySettings{}, Metrics: []metric.Info{{Name: "loss", Goal: metric.Min}}, Deterministic: true}
}

func (gain) Train(_ context.Context, req framework.TrainRequest, _ framework.Recorder) (framework.Model, error) {
	return gainModel{req.Settings.(*toySettings).Rate + 0.01*float64(req.Seed)}, nil
}

func (gain) Load(_ context.Context, dir string) (framework.Model, error) {
	text, err := os.ReadFile(filepath.Join(dir, "gain"))
	var m gainModel
	if err == nil {
		_, err = fmt.Sscan(string(text), &m.gain)
	}
	return m, err
}

type gainModel struct{ gain float64 }

func (m gainModel) Save(dir string) error {
	return os.WriteFile(filepath.Join(dir, "gain"), fmt.Append(nil, m.gain), 0o644)
}

func (m gainModel) Embed(_ context.Context, r *data.Recording) (data.Array, error) {
	out := data.NewArray(r.Len(), 1)
	for i := range r.Len() {
		out.Values[i] = float32(m.gain) * r.Samples.Row(i)[0]
	}
	return out, nil
}

func (m gainModel) Evaluate(context.Context, *data.Recording) (framework.Metrics, error) {
	return framework.Metrics{"loss": m.gain}, nil
}

// lab is a folder with a plugin, a recording and a sweep.
type lab struct {
	dir, sweep, plugin string
	tools              Tools
	notes              []string
}

func newLab(t *testing.T, sweep string) *lab {
	t.Helper()
	l := &lab{dir: t.TempDir()}
	l.sweep, l.plugin = filepath.Join(l.dir, "s.yaml"), filepath.Join(l.dir, host.Prefix+"gain")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, l.plugin); err != nil {
		t.Fatal(err)
	}
	l.write(t, "tiny.csv", "x,trial,side\n1,0,0\n2,0,0\n3,1,1\n4,1,1\n")
	l.write(t, "s.yaml", "version: 1\nname: s\ndatasets: {tiny: {source: tiny.csv, read: {samples: [x], classes: [side]}}}\n"+sweep)
	launcher, err := host.NewLauncher()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { launcher.Close() })
	launcher.MTLS = false
	cache, err := data.OpenCache(filepath.Join(l.dir, "cache"))
	if err != nil {
		t.Fatal(err)
	}
	l.tools = Tools{Finder: &host.Finder{Path: []string{l.dir}}, Launcher: launcher, Builder: &source.Builder{Cache: cache}, Build: build.Build{Version: "v1.2.3"},
		Note: func(format string, args ...any) { l.notes = append(l.notes, fmt.Sprintf(format, args...)) }}
	return l
}

func (l *lab) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(l.dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

const one = `
methods: {g: {plugin: gain}}
seeds: 2
probes: [{kind: knn, target: side, k: 1}]
tables: [{name: main, cell: loss, split: all}]
`

// A sweep runs in processes of its own on this machine; what it recorded can be
// seen, verified, exported and taken over.
func TestStudyOfAPlugin(t *testing.T) {
	lab, st := newLab(t, one), openStore(t)
	ctx := t.Context()
	s, err := Open(ctx, lab.tools, lab.sweep, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	l, spent, err := s.Run(ctx, st, RunOptions{Jobs: 2})
	if err != nil || spent.Succeeded != 2 {
		t.Fatalf("%+v, %v, %+v", spent, err, l.FailureGroups())
	}
	if _, err := l.Write(ctx, st.Dir); err != nil {
		t.Fatal(err)
	}
	view, err := s.View(ctx, st.Dir)
	if err == nil {
		defer view.Close()
	}
	if err != nil || view.Count(nil) != (Counts{Trials: 2, Cached: 2}) {
		t.Errorf("%+v, %v", view.Count(nil), err)
	}
	if empty, err := s.View(ctx, t.TempDir()); err != nil || empty.Count(nil).New != 2 {
		t.Errorf("of an empty folder: %v", err)
	}
	rec, ok, err := st.Record(ctx, l.Points()[0].Key)
	if err != nil || !ok {
		t.Fatal(err)
	}
	if p := rec.Provenance; p.Build.Version != "v1.2.3" || p.StartSec <= 0 || p.Plugin != "gain" || p.Path != "" && p.Path != lab.plugin {
		t.Errorf("provenance %+v", p)
	}

	diff, err := Verify(ctx, lab.tools, rec, lab.dir)
	if err != nil || len(diff) != 0 {
		t.Errorf("verify: %v, %v", diff, err)
	}
	other := rec
	other.Metrics = append([]metric.Value{{Name: "loss", Split: "all", Goal: metric.Min, Value: 7}}, rec.Metrics[1:]...)
	other.Embeddings = map[string]trial.Embedding{"all": {SHA256: "another"}}
	if diff, err := Verify(ctx, lab.tools, other, lab.dir); err != nil || len(diff) != 2 {
		t.Errorf("verify of other numbers: %v, %v", diff, err)
	}
	other = rec
	other.Spec.Dataset = "sha256:other"
	if diff, err := Verify(ctx, lab.tools, other, lab.dir); err != nil || len(diff) != 1 || !strings.Contains(diff[0], "dataset") {
		t.Errorf("verify of other data: %v, %v", diff, err)
	}
	other = rec
	other.Spec.Version = "0"
	if diff, err := Verify(ctx, lab.tools, other, lab.dir); err != nil || len(diff) != 1 || !strings.Contains(diff[0], "version 1 now") {
		t.Errorf("verify of another version: %v, %v", diff, err)
	}

	for _, from := range []string{st.Dir, RecordsFile(st.Dir, "s")} {
		records, err := RecordsOf(ctx, from)
		if err != nil {
			t.Fatal(err)
		}
		other := openStore(t)
		if out, err := other.Import(ctx, records); err != nil || out.New != 2 || len(out.Bad) > 0 {
			t.Errorf("%s: %+v, %v", from, out, err)
		}
		if l, err := s.Plan(ctx, other); err != nil || l.Count(nil).Cached != 2 {
			t.Errorf("taken over from %s: %v", from, err)
		}
	}
	for name, want := range map[string]string{"none.jsonl": "no such file", "cache": "holds no store"} {
		if _, err := RecordsOf(ctx, filepath.Join(lab.dir, name)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}

	fromStore, err := l.Tables(ctx)
	if err != nil {
		t.Fatal(err)
	}
	committed, err := CommittedTables(lab.sweep, nil, st.Dir)
	if err != nil || len(committed) != 1 || committed[0].Cells[0].Mean == nil || *committed[0].Cells[0].Mean != *fromStore[0].Cells[0].Mean {
		t.Errorf("tables of the records alone: %v", err)
	}
	if _, err := CommittedTables(lab.sweep, []string{"name=t"}, st.Dir); err == nil || !strings.Contains(err.Error(), "holds no results of sweep t") {
		t.Errorf("tables of nothing: %v", err)
	}
}

// A sweep that cannot be right is refused before anything trains.
func TestOpenRefuses(t *testing.T) {
	for name, c := range map[string]struct{ sweep, want string }{
		"no plugin": {"methods: {g: {plugin: gian}}\n", "gian"},
		"twins":     {"methods: {g: {plugin: gain}, h: {plugin: ./assay-plugin-copy}}\n", "two plugins call themselves gain 1"},
		"setting":   {"methods: {g: {plugin: gain, settings: {rat: 1}}}\n", "no setting \"rat\""},
		"broken":    {"methods: {g: {plugin: ./s.yaml}}\n", "not executable"},
		"sweep":     {"methodz: {}\n", "methodz"},
	} {
		t.Run(name, func(t *testing.T) {
			lab := newLab(t, c.sweep)
			if err := os.Link(lab.plugin, filepath.Join(lab.dir, host.Prefix+"copy")); err != nil {
				t.Fatal(err)
			}
			_, err := Open(t.Context(), lab.tools, lab.sweep, nil, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
		})
	}
}

// A sweep is not called as a folder that "assay results gc" or the next run tidies up.
func TestNamesOfTheStore(t *testing.T) {
	lab := newLab(t, one)
	for name, free := range map[string]bool{"kept": false, "Work": false, "queue": false, "logs": false, "checkpoints": false, "assay.db": false, "kept-2": true} {
		_, err := Open(t.Context(), lab.tools, lab.sweep, []string{"name=" + name}, nil)
		if free != (err == nil) || !free && !strings.Contains(err.Error(), "is no name for a sweep") {
			t.Errorf("%s: %v", name, err)
		}
	}
	text, err := os.ReadFile(lab.sweep)
	if err != nil {
		t.Fatal(err)
	}
	for file, free := range map[string]bool{"kept.yaml": false, "Work.yml": false, "assay.db.yaml": false, "Nul.yaml": false, "working.yaml": true} {
		to := filepath.Join(lab.dir, file)
		if err := os.WriteFile(to, regexp.MustCompile(`(?m)^name: .*\n`).ReplaceAll(text, nil), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), lab.tools, to, nil, nil)
		if free != (err == nil) || !free && !strings.Contains(err.Error(), "from the file's name, is no name for a sweep") {
			t.Errorf("%s: %v", file, err)
		}
		if _, err := Open(t.Context(), lab.tools, to, []string{"name=mine"}, nil); err != nil {
			t.Errorf("%s with a name of its own: %v", file, err)
		}
	}
}

// What assay.lock says is checked, strictly or with a note, and stands in the
// records.
func TestPins(t *testing.T) {
	lab := newLab(t, one)
	ctx := t.Context()
	strict := func() error {
		_, err := planned(ctx, lab, NewPins(true))
		return err
	}
	state := func() string {
		l, err := planned(ctx, lab, NewPins(false))
		if err != nil {
			t.Fatal(err)
		}
		p := l.Points()[0]
		req, err := l.study.request(p, nil)
		if err != nil {
			t.Fatal(err)
		}
		return req.Known.Lock
	}
	refused := func(why, want string) {
		t.Helper()
		p, ok := problem.Find(strict())
		if !ok || !p.Usage || !strings.Contains(p.Error(), want) {
			t.Errorf("%s: %v", why, p)
		}
	}
	refused("without a lock", "there is no assay.lock")
	if got := state(); got != "" {
		t.Errorf("without a lock the record says %q", got)
	}

	f, err := lockfile.New(lab.dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Write(); err != nil {
		t.Fatal(err)
	}
	refused("with an empty lock", "is not in")
	if got := state(); got != trial.Unlocked {
		t.Errorf("with an empty lock the record says %q", got)
	}

	locked, err := LockSweep(ctx, lab.tools, f, lab.sweep, false)
	if err != nil || len(locked) != 1 || locked[0].Key != "gain" || !locked[0].New || locked[0].Method != "gain 1" {
		t.Fatalf("%+v, %v", locked, err)
	}
	if err := f.Write(); err != nil {
		t.Fatal(err)
	}
	if err := strict(); err != nil || state() != trial.Locked {
		t.Errorf("with its lock: %v, %q", err, state())
	}

	lab.write(t, "tiny.csv", "x,trial,side\n1,0,0\n2,0,0\n3,1,1\n5,1,1\n")
	refused("other data", "differs from")
	if got := state(); got != trial.Override || len(lab.notes) == 0 || !strings.Contains(lab.notes[0], "dataset tiny differs") {
		t.Errorf("other data: %q, notes %q", got, lab.notes)
	}

	was := f.Plugins["gain"]
	was.Digest = "sha256:another"
	f.Plugins["gain"] = was
	if err := f.Write(); err != nil {
		t.Fatal(err)
	}
	lab.notes = nil
	refused("another plugin", "differs from")
	if got := state(); got != trial.Override || !strings.Contains(lab.notes[0], "plugin") {
		t.Errorf("another plugin: %q, notes %q", got, lab.notes)
	}
	again, _, err := LockPlugin(ctx, lab.tools, f, mustFind(t, lab, "gain"), false)
	if err != nil || again.New || len(again.Changes) == 0 {
		t.Errorf("locked again: %+v, %v", again, err)
	}
	if _, ok, err := LockPlugin(ctx, lab.tools, f, host.Plugin{Origin: "built-in"}, false); ok || err != nil {
		t.Errorf("a built-in method was locked: %v", err)
	}
}

func mustFind(t *testing.T, l *lab, name string) host.Plugin {
	t.Helper()
	p, err := l.tools.Finder.Find(name, l.dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func planned(ctx context.Context, l *lab, pins *Pins) (*Ledger, error) {
	s, err := Open(ctx, l.tools, l.sweep, nil, pins)
	if err != nil {
		return nil, err
	}
	return s.Plan(ctx, nil)
}

// A plugin that needs more memory than the sweep allows is refused; the number of
// trials at a time is what the user asks for, or the sweep, or the machine.
func TestLimits(t *testing.T) {
	s := toy(t, "methods: {g: {plugin: gain}}\nlimits: {memory: 1GiB}\nrun: {jobs: 3}\n")
	if err := s.enough(); err != nil {
		t.Error(err)
	}
	p := s.plugins["g"]
	p.Manifest = &host.Manifest{Needs: host.Needs{Memory: 2 << 30}}
	s.plugins["g"] = p
	if err := s.enough(); err == nil || !strings.Contains(err.Error(), "needs 2") {
		t.Errorf("%v", err)
	}
	if s.Workers(0) != 3 || s.Workers(5) != 5 {
		t.Errorf("%d and %d workers", s.Workers(0), s.Workers(5))
	}
	s = toy(t, "methods: {g: {plugin: gain}}\n")
	if s.Jobs = 7; s.Workers(0) != 7 {
		t.Errorf("%d workers", s.Workers(0))
	}
}

// Slow starts are worth a word where they are a good part of the work.
func TestSlowStarts(t *testing.T) {
	var s Spent
	for i, p := range []trial.Provenance{{Plugin: "torch", WallSec: 10, StartSec: 4}, {Plugin: "torch", WallSec: 10, StartSec: 4}, {Plugin: "quick", WallSec: 1, StartSec: .9}, {Plugin: "long", WallSec: 100, StartSec: 9}} {
		s.add(trial.Record{Key: fmt.Sprint(i), Status: trial.Succeeded, Provenance: p}, false)
	}
	var got []string
	s.SlowStarts(func(plugin string, seconds, share float64) {
		got = append(got, fmt.Sprintf("%s %v %v", plugin, seconds, share))
	})
	if fmt.Sprint(got) != "[torch 8 0.4]" {
		t.Errorf("%q", got)
	}
}
