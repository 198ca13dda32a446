package table

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/internal/stats"
)

// recordings gives each dataset values of three methods whose levels differ by gap,
// with an effect of the recording that all share.
func recordings(r *rand.Rand, n int, gap float64, origin func(d int) Origin) []Observation {
	var obs []Observation
	for d := range n {
		level := r.NormFloat64()
		for k, name := range []string{"a", "b", "c"} {
			o := runs(name, fmt.Sprintf("d%d", d), level-gap*float64(k)+0.1*r.NormFloat64(), level-gap*float64(k)+0.1*r.NormFloat64())
			for i := range o {
				o[i].Origin = origin(d)
			}
			obs = join(obs, o)
		}
	}
	return obs
}

func subjects(d int) Origin { return Origin{Subject: fmt.Sprintf("s%d", d), Session: "1"} }

func TestOverSubjects(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	tab := build(t, Spec{}, recordings(r, 8, 1, subjects))
	if len(tab.Across) != 1 {
		t.Fatalf("%d entries", len(tab.Across))
	}
	a := tab.Across[0]
	if a.Unit != unitSubject || len(a.Groups) != 8 || a.Test == "" || !slices.Equal(a.MeanRanks, []float64{1, 2, 3}) {
		t.Fatalf("%+v", a)
	}
	var D [][]float64
	for _, p := range a.Pairs {
		D = append(D, p.Differences)
		if p.Wins != 8 || *p.Adj > 1.0/128 {
			t.Errorf("%+v", p)
		}
	}
	f, err := stats.SignFlips(D)
	if err != nil || f.P[0] != *a.Pairs[0].Adj {
		t.Errorf("p %v, want %v", *a.Pairs[0].Adj, f.P)
	}
	if a.Friedman == nil || math.Abs(a.Friedman.P-math.Pow(6, -7)) > 1e-5 || a.RankSpan[0] != [2]int{1, 1} || a.RankSpan[2] != [2]int{3, 3} {
		t.Errorf("%+v, ranks %v", a.Friedman, a.RankSpan)
	}
	captionHas(t, tab, "Mean rank over 8 subjects", "a 1.00 [1, 1]", "joint sign flips", "smallest p possible 0.0078", "Friedman test by permutation", "a better than b")
	if strings.Contains(tab.Caption, "Inf") {
		t.Error(tab.Caption)
	}
	// Nothing differs: one clique of all, and every rank is possible.
	tab = build(t, Spec{}, recordings(r, 8, 0, subjects))
	a = tab.Across[0]
	if len(a.Cliques) != 1 || len(a.Cliques[0]) != 3 || a.RankSpan[0] != [2]int{1, 3} {
		t.Errorf("cliques %v, ranks %v", a.Cliques, a.RankSpan)
	}
	captionHas(t, tab, "no difference is shown")
}

func TestFewSubjectsAreNotTested(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	// Six datasets of three recordings of two animals: two groups, no test.
	tab := build(t, Spec{}, recordings(r, 6, 1, func(d int) Origin {
		return Origin{Subject: []string{"chewie", "chewie", "mihi"}[d%3], Session: fmt.Sprint(d % 3), Trained: []string{"other"}}
	}))
	a := tab.Across[0]
	if a.Unit != unitSubject || len(a.Groups) != 2 || a.Test != "" || a.Friedman != nil || a.Pairs[0].P != nil || len(a.Pairs[0].Differences) != 2 {
		t.Errorf("%+v", a)
	}
	captionHas(t, tab, "2 subjects are too few for a test", "2 of 2 better", "Trained on other too")
	// The sessions of a subject are averaged first.
	value := func(method string, datasets ...string) float64 {
		var means []float64
		for _, d := range datasets {
			means = append(means, *cellAt(t, tab, method, d).Mean)
		}
		return stats.Mean(means)
	}
	want := stats.Mean([]float64{value("a", "d0", "d3"), value("a", "d1", "d4")})
	if math.Abs(a.Values[0][0]-want) > 1e-15 {
		t.Errorf("chewie %v, want %v", a.Values[0][0], want)
	}
	// One animal: its sessions.
	tab = build(t, Spec{}, recordings(r, 7, 1, func(d int) Origin { return Origin{Subject: "chewie", Session: fmt.Sprint(d)} }))
	if a := tab.Across[0]; a.Unit != unitSession || len(a.Groups) != 7 || a.Test == "" {
		t.Errorf("%+v", a)
	}
	captionHas(t, tab, "On sessions of this subject")
}

