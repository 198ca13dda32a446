package table

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
	"github.com/google/go-cmp/cmp"
)

func captionHas(t *testing.T, tab *Table, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(tab.Caption, p) {
			t.Errorf("caption lacks %q: %s", p, tab.Caption)
		}
	}
}

func boldRows(tab *Table) []string {
	var b []string
	for _, c := range tab.Cells {
		if c.Bold {
			b = append(b, c.Row)
		}
	}
	return b
}

func TestCompleteFillsDefaults(t *testing.T) {
	s := Spec{Cell: []any{"a", "b"}}
	if p := s.Complete(); p != nil {
		t.Fatal(p)
	}
	want := Spec{
		Rows: "method", Cols: "dataset", Cell: []string{"a", "b"}, Split: "test",
		Stat: "mean ± ci95", Bold: "best", Against: "best", Correct: "shaffer",
		Family: "column", Marks: "worse", Show: "value", Failures: "worst",
	}
	if d := cmp.Diff(want, s); d != "" {
		t.Error(d)
	}
}

func TestCompleteFindsEveryMistake(t *testing.T) {
	s := Spec{
		Rows: "metod", Cols: "settings.", Stat: "mean ± ci59", Bold: "tie", Correct: "bonferroni", Cell: 3, Family: "row", Marks: "stars",
		Show: "ratio", Failures: "ignore", Also: []string{"iqr"}, Fit: "wide",
	}
	var got []string
	for _, p := range s.Complete() {
		got = append(got, p.Path)
		if p.Hint == "" {
			t.Errorf("%v has no hint", p)
		}
	}
	if want := []string{"rows", "cols", "stat", "bold", "correct", "family", "marks", "show", "failures", "also", "fit", "cell"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for path, s := range map[string]Spec{
		"letters": {Against: "none", Letters: true}, "show": {Against: "none", Show: "difference"}, "bold": {Against: "none", Bold: "tied"},
		"correct": {Against: "raw", Correct: "shaffer"}, "marks": {Against: "raw", Marks: "best-set"}, "rope": {Also: []string{"equivalence"}},
	} {
		s.Cell = "a"
		if p := s.Complete(); len(p) != 1 || p[0].Path != path || p[0].Hint == "" {
			t.Errorf("%s: %+v", path, p)
		}
	}
	s = Spec{Rows: "metod", Cell: "a"}
	if p := s.Complete(); len(p) != 1 || p[0].Hint != `did you mean "method"?` {
		t.Errorf("got %v", p)
	}
}

func TestVariantRowsInOrderOfAppearance(t *testing.T) {
	no := runs("swapvae", "maze", 0.5, 0.6)
	for i := range no {
		no[i].Variant, no[i].Trial = "no swap", no[i].Trial+"-no"
	}
	obs := join(runs("swapvae", "maze", 0.7, 0.8), no, runs("hiwa", "maze", 0.6, 0.65))
	tab := build(t, Spec{Rows: "variant"}, obs)
	if want := []string{"swapvae", "swapvae: no swap", "hiwa"}; !slices.Equal(tab.Rows, want) {
		t.Errorf("rows %q, want %q", tab.Rows, want)
	}
	tab = build(t, Spec{Rows: "variant", Methods: []string{"hiwa", "swapvae"}}, obs)
	if want := []string{"hiwa", "swapvae", "swapvae: no swap"}; !slices.Equal(tab.Rows, want) {
		t.Errorf("rows %q, want %q, the order of methods", tab.Rows, want)
	}
}

func TestTwoTrialsOfOneSeedNameTheAxis(t *testing.T) {
	a, b := runs("hiwa", "maze", 0.7), runs("hiwa", "maze", 0.8)
	a[0].Settings, b[0].Settings = map[string]any{"eps": 0.1, "k": 3}, map[string]any{"eps": 0.2, "k": 3}
	b[0].Trial = "other"
	_, err := Build(Spec{Cell: accuracy}, join(a, b))
	p, ok := errors.AsType[data.Problem](err)
	if !ok || !strings.Contains(p.Hint, "settings.eps:") || strings.Contains(p.Hint, "settings.k") {
		t.Fatalf("got %#v", err)
	}
	tab := build(t, Spec{Cols: "settings.eps"}, join(a, b)) // the advice works
	if !slices.Equal(tab.Cols, []string{"0.1", "0.2"}) {
		t.Errorf("cols %q", tab.Cols)
	}
	b[0].Variant = "wide"
	_, err = Build(Spec{Cell: accuracy}, join(a, b))
	if p, _ := errors.AsType[data.Problem](err); !strings.Contains(p.Hint, "differ in variant:") {
		t.Errorf("got %#v", err)
	}
	// Equal values and failures are a clash all the same.
	b[0].Value = a[0].Value
	if _, err := Build(Spec{Cell: accuracy}, join(a, b)); err == nil {
		t.Error("two trials with equal values pass as one")
	}
	b[0].Failed, b[0].Metric = true, ""
	if _, err := Build(Spec{Cell: accuracy}, join(a, b)); err == nil {
		t.Error("a failed trial beside another of its seed passes")
	}
	// One trial that serves two variants is no clash.
	b[0] = a[0]
	b[0].Variant = "as given"
	build(t, Spec{}, join(a, b))
}

func TestFailuresCountInEveryMetric(t *testing.T) {
	obs := runs("hiwa", "maze", 0.7, 0.8)
	loss := runs("hiwa", "maze", 3, 4)
	for i := range loss {
		loss[i].Metric, loss[i].Goal = "loss", metric.Min
	}
	obs = join(obs, loss, []Observation{failure("hiwa", "maze", 3)})
	tab := build(t, Spec{Cols: "metric", Cell: []string{"loss", accuracy}}, obs)
	if !slices.Equal(tab.Cols, []string{"loss", accuracy}) {
		t.Errorf("cols %q, want the order of cell", tab.Cols)
	}
	for _, c := range tab.Cells {
		if c.Failed != 1 || c.N != 2 {
			t.Errorf("%s: %d failed, n %d; want 1, 2", c.Metric, c.Failed, c.N)
		}
	}
	captionHas(t, tab, "1 of 3 trials failed")
	if v := layOut(tab); !slices.Equal(v.heads, []string{"loss ↓", accuracy + " ↑"}) {
		t.Errorf("heads %q", v.heads)
	}
}

// Reference by SciPy 1.17.1: t.ppf(.975, 4)·std(ddof=1)/√5.
func TestCellNumbers(t *testing.T) {
	obs := runs("hiwa", "maze", 0.71, 0.74, 0.69, 0.75, 0.72)
	slices.Reverse(obs)
	c := cellAt(t, build(t, Spec{}, obs), "hiwa", "maze")
	if math.Abs(*c.Mean-0.722) > 1e-12 || math.Abs(*c.Std-0.023874672772626667) > 1e-12 || math.Abs(*c.CI95-0.029644321650666175) > 1e-12 {
		t.Errorf("mean %v, std %v, ci95 %v", *c.Mean, *c.Std, *c.CI95)
	}
	if !slices.Equal(c.Values, []float64{0.71, 0.74, 0.69, 0.75, 0.72}) || !slices.Equal(c.Seeds, []uint64{1, 2, 3, 4, 5}) || c.Trials[0] != "hiwa-maze-1" {
		t.Errorf("not in order of seeds: %v %v %v", c.Values, c.Seeds, c.Trials)
	}
}

func TestTuningScoresWarn(t *testing.T) {
	obs := runs("a", "maze", 0.5, 0.6)
	if tab := build(t, Spec{}, obs); strings.Contains(tab.Caption, "selected") {
		t.Error(tab.Caption)
	}
	obs[1].Tuning = true
	captionHas(t, build(t, Spec{}, obs), "Warning: settings were selected on this very split")
}

func TestCaptionSaysWhatVaried(t *testing.T) {
	obs := runs("a", "maze", 0.5, 0.6)
	captionHas(t, build(t, Spec{}, obs), "only the seed varies")
	obs[0].Settings, obs[1].Settings = map[string]any{"lr": 0.1}, map[string]any{"lr": 0.2}
	captionHas(t, build(t, Spec{}, obs), "the seed and settings.lr vary")
}

func TestCaptionSaysWhosePackagesDiffer(t *testing.T) {
	obs := join(runs("a", "maze", 0.5, 0.6), runs("b", "maze", 0.4, 0.3))
	const said = "same packages"
	obs[2].Environment = "x" // another method's, and one that is not known: nothing to compare
	obs[0].Environment = "y"
	if c := build(t, Spec{}, obs).Caption; strings.Contains(c, said) {
		t.Errorf("%q", c)
	}
	obs[1].Environment = "z"
	captionHas(t, build(t, Spec{}, obs), "Not all trials of one method ran with the same packages: a (2 environments)")
	obs[1].Failed = true // it has no number here
	if c := build(t, Spec{}, obs).Caption; strings.Contains(c, said) {
		t.Errorf("%q", c)
	}
}

func TestCaptionSaysWhatStandsForAllSeeds(t *testing.T) {
	obs := join(runs("a", "maze", 0.5, 0.6), runs("b", "maze", 0.4))
	const said = "one trial, which stands for every seed"
	if c := build(t, Spec{}, obs).Caption; strings.Contains(c, said) {
		t.Errorf("%q", c)
	}
	obs[2].Seedless = true
	captionHas(t, build(t, Spec{}, obs), said)
}

func TestNothingToShowSaysWhy(t *testing.T) {
	obs := runs("a", "maze", 0.5)
	for _, c := range []struct {
		spec Spec
		obs  []Observation
		path string
		hint string
	}{
		{Spec{Cell: accuracy, Split: "val"}, obs, "split", "measured on test"},
		{Spec{Cell: "probe/direction/acuracy"}, obs, "cell", "did you mean"},
		{Spec{Cell: accuracy, Methods: []string{"b"}}, obs, "methods", "no trial over"},
		{Spec{Cell: accuracy}, nil, "cell", "run the sweep"},
	} {
		_, err := Build(c.spec, c.obs)
		if p, ok := errors.AsType[data.Problem](err); !ok || p.Path != c.path || !strings.Contains(p.Hint, c.hint) {
			t.Errorf("%+v: got %#v", c.spec, err)
		}
	}
}

func TestDigits(t *testing.T) {
	for _, c := range []struct {
		width, x float64
		want     string
	}{
		{0.0296, 0.722, "0.722 ± 0.030"},
		{0.0999, 0.722, "0.72 ± 0.10"},
		{3.21, 123.456, "123.5 ± 3.2"},
		{321, 12345, "12350 ± 320"},
		{0.02, -0.001, "-0.001 ± 0.020"},
		{0.2, -0.001, "0.00 ± 0.20"},
		{1.2e-9, 3.4e-8, "3.40e-08 ± 1.2e-09"},
		{math.NaN(), 0.123456, "0.1235"},
		{math.NaN(), 12345.6, "12346"},
		{math.NaN(), 2e200, "2.000e+200"},
		{math.NaN(), 0, "0.000"},
		{0, 0.5, "0.5000 ± 0.0000"},
		{1e200, 2e200, "2.0e+200 ± 1.0e+200"},
	} {
		d := decimals(c.width, c.x)
		got := fixed(c.x, d)
		if !math.IsNaN(c.width) {
			got += " ± " + fixed(c.width, d)
		}
		if got != c.want {
			t.Errorf("%v ± %v: %q, want %q", c.x, c.width, got, c.want)
		}
	}
}

func TestStatistics(t *testing.T) {
	obs := runs("a", "maze", 1, 2, 3, 4)
	for stat, want := range map[string]string{
		"mean +- ci95": "2.5 ± 2.1", "mean ± std": "2.5 ± 1.3", "mean ± sem": "2.50 ± 0.65",
		"mean": "2.500", "median [iqr]": "2.5 [1.8, 3.2]",
	} {
		tab := build(t, Spec{Stat: stat}, obs)
		if got := tab.Spec.show(&tab.Cells[0], 4).String(); got != want {
			t.Errorf("%s: %q, want %q", stat, got, want)
		}
	}
}
