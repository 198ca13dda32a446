package nemo

import (
	"context"
	"fmt"
	"math"

	"github.com/assaylab/assay/framework"
	assembly "github.com/assaylab/assay/plugins/assemblies/model"
)

// experiment flips the learned coins on several random graphs.
type experiment struct {
	*settings
	m   int
	req framework.TrainRequest
	rec framework.Recorder
}

// tally sums over flips.
type tally struct {
	Flips     float64 `json:"flips"`
	Undecided float64 `json:"undecided"`
	Overlap   float64 `json:"overlap"` // largest share of an assembly in the final cap
	Leader    float64 `json:"leader"`  // decided flips won by the leader of the first cap
	First     float64 `json:"first"`   // neurons of an assembly in the first cap, mean over assemblies
	Rounds    float64 `json:"rounds"`
}

func (t *tally) add(f flip) {
	t.Flips++
	t.Overlap += f.overlap
	t.Rounds += float64(f.rounds)
	for _, n := range f.first {
		t.First += n / float64(len(f.first))
	}
	switch f.outcome {
	case -1:
		t.Undecided++
	case f.leader:
		t.Leader++
	}
}

// flips fills the model: for every graph and context, the shares of outcomes.
func (e *experiment) flips(ctx context.Context, m *model) error {
	rule := assembly.CoinFlip(e.Beta, e.Lambda)
	contexts := len(m.Counts)
	for c := range m.Counts {
		w := weights(rule, m.Counts[c])
		if e.Task == "coin" && len(e.Weights) > 0 {
			w = e.Weights
		}
		m.Weights = append(m.Weights, w)
	}
	offsets := e.Offsets
	if e.Task != "coin" {
		offsets = nil
	}
	m.Curve, m.CurveCap = make([]float64, len(offsets)), make([]float64, len(offsets))
	done, total := int64(0), int64(e.Graphs)*int64(contexts+len(offsets))
	for g := range e.Graphs {
		purpose := fmt.Sprintf("graph %d", g)
		c, err := e.newChooser(e.m, e.N, []int{contexts * e.K}, "", e.req.Rand(purpose+" synapses").Uint64(), e.req.Rand(purpose+" noise"))
		if err != nil {
			return framework.Refuse(err.Error(), "see the settings n, k and p")
		}
		m.P = append(m.P, make([][]float64, contexts))
		m.PCap = append(m.PCap, make([][]float64, contexts))
		for s := range contexts {
			if g == 0 && len(m.Shown) < shown {
				c.show(&m.Shown, s)
			}
			if m.P[g][s], m.PCap[g][s], err = e.row(ctx, c, s, m.Weights[s], &m.Tally); err != nil {
				return err
			}
			done++
			e.rec.Progress(done, total, "rows")
		}
		for x, d := range offsets {
			w := append([]float64{m.Weights[0][0] + d}, m.Weights[0][1:]...)
			var other tally
			p, first, err := e.row(ctx, c, 0, w, &other)
			if err != nil {
				return err
			}
			m.Curve[x] += p[0] / float64(e.Graphs)
			m.CurveCap[x] += first[0] / float64(e.Graphs)
			done++
			e.rec.Progress(done, total, "rows")
		}
	}
	for x, d := range offsets {
		e.rec.Metric("p_first", int64(x+1), m.Curve[x])
		e.rec.Log("w_1 %+.3f: p_first %.4f, by the first cap %.4f", d, m.Curve[x], m.CurveCap[x])
	}
	return nil
}

// row flips the coin of one context: shares of the outcomes among decided flips
// (all 0 where none is), and of the leaders of the first cap.
func (e *experiment) row(ctx context.Context, c *chooser, context int, w []float64, t *tally) (p, first []float64, err error) {
	for i, wi := range w {
		if err := assembly.Patch(c.area, 0, stretch(context, e.K), stretch(i, e.K), wi); err != nil {
			return nil, nil, err
		}
	}
	fire := c.firing()
	fire[0] = neurons(context, e.K)
	input := assembly.Inputs(c.area, fire)
	p, first = make([]float64, e.m), make([]float64, e.m)
	decided := 0.0
	for range e.Draws {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		f := c.flip(input)
		t.add(f)
		if f.outcome >= 0 {
			decided++
			p[f.outcome]++
		}
		first[f.leader] += 1 / float64(e.Draws)
	}
	for i := range p {
		p[i] /= max(decided, 1)
	}
	return p, first, nil
}

// softmaxRate is the λ for which 1/(1 + Σ_{i>1} exp(λ(w_i − w_1 − offset))) is
// nearest to the curve in least squares: golden-section search on [0.1, 1000],
// which holds one minimum as the curve is monotone in λ at every offset.
func softmaxRate(w, offsets, curve []float64) float64 {
	loss := func(logRate float64) (sum float64) {
		rate := math.Exp(logRate)
		for x, d := range offsets {
			z := 1.0
			for _, wi := range w[1:] {
				z += math.Exp(rate * (wi - w[0] - d))
			}
			r := curve[x] - 1/z
			sum += r * r
		}
		return sum
	}
	lo, hi := math.Log(0.1), math.Log(1000)
	ratio := (math.Sqrt(5) - 1) / 2
	for hi-lo > 1e-9 {
		a, b := hi-ratio*(hi-lo), lo+ratio*(hi-lo)
		if loss(a) < loss(b) {
			hi = b
		} else {
			lo = a
		}
	}
	return math.Exp((lo + hi) / 2)
}
