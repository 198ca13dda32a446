package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/assaylab/assay/framework/cli"
	"github.com/assaylab/assay/framework/data"
)

// TestMain makes this test binary into the plugins that assay re-executes.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "serve" {
		main()
		return
	}
	if len(os.Args) == 4 && os.Args[1] == goldenCommand {
		if err := printGolden(os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	testscript.Main(m, map[string]func(){"assay": main})
}

func assay(t *testing.T, args ...string) {
	t.Helper()
	var talk bytes.Buffer
	if code := cli.Run(methodNames(), args, &bytes.Buffer{}, &talk); code != 0 {
		t.Fatalf("assay %v: exit code %d\n%s", args, code, &talk)
	}
}

func methodNames() (names []string) {
	for _, m := range methods {
		names = append(names, m().Describe().Name)
	}
	return names
}

func readTable(t *testing.T, path string) map[string]float64 {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var tab struct {
		Cells []struct {
			Row, Col, Metric string
			Mean             *float64
		}
	}
	if err := json.Unmarshal(text, &tab); err != nil {
		t.Fatal(err)
	}
	means := map[string]float64{}
	for _, c := range tab.Cells {
		if c.Mean == nil {
			t.Fatalf("%s: no value for %s, %s", path, c.Row, c.Col)
		}
		means[c.Row+" "+c.Col+" "+c.Metric] = *c.Mean
	}
	return means
}

// short runs a sweep called short in an empty folder, and returns a reader of its
// tables.
func short(t *testing.T, sweep string) func(table string) map[string]float64 {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("ASSAY_CACHE", filepath.Join(dir, "cache"))
	file := filepath.Join(dir, "short.yaml")
	if err := os.WriteFile(file, []byte("version: 1\nname: short\n"+sweep), 0o644); err != nil {
		t.Fatal(err)
	}
	assay(t, "run", file, "--results", dir)
	return func(table string) map[string]float64 {
		t.Helper()
		return readTable(t, filepath.Join(dir, "short", "tables", table+".json"))
	}
}

// span is where a measured figure has to lie.
type span struct {
	what             string
	got, least, most float64
}

func holdSpans(t *testing.T, spans ...span) {
	t.Helper()
	for _, s := range spans {
		if s.got < s.least || s.got > s.most {
			t.Errorf("%s is %.3f, want %.2f to %.2f", s.what, s.got, s.least, s.most)
		}
	}
}

// The main job of the README, with one seed.
func TestQuickstart(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("ASSAY_CACHE", filepath.Join(dir, "cache"))
	assay(t, "run", "sweeps/quickstart.yaml", "--results", dir, "--set", "seeds=1", "--set", "keep={arrays: true}")
	keptArrays(t, dir)
	means := readTable(t, filepath.Join(dir, "quickstart", "tables", "decoding.json"))
	accuracy := func(method string) float64 { return means[method+" population probe/logistic/accuracy"] }
	// Four directions: a read-out that has learned nothing is right in a quarter. No
	// method is right always: then the table would rank none.
	for method, least := range map[string]float64{"raw": 0.6, "raw-3": 0.75, "wiener": 0.8, "pca": 0.6, "fa": 0.6, "eit": 0.8, "plasticity": 0.5, "swapvae": 0.4, "myow": 0.4, "assemblies": 0.27} {
		if v := accuracy(method); v < least || v > 0.97 {
			t.Errorf("%s: accuracy %v, want %v to 0.97", method, v, least)
		}
	}
	if !(accuracy("raw-3") > accuracy("raw")+0.05 && accuracy("wiener") > accuracy("raw")+0.05) {
		t.Errorf("three samples tell no more than one: %v", means)
	}
}

// What Swap-VAE makes for figures is kept where the sweep asks for it: 7 rates of
// 100 units for each of the 32 latents.
func keptArrays(t *testing.T, dir string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "kept", "*", "arrays-test", "traversal.npy"))
	if err != nil || len(found) != 1 {
		t.Fatalf("kept traversals: %v %v", found, err)
	}
	a, unmap, err := data.ReadArray(found[0])
	if err != nil {
		t.Fatal(err)
	}
	defer unmap()
	if !slices.Equal(a.Shape, []int{32, 7, 100}) {
		t.Errorf("the traversal has shape %v", a.Shape)
	}
}

