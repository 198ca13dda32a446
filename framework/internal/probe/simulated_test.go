package probe

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
)

// reading is what one seed of a method reads of the cases of a part: targets of two
// dimensions, and classes, both easier in some cases than in others.
//
//	ŷ = y + σ e, σ = exp(case + method × case + seed)    correct with Φ(level − log σ)
type reading struct {
	cases, least, most int // samples of a case
	seedSD             float64
}

// part draws the cases that all methods share: targets, classes and difficulty.
func (w reading) part(r *rand.Rand) (y samples, labels []int32, of []int, hard []float64) {
	y.d = 2
	for j := range w.cases {
		hard = append(hard, 0.4*r.NormFloat64())
		centre := [2]float64{r.NormFloat64(), r.NormFloat64()}
		class := int32(r.IntN(4))
		for range w.least + r.IntN(w.most-w.least+1) {
			y.x = append(y.x, centre[0]+0.5*r.NormFloat64(), centre[1]+0.5*r.NormFloat64())
			labels, of, y.n = append(labels, class), append(of, j), y.n+1
		}
	}
	return y, labels, of, hard
}

// own is how hard each case is for one method.
func (w reading) own(r *rand.Rand, hard []float64) []float64 {
	out := make([]float64, len(hard))
	for j := range out {
		out[j] = hard[j] + 0.2*r.NormFloat64()
	}
	return out
}

// read scores one seed of a method.
func (w reading) read(r *rand.Rand, y samples, labels []int32, of []int, own []float64) (out []score) {
	seed := w.seedSD * r.NormFloat64()
	got, given := samples{y.n, y.d, make([]float64, len(y.x))}, make([]int32, y.n)
	for i, j := range of {
		log := -0.5 + own[j] + seed + 0.1*r.NormFloat64()
		for d := range y.d {
			got.x[i*y.d+d] = y.x[i*y.d+d] + math.Exp(log)*r.NormFloat64()
		}
		if given[i] = labels[i]; r.Float64() > 0.5*math.Erfc((log)/math.Sqrt2) {
			given[i] = int32(r.IntN(4))
		}
	}
	c := counted{of: of, n: w.cases}
	value, ok := r2(got, y)
	if !ok {
		panic("the target does not vary")
	}
	t := &task{cases: c, want: answer{labels: labels, classes: 4}}
	out = t.scoreClasses(given)[1:]
	return append(out, score{"r2", metric.Max, value, c.r2(value, got, y)})
}

// Section 2 of what a table may claim, for what is no mean over samples: R2, balanced
// accuracy and F1 of three equal methods. See framework/internal/stats.
//
//	ASSAY_SIMULATE=2000 go test ./framework/internal/probe -run Simulated -v -timeout 0
func TestSimulatedKinds(t *testing.T) {
	tables, err := strconv.Atoi(os.Getenv("ASSAY_SIMULATE"))
	if err != nil || tables < 1 {
		t.Skip("set ASSAY_SIMULATE to the number of tables for each setting")
	}
	names := []string{"balanced_accuracy", "macro_f1", "r2"}
	const methods = 3
	for _, cases := range []int{16, 32, 80} {
		for _, seeds := range []int{3, 5, 10} {
			for _, sd := range []float64{0.05, 0.2} {
				w := reading{cases, 2, 12, sd}
				r := rand.New(rand.NewPCG(uint64(cases*100+seeds), math.Float64bits(sd)))
				expected := make([]float64, len(names))
				const large = 300 // seeds, each of cases of its own
				for range large {
					big := reading{400, w.least, w.most, w.seedSD}
					y, labels, of, hard := big.part(r)
					for k, s := range big.read(r, y, labels, of, big.own(r, hard)) {
						expected[k] += s.value / large
					}
				}
				cells, cover, wrong, undefined := make([]float64, len(names)), make([]float64, len(names)), make([]float64, len(names)), make([]float64, len(names))
				for range tables {
					y, labels, of, hard := w.part(r)
					size := make([]float64, cases)
					for _, j := range of {
						size[j]++
					}
					parts := make([][]stats.Parts, len(names))
					for range methods {
						own := w.own(r, hard)
						z, values := make([][][]float64, len(names)), make([][]float64, len(names))
						for range seeds {
							for k, s := range w.read(r, y, labels, of, own) {
								z[k], values[k] = append(z[k], s.z), append(values[k], s.value)
							}
						}
						for k := range names {
							if p, err := stats.Crossed(z[k], values[k], size, 1); err == nil {
								parts[k] = append(parts[k], p)
							}
						}
					}
					for k, name := range names {
						if len(parts[k]) < methods {
							undefined[k]++
							continue
						}
						for _, p := range parts[k] {
							if in, ok := stats.Of(metric.KindOf("probe/x/"+name), p.Alone(), float64(y.n*seeds), p.Effective()); ok && in.Lo <= expected[k] && expected[k] <= in.Hi {
								cells[k]++
							}
						}
						moderated, ps := stats.Moderate(parts[k]), []float64(nil)
						for _, p := range stats.Pairs(methods) {
							c, err := moderated[p[0]].Minus(moderated[p[1]])
							if err != nil {
								t.Fatal(err)
							}
							_, pv := c.T()
							if pv > 0.05 {
								cover[k]++
							}
							ps = append(ps, pv)
						}
						adjusted, err := stats.Shaffer(ps, methods)
						if err != nil {
							t.Fatal(err)
						}
						for _, p := range adjusted {
							if p < 0.05 {
								wrong[k]++
								break
							}
						}
					}
				}
				for k, name := range names {
					n := float64(tables) - undefined[k]
					t.Logf("%s", fmt.Sprintf("| %s | %d cases, %d seeds, seed SD %g | %.3f | %.3f | %.3f | %.3f |", name, cases, seeds, sd, wrong[k]/n, cover[k]/(n*methods), cells[k]/(n*methods), undefined[k]/float64(tables)))
				}
			}
		}
	}
}
