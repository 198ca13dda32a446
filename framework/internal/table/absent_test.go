package table

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/metric"
)

func TestNoRowDisappears(t *testing.T) {
	obs := join(runs("a", "maze", 0.5, 0.6), runs("b", "maze", 0.7, 0.8))
	other := runs("c", "maze", 3, 4) // succeeds, and reports something else
	for i := range other {
		other[i].Metric = "loss"
	}
	obs = join(obs, other)
	for _, s := range []Spec{{Methods: []string{"a", "b", "c", "d"}}, {Expect: []string{"a", "b", "c", "d"}}} {
		tab := build(t, s, obs)
		for _, row := range []string{"a", "b", "c", "d"} {
			if !slices.Contains(tab.Rows, row) {
				t.Errorf("%+v: row %s has disappeared from %v", s, row, tab.Rows)
			}
		}
		captionHas(t, tab, "c has no probe/direction/accuracy on test in 2 successful trials", "No record of d")
		for _, format := range []string{"text", "markdown", "latex", "html"} {
			var b bytes.Buffer
			if err := Render(&b, tab, format); err != nil || strings.Count(b.String(), ">-<")+strings.Count(b.String(), " - ")+strings.Count(b.String(), "{-}") < 2 {
				t.Errorf("%s (%v) has no \"-\":\n%s", format, err, b.String())
			}
		}
	}
	// A method that is not expected may report what it likes, but it is said.
	tab := build(t, Spec{}, obs)
	if slices.Contains(tab.Rows, "c") {
		t.Errorf("rows %v", tab.Rows)
	}
	captionHas(t, tab, "c has no probe/direction/accuracy")
	// Some seeds have it and some do not.
	more := runs("b", "maze", 0, 0, 9)
	more[2].Metric = "loss"
	tab = build(t, Spec{}, join(obs, more[2:]))
	if c := cellAt(t, tab, "b", "maze"); c.Missing != 1 || c.N != 2 {
		t.Errorf("b: %+v", c)
	}
	captionHas(t, tab, "lack this metric")
}

func TestBadRecordsAreNamedAndLeftOut(t *testing.T) {
	obs := join(runs("a", "maze", 0.5, 0.6, 0.7), runs("b", "maze", 0.7, math.NaN(), math.Inf(1)))
	twice := runs("a", "maze", 0.9)
	tab := build(t, Spec{}, join(obs, twice))
	if c := cellAt(t, tab, "a", "maze"); c.N != 2 || c.Missing != 1 {
		t.Errorf("a: %+v", c)
	}
	if c := cellAt(t, tab, "b", "maze"); c.N != 1 || c.Missing != 2 {
		t.Errorf("b: %+v", c)
	}
	captionHas(t, tab, "Trial a-maze-1 has probe/direction/accuracy twice", "Trial b-maze-2: probe/direction/accuracy is NaN", "+Inf and left out")
}

// Result matrices with whatever numbers there are: every format writes them, no
// NaN or Inf, and marks, letters and legends are true of each other.
func TestAnyMatrix(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for k := range 400 {
		spec, obs := matrix(r)
		tab, err := Build(spec, obs)
		if err != nil {
			t.Fatalf("matrix %d: %v", k, err)
		}
		for _, format := range Formats() {
			if (format == "png" || format == "pdf" || format == "svg") && k%20 != 0 {
				continue
			}
			var b bytes.Buffer
			if err := Render(&b, tab, format); err != nil {
				t.Fatalf("matrix %d as %s: %v", k, format, err)
			}
			if format != "png" && format != "pdf" && (strings.Contains(b.String(), "NaN") || strings.Contains(b.String(), "Inf")) {
				t.Fatalf("matrix %d as %s has NaN or Inf:\n%s", k, format, b.String())
			}
		}
		legend := tab.Caption
		for mark, symbol := range symbols {
			used := slices.ContainsFunc(tab.Cells, func(c Cell) bool { return c.Mark == mark })
			if used && !strings.Contains(legend, symbol+":") {
				t.Fatalf("matrix %d: %s without a legend: %s", k, symbol, legend)
			}
		}
		if !slices.ContainsFunc(tab.Cells, func(c Cell) bool { return c.Mark == markWorse || c.Mark == markOut }) && strings.Contains(legend, "°:") {
			t.Fatalf("matrix %d: a legend of ° and no mark", k)
		}
		for _, p := range tab.Pairs {
			if p.Adj != nil && p.P == nil || p.P != nil && !(*p.P >= 0 && *p.P <= 1) || p.Adj != nil && *p.Adj < *p.P {
				t.Fatalf("matrix %d: %+v", k, p)
			}
		}
		sharing(t, tab)
	}
}

// sharing holds letters against the pairs.
func sharing(t *testing.T, tab *Table) {
	t.Helper()
	letters := map[[3]string]string{}
	for _, c := range tab.Cells {
		letters[[3]string{c.Row, c.Col, c.Metric}] = c.Letters
	}
	for _, p := range tab.Pairs {
		a, b := letters[[3]string{p.A, p.Column, p.Metric}], letters[[3]string{p.B, p.Column, p.Metric}]
		if a == "" || b == "" {
			continue
		}
		if differ := p.Adj != nil && *p.Adj < alpha; differ == strings.ContainsAny(a, b) {
			t.Fatalf("%s %q, %s %q, adjusted p %v", p.A, a, p.B, b, p.Adj)
		}
	}
}

// matrix draws a table's observations: methods, datasets, seeds, cases or none,
// ties, constants, failures, huge and tiny values.
func matrix(r *rand.Rand) (Spec, []Observation) {
	scales := []float64{1, 1, 1, 1e-9, 1e9, 1e150, 1e200, 1e300, 1e-300}
	scale := scales[r.IntN(len(scales))]
	methods, datasets, seeds, m := 1+r.IntN(6), 1+r.IntN(7), 1+r.IntN(5), []int{0, 8, 20, 40}[r.IntN(4)]
	goal := []metric.Goal{metric.Max, metric.Min, metric.None}[r.IntN(3)]
	kind := []metric.Kind{metric.Mean, metric.Proportion, metric.R2, metric.Error, metric.Bounded}[r.IntN(5)]
	rough := r.IntN(3) == 0
	var obs []Observation
	for a := range methods {
		for d := range datasets {
			if r.IntN(10) == 0 {
				continue
			}
			shift := r.NormFloat64()
			for s := range seeds {
				o := runs(string(rune('a'+a)), string(rune('A'+d)), 0)[0]
				o.Seed, o.Goal, o.Trial = uint64(s), goal, o.Trial+string(rune('0'+s))
				if r.IntN(12) == 0 {
					obs = append(obs, failure(o.Method, o.Dataset, o.Seed))
					continue
				}
				var z []float64
				for range max(m, 1) {
					v := shift + r.NormFloat64()
					if rough {
						v = math.Round(v)
					}
					z = append(z, v*scale)
				}
				o.Value = mean(z)
				if m > 0 {
					o.Cases = &Cases{Kind: kind, Z: z}
				}
				obs = append(obs, o)
			}
		}
	}
	if len(obs) == 0 {
		obs = runs("a", "A", 1)
	}
	spec := Spec{Name: "any", Cell: accuracy, Letters: r.IntN(2) == 0, Stat: statistics[r.IntN(len(statistics))]}
	if r.IntN(3) == 0 {
		spec.Marks = marksBestSet
	}
	if r.IntN(4) == 0 {
		spec.Family = familyTable
	}
	return spec, obs
}

func mean(z []float64) float64 {
	var m float64
	for _, v := range z {
		m += v / float64(len(z))
	}
	return m
}