func needRecordings(t *testing.T) {
	t.Helper()
	if os.Getenv("ASSAY_DATA_MIRROR") == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("ASSAY_DATA_MIRROR is not set")
		}
		t.Skip("needs the published recordings and pictures: set ASSAY_DATA_MIRROR to a folder with them")
	}
}

// Raw rates of the published recordings, within the tolerance of independent
// measurements of the same read-out: 5 initialisations there, 2 seeds here.
func TestReachDirection(t *testing.T) {
	needRecordings(t)
	dir := t.TempDir()
	t.Setenv("ASSAY_CACHE", filepath.Join(dir, "cache"))
	args := []string{"run", "sweeps/reach-direction.yaml", "--results", dir, "--set", "seeds=2"}
	for _, long := range []string{"vae", "beta-vae", "swapvae", "swapvae-released", "byol", "simclr", "myow", "supervised", "eit"} {
		args = append(args, "--set", "methods."+long+"=null")
	}
	assay(t, args...)
	main := readTable(t, filepath.Join(dir, "reach-direction", "tables", "main.json"))
	moving := readTable(t, filepath.Join(dir, "reach-direction", "tables", "moving-bin-training.json"))
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"accuracy on chewie-1", main["raw probe/direction/accuracy probe/direction/accuracy"], 0.62},
		{"accuracy on chewie-1, mean of three bins,", main["raw-3 probe/direction/accuracy probe/direction/accuracy"], 0.722},
		{"delta-accuracy on chewie-1", main["raw probe/direction/delta_accuracy probe/direction/delta_accuracy"], 0.79},
		{"accuracy on chewie-2", moving["raw chewie-2-moving probe/direction/accuracy"], 0.55},
		{"accuracy on mihi-1", moving["raw mihi-1-moving probe/direction/accuracy"], 0.65},
	} {
		if math.Abs(c.got-c.want) > 0.03 {
			t.Errorf("%s of raw rates: %.3f, want %.2f ± 0.03", c.what, c.got, c.want)
		}
	}
}

// Swap-VAE as released and MYOW on recordings, against what two independent
// prototypes measured: test nll -827 to -832 after 225 epochs, direction
// accuracies 0.61 to 0.63 and 0.35 or less from style alone; MYOW 0.65 to 0.70
// after 1000 steps, where one test bin is 1.3 points.
func TestSwapVAEAndMYOW(t *testing.T) {
	needRecordings(t)
	tables := short(t, `
datasets:
  all-bins: {source: catalogue/chewie-1, split: {by: trial, train: 0.8, test: 0.2}}
  moving: {source: catalogue/chewie-1-moving, split: {by: trial, train: 0.8, val: 0.1, test: 0.1}}
methods:
  swapvae: {plugin: swapvae, datasets: [all-bins], settings: {augmentation: jitter}}
  myow: {plugin: myow, datasets: [moving], settings: {steps: 1000, lr_schedule: const, ema_schedule: const}}
probes:
  - {kind: direction, target: direction, min_speed: 5, methods: [swapvae]}
  - {kind: direction, name: style, target: direction, min_speed: 5, columns: [64, 128], methods: [swapvae]}
  - {kind: direction, name: validated, target: direction, profile: myow2, methods: [myow]}
tables:
  - {name: swapvae, rows: method, cols: metric, cell: [probe/direction/accuracy, probe/style/accuracy, poisson_nll], split: test, datasets: [all-bins], methods: [swapvae]}
  - {name: myow, rows: method, cols: metric, cell: [probe/validated/accuracy, spread], split: test, datasets: [moving], methods: [myow]}
`)
	swapvae := tables("swapvae")
	myow := tables("myow")
	holdSpans(t,
		span{"nll", swapvae["swapvae poisson_nll poisson_nll"], -840, -815},
		span{"accuracy", swapvae["swapvae probe/direction/accuracy probe/direction/accuracy"], 0.56, 0.70},
		span{"accuracy of style", swapvae["swapvae probe/style/accuracy probe/style/accuracy"], 0.20, 0.50},
		span{"accuracy of MYOW", myow["myow probe/validated/accuracy probe/validated/accuracy"], 0.58, 0.80},
		span{"spread of MYOW", myow["myow spread spread"], 0.5, 1})
}

