package search

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/assaylab/assay/framework/setting"
)

// The density is that of Optuna's estimator: kernels, bandwidths, weights, prior.
func TestDensityIsOptunas(t *testing.T) {
	text, err := os.ReadFile("testdata/parzen.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			Seen, At [][4]float64
			LogPDF   []float64 `json:"log_pdf"`
		}
	}
	if err := json.Unmarshal(text, &file); err != nil || len(file.Cases) != 5 {
		t.Fatal(len(file.Cases), err)
	}
	axes := []axis{
		Param{Min: 0, Max: 1}.axis(setting.Float), Param{Min: 1e-4, Max: 1, Log: true}.axis(setting.Float),
		Param{Min: 1, Max: 99}.axis(setting.Int), Param{Values: []any{"a", "b", "c"}}.axis(setting.String),
	}
	at := func(v [4]float64) point {
		return point{axes[0].cell(v[0]), axes[1].cell(v[1]), axes[2].cell(v[2]), axes[3].cell([]any{"a", "b", "c"}[int(v[3])])}
	}
	// Ours leaves out √2π of both densities, and counts lr in shares of its four decades.
	constant := -math.Log(2*math.Pi) - math.Log(math.Log(1e4))
	for _, c := range file.Cases {
		var seen []point
		for _, v := range c.Seen {
			seen = append(seen, at(v))
		}
		m := newMixture(axes, seen)
		for i, v := range c.At {
			if got := m.logDensity(at(v)) + constant; !(math.Abs(got-c.LogPDF[i]) < 1e-8) {
				t.Errorf("%d seen, at %v: %v, want %v", len(seen), v, got, c.LogPDF[i])
			}
		}
	}
}

// The width of a kernel is the greater distance to a neighbour, at the ends to
// the only one, where that is more than the least; of a single one to the ends.
func TestKernelWidths(t *testing.T) {
	for _, c := range []struct{ at, want []float64 }{
		{[]float64{0.3}, []float64{0.7}},
		{[]float64{0.95, 0.6}, []float64{0.35, 0.35}},
		{[]float64{0.1, 0.4}, []float64{0.3, 0.3}},
		{[]float64{0.9, 0.1, 0.5, 0.15}, []float64{0.4, 1.0 / 6, 0.4, 0.35}},
	} {
		var column []cell
		for _, u := range c.at {
			column = append(column, cell{u, u})
		}
		f := normals(Param{Min: 0, Max: 1}.axis(setting.Float), append(column, absent))
		for i, want := range append(c.want, 1, 1) {
			if !(math.Abs(f.sigma[i]-want) < 1e-12) {
				t.Errorf("kernels at %v: widths %v, want %v, and 1 of what is not in play and of the prior", c.at, f.sigma, c.want)
				break
			}
		}
	}
}

// Draws follow the density, which sums to one over a conditional space: a rule,
// and a number that is in play with one of its three values.
func TestDrawsFollowTheDensity(t *testing.T) {
	axes := []axis{Param{Values: []any{"a", "b", "c"}}.axis(setting.String), Param{Min: 0, Max: 4}.axis(setting.Int), Param{Min: 0, Max: 1}.axis(setting.Float)}
	nth := func(i, n float64) cell { return cell{i / n, (i + 1) / n} }
	seen := []point{{nth(0, 3), nth(4, 5), absent}, {nth(1, 3), absent, cell{0.9, 0.9}}, {nth(0, 3), nth(2, 5), absent}, {nth(2, 3), absent, absent}}
	m := newMixture(axes, seen)
	const n, fine = 100_000, 2000 // cells of the density of the third parameter
	expected, counts := map[[2]int]float64{}, map[[2]int]float64{}
	for rule := range 3 {
		x := point{nth(float64(rule), 3), absent, absent}
		switch rule {
		case 0: // with the whole number
			for i := range 5 {
				x[1] = nth(float64(i), 5)
				expected[[2]int{0, i}] = n * math.Exp(m.logDensity(x))
			}
		case 1: // with the other
			for i := range fine {
				u := (float64(i) + 0.5) / fine
				x[2] = cell{u, u}
				expected[[2]int{1, i * 10 / fine}] += n * math.Exp(m.logDensity(x)) / fine / math.Sqrt(2*math.Pi)
			}
		default:
			expected[[2]int{2, 0}] = n * math.Exp(m.logDensity(x))
		}
	}
	total := 0.0
	for _, e := range expected {
		total += e / n
	}
	if !(math.Abs(total-1) < 1e-6) {
		t.Fatalf("the density sums to %v", total)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range n {
		i := m.kernel(r)
		key := [2]int{axes[0].index(m.draw(r, i, 0)), 0}
		switch key[0] {
		case 0:
			key[1] = axes[1].index(m.draw(r, i, 1))
		case 1:
			key[1] = int(m.draw(r, i, 2) * 10)
		}
		counts[key]++
	}
	chi := 0.0
	for key, e := range expected {
		chi += (counts[key] - e) * (counts[key] - e) / e
	}
	// 15 degrees of freedom: P(χ² > 45) < 1e-4
	if !(chi < 45) {
		t.Errorf("χ² = %.1f\ngot  %v\nwant %v", chi, counts, expected)
	}
}

// Every value lies in its cell, and all of a cell comes to it.
func TestCellsAreWhereValuesAre(t *testing.T) {
	for _, c := range []struct {
		p      Param
		kind   setting.Kind
		values int
	}{
		{Param{Values: []any{0.1, 3, 0.01, 0.1}}, setting.Float, 3},
		{Param{Values: []any{"b", "a"}}, setting.String, 2},
		{Param{Values: []any{true, false}}, setting.Bool, 2},
		{Param{Values: []any{[]any{8, 8}, []any{8}, []any{8, 8}}}, setting.Ints, 2},
		{Param{Min: 0, Max: 0.6, Step: 0.05}, setting.Float, 13},
		{Param{Min: -3, Max: 9, Step: 4}, setting.Int, 4},
		{Param{Min: 1, Max: 64, Log: true}, setting.Int, 64},
	} {
		a, covered, values := c.p.axis(c.kind), 0.0, 0
		for u := 0.0; u < 1; values++ {
			v := a.at(u + 1e-9)
			cell := a.cell(v)
			if !(math.Abs(cell.lo-u) < 1e-9) || !same(a.at(cell.hi-1e-9), v) || !same(a.at(cell.mid()), v) {
				t.Fatalf("%+v: the cell of %v is %v, which begins at %v", c.p, v, cell, u)
			}
			if a.ordered && u > 0 && number(v) <= number(a.at(u-1e-9)) {
				t.Errorf("%+v: %v comes after %v", c.p, v, a.at(u-1e-9))
			}
			covered += cell.hi - cell.lo
			u = cell.hi
		}
		if values != c.values || !(math.Abs(covered-1) < 1e-9) {
			t.Errorf("%+v: %d cells of %d, which cover %v", c.p, values, c.values, covered)
		}
	}
	for _, p := range []Param{{Min: -2, Max: 6}, {Min: 1e-5, Max: 10, Log: true}, {Min: -1.5e308, Max: 1.5e308}} {
		a := p.axis(setting.Float)
		for _, u := range []float64{0, 0.25, 0.7, 1} {
			if c := a.cell(a.at(u)); c.lo != c.hi || !(math.Abs(c.lo-u) < 1e-5) {
				t.Errorf("%+v: %v comes to %v, which lies at %v", p, u, a.at(u), c)
			}
		}
	}
}
