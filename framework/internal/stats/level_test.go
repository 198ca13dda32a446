package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/assaylab/assay/framework/metric"
)

// simulated is how many tables a simulation draws for each setting: those of
// ASSAY_SIMULATE, else the test skips, for it takes minutes to hours.
//
//	ASSAY_SIMULATE=2000 go test ./framework/internal/stats -run Simulated -v -timeout 0
//
// bench/inference/RESULTS.md has what was measured.
func simulated(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("ASSAY_SIMULATE"))
	if err != nil || n < 1 {
		t.Skip("set ASSAY_SIMULATE to the number of tables for each setting")
	}
	return n
}

// world is a setting of one dataset and one split. Hits follow a probit model in
// which cases are hard or easy for all methods (SD .8) and for one (between), seeds
// shift a method (its seed SD) and interact with cases (SD .3).
type world struct {
	methods, seeds, cases int
	sds                   []float64 // seed SDs, given to methods in turn; 0: seedless
	between               float64
	least, most           int     // samples of a case
	shift                 float64 // of the last method, in probits
}

// caseSD is that of the difficulty that all methods share, cellSD that of seed and
// case together.
const caseSD, cellSD, level = 0.8, 0.3, 0.3

// draw returns the parts of every method and the expectation that all share.
func (w world) draw(r *rand.Rand) (parts []Parts, expected float64) {
	base, size := make([]float64, w.cases), make([]float64, w.cases)
	for j := range base {
		base[j] = caseSD * r.NormFloat64()
		size[j] = float64(w.least + r.IntN(w.most-w.least+1))
	}
	rest := 1 + caseSD*caseSD + w.between*w.between + cellSD*cellSD
	for k := range w.methods {
		sd := w.sds[k%len(w.sds)]
		n := w.seeds
		if sd == 0 {
			n = 1
		}
		// Equal expectations whatever the seeds' SD.
		mean := level * math.Sqrt((rest+sd*sd)/rest)
		if k == w.methods-1 {
			mean += w.shift
		}
		own := make([]float64, w.cases)
		for j := range own {
			own[j] = base[j] + mean + w.between*r.NormFloat64()
		}
		var z [][]float64
		var values []float64
		for range n {
			seed := sd * r.NormFloat64()
			hits := make([]float64, w.cases)
			for j := range hits {
				p := 0.5 * math.Erfc(-(own[j]+seed+cellSD*r.NormFloat64())/math.Sqrt2)
				for range int(size[j]) {
					if r.Float64() < p {
						hits[j]++
					}
				}
			}
			theta, row := metric.PerCase(hits, size)
			z, values = append(z, row), append(values, theta)
		}
		p, err := Crossed(z, values, size, 1)
		if err != nil {
			panic(err)
		}
		parts = append(parts, p)
	}
	return parts, 0.5 * math.Erfc(-level/math.Sqrt(2*rest))
}

// rates are shares over the tables of a setting.
type rates struct {
	false1, cover, cells, power float64
}

// run draws tables: what share has a false claim, how often intervals of
// differences and of cells cover, how often the last method is found to differ.
func (w world) run(tables int, seed uint64) rates {
	r := rand.New(rand.NewPCG(seed, uint64(tables)))
	var out rates
	pairs, found := 0, 0
	for range tables {
		parts, expected := w.draw(r)
		for _, p := range parts {
			k := p.Alone()
			samples := sum(p.weight) * float64(p.N)
			if in, ok := Of(metric.Proportion, k, samples, p.Effective()); ok && in.Lo <= expected && expected <= in.Hi {
				out.cells++
			}
		}
		moderated := Moderate(parts)
		var ps []float64
		for _, p := range Pairs(w.methods) {
			c, err := moderated[p[0]].Minus(moderated[p[1]])
			if err != nil {
				panic(err)
			}
			_, pv := c.T()
			if math.IsNaN(pv) {
				pv = 1
			}
			ps = append(ps, pv)
			pairs++
			if pv > 0.05 {
				out.cover++
			}
		}
		adjusted, err := Shaffer(ps, w.methods)
		if err != nil {
			panic(err)
		}
		if slices.Min(adjusted) < 0.05 {
			out.false1++
		}
		for i, p := range Pairs(w.methods) {
			if p[1] == w.methods-1 && adjusted[i] < 0.05 {
				found++
			}
		}
	}
	n := float64(tables)
	out.false1 /= n
	out.cells /= n * float64(w.methods)
	out.cover /= float64(pairs)
	out.power = float64(found) / (n * float64(w.methods-1))
	return out
}

// worst keeps the extremes and the mean over settings.
type worst struct {
	n                  int
	most, mean         float64
	least, leastCells  float64
	at, atCover, atSum string
}

func (x *worst) see(name string, r rates) {
	if x.n == 0 || r.false1 > x.most {
		x.most, x.at = r.false1, name
	}
	if x.n == 0 || r.cover < x.least {
		x.least, x.atCover = r.cover, name
	}
	if x.n == 0 || r.cells < x.leastCells {
		x.leastCells, x.atSum = r.cells, name
	}
	x.mean += r.false1
	x.n++
}

func (x *worst) row(what string, tables int) string {
	return fmt.Sprintf("| %s | %d x %d | %.3f (%s) | %.3f | %.3f (%s) | %.3f (%s) |", what, x.n, tables, x.most, x.at, x.mean/float64(x.n), x.least, x.atCover, x.leastCells, x.atSum)
}

