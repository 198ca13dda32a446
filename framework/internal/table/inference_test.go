package table

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
)

// cased gives observations with numbers per case: z[seed][case] is hits of that case.
func cased(method, dataset string, z ...[]float64) []Observation {
	var values []float64
	for _, row := range z {
		values = append(values, stats.Mean(row))
	}
	obs := runs(method, dataset, values...)
	for i := range obs {
		obs[i].Cases = &Cases{Kind: metric.Proportion, Unit: CaseTrial, Z: z[i]}
	}
	return obs
}

// hits draws shares of hits of m cases for n seeds: cases are hard or easy for all
// methods by shared, and seeds shift a method by sd.
func hits(r *rand.Rand, shared []float64, n int, level, sd float64) [][]float64 {
	var z [][]float64
	for range n {
		shift := r.NormFloat64() * sd
		row := make([]float64, len(shared))
		for j := range row {
			for range 5 {
				if r.NormFloat64() < shared[j]+level+shift {
					row[j] += 0.2
				}
			}
		}
		z = append(z, row)
	}
	return z
}

func difficulty(r *rand.Rand, m int) []float64 {
	out := make([]float64, m)
	for j := range out {
		out[j] = 0.5 * r.NormFloat64()
	}
	return out
}

// strong has a best method, one close to it, one far below, on 32 cases with 5 seeds.
func strong(seedless bool) []Observation {
	r := rand.New(rand.NewPCG(1, 7))
	d := difficulty(r, 32)
	obs := join(
		cased("lost", "maze", hits(r, d, 5, -1.2, 0.05)...),
		cased("near", "maze", hits(r, d, 5, 0.75, 0.05)...),
		cased("best", "maze", hits(r, d, 5, 0.8, 0.05)...))
	if seedless {
		fixed := cased("fixed", "maze", hits(r, d, 1, -1.2, 0)...)
		fixed[0].Seedless = true
		obs = join(obs, fixed)
	}
	return obs
}

func TestMarksFollowTheTests(t *testing.T) {
	tab := build(t, Spec{}, strong(true))
	if got := boldRows(tab); !slices.Equal(got, []string{"best"}) {
		t.Fatalf("bold: %v, want the best mean alone", got)
	}
	for row, want := range map[string]string{"best": "", "near": "", "lost": markWorse, "fixed": markWorse} {
		if c := cellAt(t, tab, row, "maze"); c.Mark != want {
			t.Errorf("%s is marked %q, want %q (%+v)", row, c.Mark, want, c.Compare)
		}
	}
	if len(tab.Pairs) != 6 {
		t.Fatalf("%d pairs, want 6", len(tab.Pairs))
	}
	var raw, adjusted []float64
	for _, p := range tab.Pairs {
		if p.P == nil || p.Adj == nil || p.Family != "column" || p.Size != 6 || p.Cases != 32 {
			t.Fatalf("pair %+v", p)
		}
		raw, adjusted = append(raw, *p.P), append(adjusted, *p.Adj)
	}
	want, err := stats.Shaffer(raw, 4)
	if err != nil || !slices.Equal(adjusted, want) {
		t.Errorf("adjusted %v, want Shaffer's %v", adjusted, want)
	}
	c := cellAt(t, tab, "near", "maze").Compare
	if c == nil || c.Against != "best" || c.Diff != *cellAt(t, tab, "near", "maze").Mean-*cellAt(t, tab, "best", "maze").Mean || c.DiffCI95 == nil {
		t.Errorf("near against best: %+v", c)
	}
	captionHas(t, tab, "n = 5 seeds", "training seeds and 32 test trials", "Wilson", "One split", "Shaffer's static steps", "level 0.05",
		"Bold: best mean of its column, and nothing else", "°: significantly worse than the best", "no mark: not shown to differ",
		"With a power of 80 % these tests show true differences from the best of")
	if c := cellAt(t, tab, "fixed", "maze"); c.Interval == nil || c.Interval.Over != overCases || c.N != 1 || !c.Seedless {
		t.Errorf("a seedless method: %+v", c)
	}
}