func TestEqualValuesAreOneRecording(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	obs := recordings(r, 6, 1, func(int) Origin { return Origin{} })
	for i := range obs { // d1 repeats d0 in two of three methods
		if obs[i].Dataset == "d1" && obs[i].Method != "a" {
			for _, o := range obs {
				if o.Dataset == "d0" && o.Method == obs[i].Method && o.Seed == obs[i].Seed {
					obs[i].Value = o.Value
				}
			}
		}
	}
	tab := build(t, Spec{}, obs)
	if a := tab.Across[0]; len(a.Groups) != 5 || a.Test != "" || a.Unit != unitDataset {
		t.Errorf("%d groups, %s", len(a.Groups), a.Unit)
	}
	captionHas(t, tab, "d0 and d1 have equal values", "count as one recording", "each dataset is taken for one of its own")
}

func TestFailuresOverRecordings(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	obs := slices.DeleteFunc(recordings(r, 6, 1, subjects), func(o Observation) bool { return o.Method == "a" && o.Dataset == "d0" })
	lost := failure("a", "d0", 1)
	lost.Origin = subjects(0)
	obs = append(obs, lost)
	tab := build(t, Spec{}, obs)
	a := tab.Across[0]
	if !slices.Equal(a.Methods, []string{"b", "c", "a"}) && !slices.Equal(a.Methods, []string{"a", "b", "c"}) {
		t.Fatalf("methods %v", a.Methods)
	}
	j := slices.Index(a.Methods, "a")
	if want := (5*1.0 + 3) / 6; math.Abs(a.MeanRanks[j]-want) > 1e-12 || len(a.Worst) != 1 {
		t.Errorf("mean rank of a %v, want %v: last where it failed", a.MeanRanks[j], want)
	}
	captionHas(t, tab, "a failed on 1 dataset: ranked last there")
	tab = build(t, Spec{Failures: "exclude"}, obs)
	if a := tab.Across[0]; slices.Contains(a.Methods, "a") || !slices.Equal(a.Left, []string{"a"}) {
		t.Errorf("excluded: %v, left out %v", a.Methods, a.Left)
	}
	captionHas(t, tab, "Without a, which some subject lacks")
}

func TestAlsoOverRecordings(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	tab := build(t, Spec{Also: extras, Rope: 0.05}, recordings(r, 6, 1, subjects))
	a := tab.Across[0]
	if a.Also == nil || len(a.Also.IQM) != 3 || a.Also.Improvement[0][2] <= 0.5 || a.Also.Improvement[0][0] != 0.5 {
		t.Fatalf("%+v", a.Also)
	}
	if b := a.Also.Bootstrap[0]; b.Lo != nil || b.SE <= 0 {
		t.Errorf("6 subjects have a bootstrap interval: %+v", b)
	}
	if e := a.Also.Equivalence[0]; e.Better < 0.95 || math.Abs(e.Better+e.Equivalent+e.Worse-1) > 1e-12 {
		t.Errorf("%+v", e)
	}
	if w := a.Pairs[0].Wilcoxon; w == nil || *w != 2.0/64 {
		t.Errorf("Wilcoxon p %v", w)
	}
	captionHas(t, tab, "Wilcoxon signed-rank tests")
	tab = build(t, Spec{Also: []string{"bootstrap"}}, recordings(r, 20, 1, subjects))
	if b := tab.Across[0].Also.Bootstrap[0]; b.Lo == nil {
		t.Error("20 subjects have no bootstrap interval")
	}
}

// Datasets as rows: the methods still are what is compared.
func TestDatasetsAsRows(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	tab := build(t, Spec{Rows: "dataset", Cols: "method"}, recordings(r, 6, 1, subjects))
	if len(tab.Across) != 1 || tab.Across[0].Test == "" || tab.Cells[1].Compare == nil || tab.Cells[1].Compare.Against != "a" {
		t.Errorf("%+v", tab.Across)
	}
	captionHas(t, tab, "best mean of its row")
}

