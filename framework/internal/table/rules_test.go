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
		Stat: "mean ± ci95", Bold: "tied", Against: "best", Correct: "holm",
	}
	if d := cmp.Diff(want, s); d != "" {
		t.Error(d)
	}
}

func TestCompleteFindsEveryMistake(t *testing.T) {
	s := Spec{Rows: "metod", Cols: "settings.", Stat: "mean ± ci59", Bold: "tie", Correct: "bonferroni", Cell: 3}
	var got []string
	for _, p := range s.Complete() {
		got = append(got, p.Path)
		if p.Hint == "" {
			t.Errorf("%v has no hint", p)
		}
	}
	if want := []string{"rows", "cols", "stat", "bold", "correct", "cell"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
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

func TestBoldIsBestAndTied(t *testing.T) {
	tab := build(t, Spec{}, join(
		runs("lost", "maze", 0.50, 0.52, 0.51, 0.49, 0.50),
		runs("tied", "maze", 0.71, 0.69, 0.73, 0.70, 0.70),
		runs("best", "maze", 0.70, 0.72, 0.71, 0.69, 0.74)))
	if got := boldRows(tab); !slices.Equal(got, []string{"tied", "best"}) {
		t.Errorf("bold: %v", got)
	}
	if cellAt(t, tab, "best", "maze").Compare != nil {
		t.Error("the best is compared with itself")
	}
	c := cellAt(t, tab, "lost", "maze").Compare
	if c == nil || c.Against != "best" || c.Pairs != 5 || c.PAdjusted != 2*c.P || c.Diff >= 0 {
		t.Errorf("got %+v", c)
	}
	captionHas(t, tab, "Holm's correction over 2 comparisons", "not significantly different", "n = 5 seeds", "paired t tests")

	tab = build(t, Spec{Bold: "best", Correct: "none"}, join(
		runs("tied", "maze", 0.71, 0.69, 0.73), runs("best", "maze", 0.70, 0.72, 0.74)))
	if got := boldRows(tab); !slices.Equal(got, []string{"best"}) {
		t.Errorf("bold: %v", got)
	}
	if c := cellAt(t, tab, "tied", "maze").Compare; c.PAdjusted != c.P {
		t.Errorf("corrected against the spec: %+v", c)
	}
}

// Alone, "near" would differ from the best (p = 0.03); among three comparisons
// it does not.
func TestHolmDecidesBold(t *testing.T) {
	obs := join(
		runs("best", "maze", 0.70, 0.72, 0.71, 0.69, 0.74),
		runs("near", "maze", 0.69, 0.69, 0.70, 0.685, 0.71),
		runs("p", "maze", 0.70, 0.68, 0.71, 0.69, 0.73),
		runs("q", "maze", 0.69, 0.72, 0.69, 0.70, 0.74))
	tab := build(t, Spec{}, obs)
	if c := cellAt(t, tab, "near", "maze"); c.Compare.P >= alpha || c.Compare.PAdjusted < alpha || !c.Bold {
		t.Errorf("corrected: %+v, bold %v", c.Compare, c.Bold)
	}
	tab = build(t, Spec{Correct: "none"}, obs)
	if c := cellAt(t, tab, "near", "maze"); c.Bold {
		t.Errorf("not corrected: %+v, bold", c.Compare)
	}
}

// Only seeds that both have are paired.
func TestPairsShareSeeds(t *testing.T) {
	late := runs("late", "maze", 0.60, 0.61, 0.63)
	for i := range late {
		late[i].Seed += 2
	}
	tab := build(t, Spec{}, join(runs("early", "maze", 0.9, 0.9, 0.80, 0.84), late))
	c := cellAt(t, tab, "late", "maze").Compare
	if c == nil || c.Pairs != 2 || math.Abs(c.Diff-(-0.215)) > 1e-12 {
		t.Errorf("got %+v, want the 2 pairs of seeds 3 and 4", c)
	}
}

func TestAgainstNamedRow(t *testing.T) {
	obs := join(
		runs("pca", "maze", 0.50, 0.52, 0.51, 0.49, 0.50),
		runs("near", "maze", 0.71, 0.69, 0.73, 0.70, 0.70),
		runs("best", "maze", 0.70, 0.72, 0.71, 0.69, 0.74))
	tab := build(t, Spec{Against: "pca"}, obs)
	for _, r := range []string{"near", "best"} {
		if c := cellAt(t, tab, r, "maze").Compare; c == nil || c.Against != "pca" || c.Diff < 0 {
			t.Errorf("%s: got %+v", r, c)
		}
	}
	if got := boldRows(tab); !slices.Equal(got, []string{"near", "best"}) {
		t.Errorf("bold: %v, want those tied with the best, not with pca", got)
	}
	// near and best against pca, near against best; pca against best is there already.
	captionHas(t, tab, "Compared with pca and", "over 3 comparisons")

	_, err := Build(Spec{Cell: accuracy, Against: "pka"}, obs)
	if p, ok := errors.AsType[data.Problem](err); !ok || p.Path != "against" || p.Hint != `did you mean "pca"?` {
		t.Errorf("got %#v", err)
	}
}

func TestOneSeedIsNotTested(t *testing.T) {
	tab := build(t, Spec{}, join(runs("a", "maze", 0.5), runs("b", "maze", 0.9)))
	c := cellAt(t, tab, "b", "maze")
	if c.CI95 != nil || c.Std != nil || c.Bold || cellAt(t, tab, "a", "maze").Compare != nil {
		t.Errorf("got %+v", c)
	}
	if s := tab.Spec.show(&c, 1).String(); s != "0.9000" {
		t.Errorf("shown as %q", s)
	}
	captionHas(t, tab, "n = 1 seed: no interval and no test")
}

func TestGoalNoneIsNeverBold(t *testing.T) {
	obs := join(runs("a", "maze", 5, 6, 7), runs("b", "maze", 1, 2, 9))
	for i := range obs {
		obs[i].Goal = metric.None
	}
	for _, bold := range []string{"tied", "best"} {
		tab := build(t, Spec{Bold: bold}, obs)
		if len(boldRows(tab)) > 0 || tab.Cells[0].Compare != nil || tab.Cells[1].Compare != nil {
			t.Errorf("bold %s: %+v", bold, tab.Cells)
		}
	}
}

func TestGoalMinPrefersSmall(t *testing.T) {
	obs := join(runs("a", "maze", 5, 5.1, 5.2), runs("b", "maze", 1, 1.3, 1.2))
	for i := range obs {
		obs[i].Goal = metric.Min
	}
	tab := build(t, Spec{}, obs)
	if got := boldRows(tab); !slices.Equal(got, []string{"b"}) {
		t.Errorf("bold: %v", got)
	}
	if h := layOut(tab).heads[0]; h != "maze ↓" {
		t.Errorf("head %q", h)
	}
}

func TestDeterministicMethods(t *testing.T) {
	tab := build(t, Spec{}, join(
		runs("a", "maze", 0.7, 0.7, 0.7), runs("same", "maze", 0.7, 0.7, 0.7), runs("worse", "maze", 0.6, 0.6, 0.6)))
	if got := boldRows(tab); !slices.Equal(got, []string{"a", "same"}) {
		t.Errorf("bold: %v", got)
	}
	if c := cellAt(t, tab, "same", "maze").Compare; c.P != 1 || c.Diff != 0 {
		t.Errorf("equal: %+v", c)
	}
	captionHas(t, tab, "1 difference is the same on every seed and not 0", "counts as different")
}

func TestRanksOverDatasets(t *testing.T) {
	var obs []Observation
	names := []string{"d1", "d2", "d3", "d4", "d5", "d6"}
	for i, d := range names {
		x := float64(i) / 10
		obs = join(obs, runs("a", d, x+0.3, x+0.31), runs("b", d, x+0.2, x+0.22), runs("c", d, x+0.1, x+0.13))
	}
	captionHas(t, build(t, Spec{Dataset: names[:5]}, obs), "a 1.00, b 2.00, c 3.00; too few datasets for a test across them")
	captionHas(t, build(t, Spec{}, obs), "Mean rank over 6 datasets", "Friedman", "p < 0.0001")
	// Six differences of one sign: p = 2/2⁶.
	captionHas(t, build(t, Spec{Methods: []string{"a", "b"}}, obs), "Wilcoxon", "p = 0.031")
	// Datasets as rows: the methods still are what is compared.
	tab := build(t, Spec{Rows: "dataset", Cols: "method"}, obs)
	captionHas(t, tab, "Friedman", "best mean of each row")
	if c := cellAt(t, tab, "d1", "b").Compare; c == nil || c.Against != "a" {
		t.Errorf("got %+v", c)
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
	obs[0].Value = math.NaN()
	if _, err := Build(Spec{Cell: accuracy}, obs); err == nil || !strings.Contains(err.Error(), "a-maze-1") {
		t.Errorf("NaN: got %v", err)
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
		{math.NaN(), 0, "0.000"},
		{0, 0.5, "0.5000 ± 0.0000"},
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

// A method that fails on all seeds but one must not silence the column.
func TestOneLuckyValueEndsNoComparison(t *testing.T) {
	obs := join(runs("raw", "maze", 0.61, 0.63, 0.60, 0.64, 0.62), runs("vae", "maze", 0.51, 0.54, 0.50, 0.55, 0.52),
		runs("lucky", "maze", 0.9), []Observation{failure("lucky", "maze", 2), failure("lucky", "maze", 3)})
	for _, bold := range []string{"tied", "best"} {
		tab := build(t, Spec{Bold: bold}, obs)
		if got := boldRows(tab); !slices.Equal(got, []string{"raw"}) {
			t.Errorf("bold: %s: %q is bold, want raw", bold, got)
		}
		if c := tab.Cells[1].Compare; c == nil || c.Against != "raw" || c.Pairs != 5 {
			t.Errorf("vae is compared as %+v, want with raw on 5 seeds", c)
		}
		captionHas(t, tab, "A single value is never taken for the best", "1 cell was not tested for want of two shared seeds")
	}
}