// Section 2: all methods equal, over methods, seeds, cases and seed SDs; then
// mixtures of seedless methods with one and two stochastic ones.
func TestSimulatedLevel(t *testing.T) {
	tables := simulated(t)
	between, sizes := []float64{0.2, 0.5, 1}, [][2]int{{2, 30}, {5, 5}, {2, 8}}
	sds := []float64{0, 0.05, 0.15, 0.3, 0.6}
	k := 0
	var all worst
	for _, M := range []int{2, 3, 4, 8, 12} {
		for _, sd := range sds {
			var x worst
			for _, n := range []int{3, 5, 10} {
				if sd == 0 && n > 3 {
					continue // without seeds
				}
				for _, m := range []int{8, 16, 32, 80} {
					k++
					w := world{methods: M, seeds: n, cases: m, sds: []float64{sd}, between: between[k%3], least: sizes[k/3%3][0], most: sizes[k/3%3][1]}
					if m == 8 { // of unequal size they count less than 8, and tables test nothing
						w.least, w.most = 5, 5
					}
					r := w.run(tables, uint64(k))
					name := fmt.Sprintf("M %d, n %d, m %d, sd %g", M, n, m, sd)
					x.see(name, r)
					all.see(name, r)
				}
			}
			t.Log(x.row(fmt.Sprintf("%d methods, seed SD %g", M, sd), tables))
		}
		var x worst
		for _, few := range [][]float64{{0.3}, {0.3, 0.3}, {0.1, 0.6}} {
			if len(few) >= M {
				continue
			}
			for _, n := range []int{3, 5} {
				for _, m := range []int{16, 32} {
					k++
					mixed := append(make([]float64, M-len(few)), few...)
					w := world{methods: M, seeds: n, cases: m, sds: mixed, between: between[k%3], least: 2, most: 30}
					name := fmt.Sprintf("M %d, n %d, m %d, %v among seedless", M, n, m, few)
					r := w.run(tables, uint64(k))
					x.see(name, r)
					all.see(name, r)
				}
			}
		}
		t.Log(x.row(fmt.Sprintf("%d methods, mixtures", M), tables))
	}
	t.Log(all.row("all", tables))
	noise := 3 * math.Sqrt(0.08*0.92/float64(tables))
	if all.most > 0.08+noise || all.mean/float64(all.n) > 0.05 || all.least < 0.93-noise {
		t.Errorf("the level does not hold: worst %.3f (%s), mean %.3f, coverage %.3f", all.most, all.at, all.mean/float64(all.n), all.least)
	}
}

// The stated power of 80 %: shift the last method by the difference that its
// standard error can show, and count.
func TestSimulatedPower(t *testing.T) {
	tables := simulated(t)
	for _, w := range []world{
		{methods: 2, seeds: 5, cases: 32, sds: []float64{0.15}, between: 0.3, least: 5, most: 5},
		{methods: 2, seeds: 3, cases: 80, sds: []float64{0.05}, between: 0.3, least: 5, most: 5},
		{methods: 2, seeds: 5, cases: 32, sds: []float64{0}, between: 0.3, least: 5, most: 5},
		{methods: 2, seeds: 10, cases: 32, sds: []float64{0.3}, between: 0.2, least: 2, most: 30},
	} {
		r := rand.New(rand.NewPCG(80, 1))
		found, stated := 0.0, 0.0
		for range tables {
			parts, _ := w.draw(r)
			c, err := parts[0].Minus(parts[1])
			if err != nil {
				t.Fatal(err)
			}
			// The design's own SE, from a large number of draws, would be the exact
			// power; here each table states its own, and the mean is what readers get.
			delta := Detectable(c.SE, c.Nu, 0.05, 0.8)
			stated += delta
			if _, p := (Contrast{Estimate: c.Estimate + delta, SE: c.SE, Nu: c.Nu}).T(); p < 0.05 {
				found++
			}
		}
		share := found / float64(tables)
		t.Logf("| %d seeds, %d cases, seed SD %g | %.3f | %.3f |", w.seeds, w.cases, w.sds[0], stated/float64(tables), share)
		if math.Abs(share-0.8) > 0.05+3*math.Sqrt(0.16/float64(tables)) {
			t.Errorf("stated power .80, found %.3f (%+v)", share, w)
		}
	}
}

// The last method shifted by .55 probits: the settings of an independent program in
// NumPy, whose figures bench/inference/RESULTS.md has beside these.
func TestSimulatedShift(t *testing.T) {
	tables := max(1, simulated(t)/4)
	for _, M := range []int{2, 8, 12} {
		for _, w := range []world{
			{seeds: 3, cases: 80, sds: []float64{0.1}, between: 0.3}, {seeds: 3, cases: 32, sds: []float64{0, 0.3}, between: 0.2},
			{seeds: 5, cases: 32, sds: []float64{0.15}, between: 0.3}, {seeds: 5, cases: 32, sds: []float64{0, 0.3}, between: 0.2},
			{seeds: 10, cases: 32, sds: []float64{0, 0.1, 0.3}, between: 0.2}, {seeds: 5, cases: 32, sds: []float64{0}, between: 0.2},
		} {
			w.methods, w.least, w.most, w.shift = M, 5, 5, 0.55
			t.Logf("| %d | %d | %d | %v | %g | %.3f |", M, w.seeds, w.cases, w.sds, w.between, w.run(tables, 55).power)
		}
	}
}