// The intervals are those of package stats, whatever else the table does.
func TestCellIntervalsAreTheContracts(t *testing.T) {
	obs := strong(false)
	tab := build(t, Spec{}, obs)
	for _, row := range []string{"lost", "near", "best"} {
		c := cellAt(t, tab, row, "maze")
		var z [][]float64
		for _, o := range obs {
			if o.Method == row {
				z = append(z, o.Cases.Z)
			}
		}
		p, err := stats.Crossed(z, c.Values, nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		in, ok := stats.Of(metric.Proportion, p.Alone(), 5*32, 32)
		if !ok || math.Abs(in.Lo-c.Interval.Lo) > 1e-12 || math.Abs(in.Hi-c.Interval.Hi) > 1e-12 {
			t.Errorf("%s: %+v, want %+v", row, c.Interval, in)
		}
		if math.Abs(*c.CI95-(in.Hi-in.Lo)/2) > 1e-12 {
			t.Errorf("ci95 is %v, half the width %v", *c.CI95, (in.Hi-in.Lo)/2)
		}
	}
}

func TestAgainstARow(t *testing.T) {
	obs := strong(true)
	tab := build(t, Spec{Against: "lost"}, obs)
	if len(tab.Pairs) != 3 {
		t.Fatalf("%d pairs, want 3", len(tab.Pairs))
	}
	var raw, adjusted []float64
	for _, p := range tab.Pairs {
		if p.B != "lost" {
			t.Errorf("pair %s − %s", p.A, p.B)
		}
		raw, adjusted = append(raw, *p.P), append(adjusted, *p.Adj)
	}
	if want, _ := stats.Holm(raw); !slices.Equal(adjusted, want) {
		t.Errorf("adjusted %v, want Holm's %v", adjusted, want)
	}
	if c := cellAt(t, tab, "best", "maze"); c.Mark != markBetter || !c.Bold {
		t.Errorf("best: %+v", c)
	}
	captionHas(t, tab, "each with lost", "Holm's steps", "†: significantly better than lost")
	if strings.Contains(tab.Caption, "°") {
		t.Errorf("the legend names a mark that nobody carries: %s", tab.Caption)
	}
	tab = build(t, Spec{Against: "lost", Show: "difference"}, obs)
	if s := tab.Spec.show(&tab.Cells[2], 5).String(); !strings.HasPrefix(s, "+0.") {
		t.Errorf("difference shown as %q", s)
	}
	if s := tab.Spec.show(&tab.Cells[0], 5).String(); strings.HasPrefix(s, "+") {
		t.Errorf("the reference shown as %q", s)
	}
	captionHas(t, tab, "differences to lost with their 95 % interval")
}

func TestLettersAndOldTied(t *testing.T) {
	for _, s := range []Spec{{Letters: true}, {Bold: "tied"}} {
		tab := build(t, s, strong(true))
		got := map[string]string{}
		for _, c := range tab.Cells {
			got[c.Row] = c.Letters
		}
		if got["best"] != "a" || got["near"] != "a" || got["lost"] != "b" || got["fixed"] != "b" {
			t.Errorf("letters %v", got)
		}
		if b := boldRows(tab); !slices.Equal(b, []string{"best"}) {
			t.Errorf("bold %v", b)
		}
		captionHas(t, tab, "share a letter are not shown to differ")
		if old := strings.Contains(tab.Caption, "older files"); old != (s.Bold == "tied") {
			t.Errorf("caption: %s", tab.Caption)
		}
	}
}

func TestBestSet(t *testing.T) {
	tab := build(t, Spec{Marks: "best-set"}, strong(true))
	for row, want := range map[string]string{"best": "", "near": "", "lost": markOut, "fixed": markOut} {
		if c := cellAt(t, tab, row, "maze"); c.Mark != want {
			t.Errorf("%s is marked %q, want %q", row, c.Mark, want)
		}
	}
	captionHas(t, tab, "the best is among the unmarked", "does not say that two methods differ")
	obs := strong(false)
	for i := range obs { // smaller is better: the same set from the other end
		obs[i].Goal = metric.Min
	}
	tab = build(t, Spec{Marks: "best-set"}, obs)
	if c := cellAt(t, tab, "best", "maze"); c.Mark != markOut {
		t.Error("goal min: the largest is not out")
	}
	if c := cellAt(t, tab, "lost", "maze"); c.Mark != "" || !c.Bold {
		t.Error("goal min: the smallest is out")
	}
}

// Ten of 31 against nine of 31, each one measurement repeated: nothing is claimed.
func TestDeterministicMethodsAreOneMeasurement(t *testing.T) {
	a, b := make([]float64, 31), make([]float64, 31)
	for j := range 10 {
		a[j] = 1
	}
	for j := range 9 {
		b[j+4] = 1
	}
	tab := build(t, Spec{}, join(cased("raw", "maze", a, a, a), cased("pca", "maze", b, b, b)))
	if len(tab.Pairs) != 1 || tab.Pairs[0].P == nil || *tab.Pairs[0].P < 0.5 {
		t.Errorf("pairs %+v", tab.Pairs)
	}
	if c := cellAt(t, tab, "pca", "maze"); c.Mark != "" || c.Bold || c.Interval.Over != overCases {
		t.Errorf("pca: %+v", c)
	}
	// Without cases: no interval, no test, and the caption says why.
	tab = build(t, Spec{}, join(runs("raw", "maze", 0.7, 0.7, 0.7), runs("pca", "maze", 0.6, 0.6, 0.6)))
	if c := cellAt(t, tab, "pca", "maze"); c.CI95 != nil || c.Compare.P != nil || c.Mark != "" {
		t.Errorf("pca: %+v", c)
	}
	captionHas(t, tab, "no interval", "one measurement, repeated", "Training seeds only", "nothing is tested or marked")
	if s := tab.Spec.show(&tab.Cells[0], 3).String(); s != "0.7000" {
		t.Errorf("shown as %q", s)
	}
}

func TestWithoutCasesNothingIsTested(t *testing.T) {
	tab := build(t, Spec{}, join(runs("a", "maze", 0.50, 0.52, 0.51), runs("b", "maze", 0.90, 0.92, 0.94)))
	if c := cellAt(t, tab, "a", "maze").Compare; len(tab.Pairs) != 0 || c == nil || c.P != nil || c.DiffCI95 != nil || c.Against != "b" {
		t.Errorf("pairs %+v, a is compared as %+v", tab.Pairs, c)
	}
	captionHas(t, tab, "± half-width of its 95 % t interval", "Training seeds only: no numbers per test case are recorded")
	if strings.Contains(tab.Caption, "°") || strings.Contains(tab.Caption, "Shaffer") {
		t.Errorf("caption claims tests: %s", tab.Caption)
	}
	if got := boldRows(tab); !slices.Equal(got, []string{"b"}) {
		t.Errorf("bold %v", got)
	}
}

func TestFewSeedsAndCasesAreNotTested(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	d := difficulty(r, 32)
	one := cased("one", "maze", hits(r, d, 1, 2, 0)...)
	two := cased("two", "maze", hits(r, d, 2, 2, 0)...)
	obs := join(one, two, cased("a", "maze", hits(r, d, 5, -1, 0.1)...), cased("b", "maze", hits(r, d, 5, -1, 0.1)...))
	tab := build(t, Spec{}, obs)
	tested := 0
	for _, p := range tab.Pairs {
		if p.P != nil {
			tested++
			if p.A != "a" || p.B != "b" || p.Size != 1 {
				t.Errorf("pair %+v", p)
			}
		}
	}
	if tested != 1 {
		t.Errorf("%d pairs are tested", tested)
	}
	captionHas(t, tab, "Not tested: one (one seed: this trained model)", "Not tested: two (fewer than 3 seeds)")
	few := difficulty(r, 7)
	tab = build(t, Spec{}, join(cased("a", "maze", hits(r, few, 5, -1, 0.1)...), cased("b", "maze", hits(r, few, 5, 1, 0.1)...)))
	if tab.Pairs[0].P != nil || tab.Cells[0].Interval != nil {
		t.Error("7 cases are tested")
	}
	captionHas(t, tab, "too few test cases")
}

func TestChanceCompetesWithNobody(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	d := difficulty(r, 32)
	chance := cased("chance", "maze", hits(r, d, 1, 3, 0)...) // better than all, for once
	chance[0].Chance, chance[0].Seedless = true, true
	obs := join(chance, cased("a", "maze", hits(r, d, 5, -1, 0.1)...), cased("b", "maze", hits(r, d, 5, 0, 0.1)...))
	tab := build(t, Spec{}, obs)
	if got := boldRows(tab); !slices.Equal(got, []string{"b"}) {
		t.Errorf("bold %v", got)
	}
	in, out := 0, 0
	for _, p := range tab.Pairs {
		if p.Family != "" {
			in++
		} else if p.B == "chance" && p.P != nil && p.Adj == nil {
			out++
		}
	}
	if in != 1 || out != 2 || cellAt(t, tab, "chance", "maze").Mark != "" {
		t.Errorf("%d pairs in the family, %d with chance", in, out)
	}
}

func TestBlocksThatDependAreNotTested(t *testing.T) {
	obs := strong(false)
	lag := 0.6
	for i := range obs {
		obs[i].Cases.Unit, obs[i].Cases.Lag1 = CaseBlock, &lag
	}
	tab := build(t, Spec{}, obs)
	for _, p := range tab.Pairs {
		if p.P != nil {
			t.Errorf("tested: %+v", p)
		}
	}
	c := cellAt(t, tab, "best", "maze")
	if s := tab.Spec.show(&c, 5).spread; !strings.HasPrefix(s, " (") || !c.Interval.Narrow {
		t.Errorf("interval shown as %q", s)
	}
	captionHas(t, tab, "too narrow: fewer than 10 independent stretches")
	lag = 0.3
	if tab = build(t, Spec{}, obs); tab.Pairs[0].P == nil {
		t.Error("a correlation of .3 forbids the test")
	}
}

func TestPooledFamily(t *testing.T) {
	obs := strong(false)
	for _, o := range strong(false) {
		o.Dataset, o.Trial = "reach", o.Trial+"r"
		obs = append(obs, o)
	}
	tab := build(t, Spec{Family: "table"}, obs)
	var raw, adjusted []float64
	for _, p := range tab.Pairs {
		raw, adjusted = append(raw, *p.P), append(adjusted, *p.Adj)
	}
	if want, _ := stats.Holm(raw); len(raw) != 6 || !slices.Equal(adjusted, want) {
		t.Errorf("adjusted %v, want %v", adjusted, want)
	}
	captionHas(t, tab, "level 0.05 for the whole table")
	captionHas(t, build(t, Spec{}, obs), "level 0.05 per column, 2 columns")
}

// A method that fails on all seeds but one must not silence the column.
func TestOneLuckyValueIsNotTheBest(t *testing.T) {
	obs := join(runs("raw", "maze", 0.61, 0.63, 0.60, 0.64, 0.62), runs("vae", "maze", 0.51, 0.54, 0.50, 0.55, 0.52),
		runs("lucky", "maze", 0.9), []Observation{failure("lucky", "maze", 2), failure("lucky", "maze", 3)})
	tab := build(t, Spec{}, obs)
	if got := boldRows(tab); !slices.Equal(got, []string{"raw"}) {
		t.Errorf("%q is bold, want raw", got)
	}
	if c := cellAt(t, tab, "vae", "maze").Compare; c == nil || c.Against != "raw" {
		t.Errorf("vae is compared as %+v, want with raw", c)
	}
	captionHas(t, tab, "A single value is never taken for the best")
}

func TestTiesShareBold(t *testing.T) {
	// The same values in another order: their means differ in no bit that counts.
	tab := build(t, Spec{}, join(runs("a", "maze", 0.1, 0.7, 0.3), runs("b", "maze", 0.3, 0.1, 0.7), runs("c", "maze", 0.1, 0.2, 0.3)))
	if got := boldRows(tab); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("bold %v", got)
	}
}

