package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Section 3: a learner (least squares through the origin) against the mean, squared
// errors, on folds and redraws of 100 and 200 cases. What is to be covered is the
// mean difference over datasets.
func TestSimulatedFolds(t *testing.T) {
	tables := simulated(t)
	for _, n := range []int{100, 200} {
		for _, d := range []struct {
			name             string
			folds, repeats   int
			redraws, percent int
		}{
			{"5 folds", 5, 1, 0, 0}, {"10 folds", 10, 1, 0, 0}, {"2 folds x 5", 2, 5, 0, 0}, {"5 folds x 2", 5, 2, 0, 0},
			{"3 redraws of 20 %", 0, 0, 3, 20}, {"5 redraws of 20 %", 0, 0, 5, 20}, {"10 redraws of 20 %", 0, 0, 10, 20},
		} {
			r := rand.New(rand.NewPCG(uint64(n), uint64(len(d.name))))
			test := n / max(d.folds, 1)
			if d.redraws > 0 {
				test = n * d.percent / 100
			}
			truth := expectedGain(n-test, r)
			covered, naive := 0.0, 0.0
			for range tables {
				x, y := problem(n, r)
				var all []Fold
				var plain []float64
				for _, cases := range divisions(n, test, d.folds, d.repeats, d.redraws, r) {
					f := train(x, y, cases)
					all, plain = append(all, f), append(plain, f.Value)
				}
				c, err := OverFolds(all)
				if err != nil {
					t.Fatal(err)
				}
				if lo, hi := c.Interval(); lo <= truth && truth <= hi {
					covered++
				}
				k, _ := OfMean(plain)
				if lo, hi := k.Interval(); lo <= truth && truth <= hi {
					naive++
				}
			}
			covered, naive = covered/float64(tables), naive/float64(tables)
			t.Logf("| %d cases, %s | %.3f | %.3f |", n, d.name, covered, naive)
			if covered < 0.93-3*math.Sqrt(0.07*0.93/float64(tables)) {
				t.Errorf("%d cases, %s: coverage %.3f", n, d.name, covered)
			}
		}
	}
}

const slope = 0.5

func problem(n int, r *rand.Rand) (x, y []float64) {
	x, y = make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
		y[i] = slope*x[i] + r.NormFloat64()
	}
	return x, y
}

// gain is how much less the learner's squared error is than the mean's, per case.
func gain(x, y float64, b, mean float64) float64 {
	return (y-mean)*(y-mean) - (y-b*x)*(y-b*x)
}

func fit(x, y []float64, skip map[int]bool) (b, mean float64) {
	var xx, xy, n float64
	for i := range x {
		if !skip[i] {
			xx, xy, mean, n = xx+x[i]*x[i], xy+x[i]*y[i], mean+y[i], n+1
		}
	}
	return xy / xx, mean / n
}

func expectedGain(n int, r *rand.Rand) float64 {
	var total float64
	const datasets = 20_000
	for range datasets {
		x, y := problem(n, r)
		b, mean := fit(x, y, nil)
		// Over new cases: E[(y−m)²] − E[(y−bx)²] = slope² + m² − (slope−b)².
		total += slope*slope + mean*mean - (slope-b)*(slope-b)
	}
	return total / datasets
}

// divisions lists the test cases of each training.
func divisions(n, test, folds, repeats, redraws int, r *rand.Rand) (out [][]int) {
	for range repeats {
		order := r.Perm(n)
		for f := range folds {
			out = append(out, order[f*n/folds:(f+1)*n/folds])
		}
	}
	for range redraws {
		out = append(out, r.Perm(n)[:test])
	}
	return out
}

func train(x, y []float64, cases []int) Fold {
	skip := map[int]bool{}
	for _, i := range cases {
		skip[i] = true
	}
	b, mean := fit(x, y, skip)
	f := Fold{Test: float64(len(cases)), Train: float64(len(x) - len(cases))}
	for _, i := range cases {
		f.Z, f.IDs = append(f.Z, gain(x[i], y[i], b, mean)), append(f.IDs, int64(i))
	}
	f.Value = Mean(f.Z)
	return f
}

// Section 4: methods equal over groups, differences symmetric: normal, and with
// heavy tails.
func TestSimulatedGroups(t *testing.T) {
	tables := simulated(t)
	for _, heavy := range []bool{false, true} {
		for _, k := range []int{2, 3, 6, 12} {
			for _, G := range []int{6, 8, 10, 14} {
				r := rand.New(rand.NewPCG(uint64(k), uint64(G)))
				n := tables
				if k == 12 && G == 14 {
					n = max(1, tables/4)
				}
				false1, friedman := 0.0, 0.0
				for range n {
					x := make([][]float64, G) // [group][method]
					for g := range x {
						for range k {
							v := r.NormFloat64()
							if heavy { // t with 2 degrees of freedom
								v /= math.Sqrt(r.ExpFloat64())
							}
							x[g] = append(x[g], v)
						}
					}
					var D [][]float64
					for _, p := range Pairs(k) {
						d := make([]float64, G)
						for g := range d {
							d[g] = x[g][p[0]] - x[g][p[1]]
						}
						D = append(D, d)
					}
					f, err := SignFlips(D)
					if err != nil {
						t.Fatal(err)
					}
					if slices.Min(f.P) < 0.05 {
						false1++
					}
					if k == 3 && G == 6 {
						fr, err := Friedman(x)
						if err != nil {
							t.Fatal(err)
						}
						if fr.P < 0.05 {
							friedman++
						}
					}
				}
				false1 /= float64(n)
				note := ""
				if k == 3 && G == 6 {
					note = fmt.Sprintf(" Friedman %.3f", friedman/float64(n))
				}
				t.Logf("| heavy %v, %d methods, %d groups | %d | %.3f |%s", heavy, k, G, n, false1, note)
				if false1 > 0.05+3*math.Sqrt(0.05*0.95/float64(n)) {
					t.Errorf("%d methods, %d groups: %.3f false tables", k, G, false1)
				}
			}
		}
	}
}

// Section 5: how often the best method is marked as not the best, all equal.
func TestSimulatedBestSet(t *testing.T) {
	tables := max(1, simulated(t)/4)
	for _, w := range []world{
		{methods: 3, seeds: 3, cases: 32, sds: []float64{0.15}, between: 0.3, least: 5, most: 5},
		{methods: 4, seeds: 5, cases: 16, sds: []float64{0.05}, between: 0.3, least: 5, most: 5},
		{methods: 8, seeds: 5, cases: 32, sds: []float64{0.15}, between: 0.3, least: 5, most: 5},
		{methods: 12, seeds: 5, cases: 80, sds: []float64{0, 0.15}, between: 0.3, least: 5, most: 5},
	} {
		r := rand.New(rand.NewPCG(95, uint64(w.methods)))
		lost, kept := 0.0, 0.0
		for range tables {
			parts, _ := w.draw(r)
			p, err := BestSet(Moderate(parts))
			if err != nil {
				t.Fatal(err)
			}
			if p[0] < 0.05 { // any of equals may be called the best; the first is
				lost++
			}
			for _, v := range p {
				if v >= 0.05 {
					kept++
				}
			}
		}
		lost /= float64(tables)
		t.Logf("| %d methods, %d seeds, %d cases | %d | %.3f | %.2f |", w.methods, w.seeds, w.cases, tables, lost, kept/float64(tables))
		if lost > 0.05+3*math.Sqrt(0.05*0.95/float64(tables)) {
			t.Errorf("%+v: the best is lost in %.3f", w, lost)
		}
	}
}