// folded gives a method J folds of m cases each, no seed but one.
func folded(r *rand.Rand, name string, J, m int, level float64) []Observation {
	var obs []Observation
	for j := range J {
		z := make([]float64, m)
		for u := range z {
			z[u] = level + 0.1*r.NormFloat64()
		}
		o := runs(name, "maze", stats.Mean(z))[0]
		o.Trial = fmt.Sprintf("%s-%d", name, j)
		o.Fold = &Fold{Index: j, Train: float64(m * (J - 1)), Test: float64(m)}
		o.Cases = &Cases{Z: z}
		obs = append(obs, o)
	}
	return obs
}

func TestFolds(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	tab := build(t, Spec{}, join(folded(r, "a", 5, 20, 0.8), folded(r, "b", 5, 20, 0.5)))
	c := cellAt(t, tab, "a", "maze")
	if c.N != 5 || c.Trainings != 5 || c.Interval == nil || c.Interval.Over != overTrainings || !slices.Equal(c.Folds, []string{"0.0", "0.1", "0.2", "0.3", "0.4"}) {
		t.Errorf("%+v", c)
	}
	if p := tab.Pairs[0]; p.P == nil || *p.P > 0.01 || p.Method != overTrainings {
		t.Errorf("%+v", p)
	}
	if cellAt(t, tab, "b", "maze").Mark != markWorse {
		t.Error("b is not marked")
	}
	captionHas(t, tab, "5 trainings on other parts of the data", "Nadeau and Bengio", "the split vary")
	if strings.Contains(tab.Caption, "One split") {
		t.Error(tab.Caption)
	}
	tab = build(t, Spec{}, join(folded(r, "a", 4, 20, 0.8), folded(r, "b", 4, 20, 0.5)))
	if tab.Pairs[0].P != nil || tab.Cells[0].Interval == nil {
		t.Error("4 trainings are tested, or have no interval")
	}
}

func TestSelectedSettings(t *testing.T) {
	obs := join(runs("tuned", "maze", 0.8, 0.9), runs("raw", "maze", 0.5, 0.6))
	for i := range obs[:2] {
		obs[i].Settings = map[string]any{"dims": 3, "other": true}
		obs[i].Selected = &Selected{Metric: accuracy, Split: "val", Configurations: 40, Failed: 2, Searched: []string{"dims"}}
	}
	tab := build(t, Spec{Rename: map[string]string{accuracy: "accuracy", "tuned": "Tuned"}}, obs)
	if len(tab.Selection) != 1 || tab.Selection[0].Settings["dims"] != 3 || len(tab.Selection[0].Settings) != 1 {
		t.Fatalf("%+v", tab.Selection)
	}
	captionHas(t, tab, "Tuned: Tuned: best of 40 by accuracy on val (2 failed); others: given settings", "conditional on the selected settings")
	for _, format := range []string{"text", "markdown", "latex", "html"} {
		if text := strings.ReplaceAll(render(t, tab, format), `\allowbreak{}`, ""); !strings.Contains(text, "dims=3") {
			t.Errorf("%s has no selected settings:\n%s", format, text)
		}
	}
	for i := range obs[:2] {
		obs[i].Selected.Pruned, obs[i].Selected.CPU = 30, 61.5
	}
	captionHas(t, build(t, Spec{}, obs), "(2 failed, 30 pruned, 1m2s of CPU time)")
	for i := range obs {
		obs[i].Split = "val"
	}
	captionHas(t, build(t, Spec{Split: "val"}, obs), "the maximum of 40, biased")
}

func TestWhatMethodsSee(t *testing.T) {
	obs := join(runs("eit", "maze", 0.8), runs("raw", "maze", 0.5))
	obs[0].Sees, obs[1].Sees = &Sees{Before: 1, After: 1, Labels: true}, &Sees{}
	captionHas(t, build(t, Spec{}, obs), "eit sees t−1 … t+1 and the labels; raw sees one sample and no labels")
	obs[0].Sees = &Sees{}
	if tab := build(t, Spec{}, obs); strings.Contains(tab.Caption, "sees") {
		t.Error(tab.Caption)
	}
}