func TestGoals(t *testing.T) {
	obs := join(runs("a", "maze", 5, 6, 7), runs("b", "maze", 1, 2, 9))
	for i := range obs {
		obs[i].Goal = metric.None
	}
	tab := build(t, Spec{}, obs)
	if len(boldRows(tab)) > 0 || len(tab.Pairs) > 0 || tab.Cells[0].CI95 == nil {
		t.Errorf("no goal: %+v", tab.Cells)
	}
	for i := range obs {
		obs[i].Goal = metric.Min
	}
	tab = build(t, Spec{}, obs)
	if got := boldRows(tab); !slices.Equal(got, []string{"b"}) {
		t.Errorf("bold: %v", got)
	}
	if h := layOut(tab).heads[0]; h != "maze ↓" {
		t.Errorf("head %q", h)
	}
}

// The median table is about medians throughout.
func TestMedians(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	d := difficulty(r, 20)
	obs := join(runs("a", "maze", 0.9, 0.9, 0.9, 0.9, 0.1), runs("b", "maze", 0.8, 0.8, 0.8, 0.8, 0.8))
	tab := build(t, Spec{Stat: "median [iqr]"}, obs)
	if got := boldRows(tab); !slices.Equal(got, []string{"a"}) {
		t.Errorf("bold %v, want the best median", got)
	}
	captionHas(t, tab, "Bold: best median")
	tab = build(t, Spec{Stat: "median [iqr]"}, join(cased("a", "maze", hits(r, d, 3, 1, 0.1)...), cased("b", "maze", hits(r, d, 3, -1, 0.1)...)))
	if p := tab.Pairs[0]; p.P != nil || p.Pseudo == nil || *p.Pseudo <= 0 {
		t.Errorf("pair %+v", p)
	}
}

