package sweep

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/setting"
)

var update = flag.Bool("update", false, "write the golden files")

type toySettings struct {
	Rate      float64 `name:"rate" default:"0.01" above:"0" max:"1" doc:"learning rate"`
	Optimizer string  `name:"optimizer" default:"adam" choices:"adam,sgd" doc:"rule"`
	Momentum  float64 `name:"momentum" default:"0.9" min:"0" below:"1" when:"optimizer == 'sgd'" doc:"momentum"`
	Epochs    int     `name:"epochs" default:"3" min:"1" doc:"passes"`
}

// plugins of these tests: toy needs a main recording, pair a source and a target,
// more a main one and with sgd a source.
func describe(plugin string) framework.Description {
	d := framework.Description{Name: plugin, Version: "1", Schema: setting.Of(toySettings{}), Metrics: []metric.Info{{Name: "loss", Goal: metric.Min}}}
	if plugin == "pair" {
		d.Roles = []string{"source", "target"}
	}
	if plugin == "more" {
		d.Optional = []framework.OptionalRole{{Name: "source", When: "optimizer == 'sgd'"}}
	}
	return d
}

func parse(text string, sets ...string) (*Sweep, error) {
	s, err := Parse("sweep.yaml", []byte(text), sets)
	if err != nil {
		return nil, err
	}
	methods := map[string]framework.Description{}
	for _, m := range s.Methods {
		methods[m.ID] = describe(m.Plugin)
	}
	return s, s.Bind(methods)
}