// MNIST with one assembly per digit, n = 1000: two other implementations have 0.65
// on the test pictures with R2, and 0.54 to 0.55 with R1.
func TestDigitAssemblies(t *testing.T) {
	needRecordings(t)
	dir := t.TempDir()
	t.Setenv("ASSAY_CACHE", filepath.Join(dir, "cache"))
	assay(t, "run", "sweeps/assemblies-mnist.yaml", "--results", dir, "--set", "seeds=1",
		"--set", "methods={n1000: {plugin: assemblies, settings: {labels: digit, encoder: image, beta: 1, bias: 1, linear_epochs: 0, baselines: false}}}",
		"--set", "tables=[{name: short, rows: method, cols: dataset, cell: [accuracy_r1, accuracy_r2, assembly_overlap]}]")
	means := readTable(t, filepath.Join(dir, "assemblies-mnist", "tables", "short.json"))
	for metric, want := range map[string]float64{"accuracy_r2": 0.65, "accuracy_r1": 0.545} {
		if got := means["n1000 mnist "+metric]; math.Abs(got-want) > 0.04 {
			t.Errorf("%s: %.3f, want %.3f ± 0.04", metric, got, want)
		}
	}
	if shared := means["n1000 mnist assembly_overlap"]; shared != 0 {
		t.Errorf("digits share %.3f of their assemblies in spite of the bias", shared)
	}
}

// The search of the docs, shorter: what it plans follows, what it prunes is counted,
// and the second run asks nothing.
func TestSearchAblation(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("ASSAY_CACHE", filepath.Join(dir, "cache"))
	args := []string{"sweeps/search-ablation.yaml", "--results", dir, "--set", "search.configurations=6", "--set", "methods.swapvae.settings.epochs=3", "--set", "methods.myow.settings.steps=9"}
	plan := func() (out struct {
		Trials, Cached, New, Following int
		Waiting                        int `json:"waiting_for_selection"`
		Searches                       []struct{ Configurations, Of, Pruned int }
	}) {
		t.Helper()
		var b bytes.Buffer
		if code := cli.Run(methodNames(), append([]string{"plan", "--json"}, args...), &b, os.Stderr); code != 0 {
			t.Fatalf("exit code %d", code)
		}
		if err := json.Unmarshal(b.Bytes(), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	before := plan()
	if len(before.Searches) != 2 || before.Searches[0].Configurations != 4 || before.Searches[0].Of != 6 || before.Following == 0 || before.Waiting != 2 {
		t.Errorf("before: %+v", before)
	}
	assay(t, append([]string{"run"}, args...)...)
	after := plan()
	if after.New != 0 || after.Following != 0 || after.Waiting != 0 || after.Searches[0].Configurations != 6 || after.Searches[0].Pruned == 0 {
		t.Errorf("after: %+v", after)
	}
	if got := after.Trials - before.Trials - 4; got < before.Following/2 || got > 2*before.Following {
		t.Errorf("%d trials followed, %d were expected", got, before.Following)
	}
	if table := readTable(t, filepath.Join(dir, "search-ablation", "tables", "decoding.json")); len(table) != 3 {
		t.Errorf("%v", table)
	}
}