// Every number per case is held against the metric that it must average to.
func TestWrongCasesAreNotBelieved(t *testing.T) {
	for name, spoil := range map[string]func(*Cases){
		"not the metric": func(c *Cases) { c.Z = slices.Clone(c.Z); c.Z[0] += 0.5 },
		"not finite":     func(c *Cases) { c.Z = slices.Clone(c.Z); c.Z[0] = math.NaN() },
		"one case":       func(c *Cases) { c.Z = []float64{stats.Mean(c.Z)} },
		"samples":        func(c *Cases) { c.Samples = []float64{1} },
		"no samples":     func(c *Cases) { c.Samples = make([]float64, len(c.Z)) },
		"ids":            func(c *Cases) { c.IDs = []int64{1} },
		"problem":        func(c *Cases) { c.Problem = "class 3 has one test case" },
	} {
		obs := strong(false)
		for i := range obs {
			if obs[i].Method == "best" {
				spoil(obs[i].Cases)
			}
		}
		tab := build(t, Spec{}, obs)
		for _, p := range tab.Pairs {
			if (p.P != nil) != (p.A != "best" && p.B != "best") {
				t.Errorf("%s: pair %s, %s has p %v", name, p.A, p.B, p.P)
			}
		}
		if c := cellAt(t, tab, "best", "maze"); c.Interval == nil || c.Interval.Over != overSeeds || !strings.HasPrefix(c.Note, "training seeds only: ") {
			t.Errorf("%s: interval %+v, note %q", name, c.Interval, c.Note)
		}
		captionHas(t, tab, "Training seeds only: ")
	}
	// Methods that left out other cases cannot be paired.
	obs := strong(false)
	for i := range obs {
		if obs[i].Method == "best" {
			obs[i].Cases.IDs = make([]int64, 32)
			for j := range obs[i].Cases.IDs {
				obs[i].Cases.IDs[j] = int64(j + 1)
			}
		}
	}
	tab := build(t, Spec{}, obs)
	if p := tab.Pairs[1]; p.P != nil || p.Note != "their test cases differ" {
		t.Errorf("pair %+v", p)
	}
}