// Each broken file has one clear message per mistake: where, what, what next.
func TestBrokenFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/broken/*.yaml")
	if err != nil || len(files) < 12 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = parse(string(text))
			var errs problem.List
			if !errors.As(err, &errs) {
				t.Fatalf("got %v, want a problem.List", err)
			}
			var b strings.Builder
			for _, e := range errs {
				fmt.Fprintf(&b, "%v\n", e)
				if e.Hint != "" {
					fmt.Fprintf(&b, "  hint: %s\n", e.Hint)
				}
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), b.String()); d != "" {
				t.Error(d)
			}
		})
	}
}

const base = `
version: 1
datasets:
  a: {source: testdata/x.npz}
  b: {source: testdata/y.npz}
  p: {source: generate/low-rank-gaussians}
methods:
  plain: {plugin: toy}
  tuned:
    plugin: toy
    search:
      rate: [0.1, 0.2]
      optimizer: [adam, sgd]
      momentum: {values: [0.5, 0.6], when: "optimizer == 'sgd'"}
  two: {plugin: pair}
seeds: 3
select: {metric: loss, split: val}
ablations:
  - {of: tuned, variants: {slow: {rate: 0.001}, long: {epochs: 9}}}
  - {of: plain, variants: {slow: {rate: 0.001}}}
probes: [{kind: direction, target: direction, min_speed: 5}]
tables: [{name: main, cell: probe/direction/accuracy}]
`

func TestExpansion(t *testing.T) {
	s, err := parse(base)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	seen := map[string]bool{}
	for _, p := range s.points(t) {
		id := fmt.Sprint(p)
		if seen[id] {
			t.Errorf("twice: %s", id)
		}
		seen[id] = true
		count[fmt.Sprintf("%s/%s/%v", p.Method, p.Dataset, p.Ablation)]++
	}
	// tuned: 2 rates x (adam + sgd with 2 momenta) = 6 configurations; plain has one ablation.
	want := map[string]int{"plain/a/false": 3, "plain/b/false": 3, "plain/a/true": 3, "plain/b/true": 3, "tuned/a/false": 18, "tuned/b/false": 18, "two/p/false": 3}
	if d := cmp.Diff(want, count); d != "" {
		t.Error(d)
	}
	if n := len(s.Skipped()); n != 4 {
		t.Errorf("%d skipped, want plain and tuned on p, two on a and b", n)
	}
	if got := s.Probes[0].Settings["min_speed"]; got != 5.0 {
		t.Errorf("the probe's own setting is %v", got)
	}
}

func TestChooseAndAblate(t *testing.T) {
	s, err := parse(base)
	if err != nil {
		t.Fatal(err)
	}
	// Smaller loss is better. The best configuration lacks a seed on dataset b.
	value := func(p Point) (float64, bool) {
		if p.Dataset == "b" && p.Variant == "rate=0.2 optimizer=sgd momentum=0.6" && p.Seed == 2 {
			return 0, false
		}
		x := -p.Settings["rate"].(float64)
		if m, ok := p.Settings["momentum"]; ok {
			x -= m.(float64)
		}
		return x, true
	}
	chosen, missing := s.choose(t, value)
	got := map[string]string{}
	for _, c := range chosen {
		got[c.cell.Dataset] = c.Variant
	}
	want := map[string]string{"a": "rate=0.2 optimizer=sgd momentum=0.6", "b": "rate=0.1 optimizer=sgd momentum=0.6"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if missing != 1 {
		t.Errorf("missing %v", missing)
	}
	points := s.ablationPoints(chosen)
	if len(points) != 2*2*3 {
		t.Fatalf("%d ablation points", len(points))
	}
	if p := points[0]; p.Settings["optimizer"] != "sgd" || p.Settings["rate"] != 0.001 || p.Variant != "slow" || !p.Ablation {
		t.Errorf("an ablation changes one thing of what was chosen: %+v", p)
	}
}

func TestSets(t *testing.T) {
	s, err := parse(base, "seeds=[4, 5]", "name=other", "methods.plain.settings.rate=1e-3", "tables.0.split=val")
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "other" || len(s.Seeds) != 2 || s.Seeds[1] != 5 || s.Methods[0].Settings["rate"] != 1e-3 || s.Tables[0].Split != "val" {
		t.Errorf("%+v", s)
	}
	if s, err := parse(base, "methods.two=null", "datasets.p=null", "methods.tuned.search=null", "select=null", "ablations=null"); err != nil || len(s.Methods) != 2 || s.Select != nil {
		t.Errorf("null takes keys away: %v", err)
	}
	for _, bad := range []string{"seeds", "seedz=3", "tables.7.split=val", "methods.plain.settings.ratee=1", "seeds=many", "name.x=1", "name="} {
		if _, err := parse(base, bad); err == nil || !strings.Contains(err.Error(), "--set "+bad) {
			t.Errorf("--set %s: %v", bad, err)
		}
	}
}

func TestRandomIsStable(t *testing.T) {
	text := "version: 1\ndatasets: {a: {source: testdata/x.npz}}\nmethods: {m: {plugin: toy, search: {rate: {min: 1e-4, max: 1, scale: log}}}}\nsearch: {strategy: random, trials: %d, seed: 3}\n"
	few, err := parse(fmt.Sprintf(text, 4))
	if err != nil {
		t.Fatal(err)
	}
	many, err := parse(fmt.Sprintf(text, 9))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(few.points(t), many.points(t)[:4]); d != "" {
		t.Errorf("more trials changed the first ones:\n%s", d)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(base)
	files, err := filepath.Glob("testdata/broken/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parse(text)
		if err == nil {
			s.points(t)
		}
	})
}

// A method whose plugin is not there keeps nobody from hearing of the other mistakes,
// and makes none of its own: what it could report or needs is not known.
func TestBindWithoutAMethod(t *testing.T) {
	s, err := Parse("sweep.yaml", []byte(`version: 1
datasets: {a: {source: testdata/x.npz}}
methods:
  lost: {plugin: nowhere, settings: {anything: 1}, search: {other: [1, 2]}}
  m: {plugin: toy, settings: {epochs: 0}}
select: {metric: theirs, split: val}
ablations: [{of: lost, variants: {b: {third: 1}}}]
probes: [{kind: ridge, target: theirs}]
tables: [{name: t, rows: settings.other, cols: method, cell: theirs}]
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Bind(map[string]framework.Description{"m": describe("toy")})
	if want := "sweep.yaml:5:31: method m: setting epochs must be at least 1, got 0"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	err = s.At(fmt.Errorf("no plugin"), "methods", "lost", "plugin")
	if want := "sweep.yaml:4:10: no plugin"; err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