// A quantile has draws for cases: their variance is that over cases.
func TestQuantiles(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 13))
	var obs []Observation
	for _, name := range []string{"a", "b"} {
		for _, o := range runs(name, "maze", 0.5, 0.6, 0.7, 0.65) {
			o.Cases = &Cases{Kind: metric.Quantile, Number: 30}
			for range 2000 {
				o.Cases.Draws = append(o.Cases.Draws, o.Value+0.2*r.NormFloat64())
			}
			obs = append(obs, o)
		}
	}
	tab := build(t, Spec{}, obs)
	c := cellAt(t, tab, "a", "maze")
	// Four seeds' independent draws average to a variance of .04/4; those of seeds are .085²/4.
	if want := math.Sqrt(0.04/4 + 0.00729/4); c.Cases != 30 || c.Interval == nil || math.Abs(*c.SE-want) > 0.05*want {
		t.Errorf("%+v, SE %v, want %v", c, *c.SE, want)
	}
	if p := tab.Pairs[0]; p.P == nil || *p.P < 0.5 || p.Cases != 30 {
		t.Errorf("%+v", p)
	}
	obs[0].Cases.Number = 0
	if c := cellAt(t, build(t, Spec{}, obs), "a", "maze"); c.Interval.Over != overSeeds {
		t.Error("draws from no cases are believed")
	}
}
