package nemo

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
)

// Evaluate compares the shares with the counts of training and, where the
// recording has them, with the true probabilities of its symbols. The rest is of
// the model alone.
func (m *model) Evaluate(ctx context.Context, r *data.Recording) (framework.Metrics, error) {
	t, out := m.Tally, framework.Metrics{}
	if t.Flips > 0 {
		out["undecided"], out["decisiveness"] = t.Undecided/t.Flips, t.Overlap/t.Flips
		out["first_cap"], out["rounds"] = t.First/t.Flips, t.Rounds/t.Flips
		if t.Flips > t.Undecided {
			out["leader_wins"] = t.Leader / (t.Flips - t.Undecided)
		}
	}
	if m.Text != nil {
		m.Text.metrics(out)
		return out, ctx.Err()
	}
	if len(m.Settings.Weights) == 0 || m.Settings.Task != "coin" {
		m.rows(out)
	}
	if err := m.truth(out, r); err != nil {
		return nil, err
	}
	if m.Settings.Task == "coin" {
		m.coin(out)
	}
	return out, ctx.Err()
}

// rows are the distances from the frequencies of training.
func (m *model) rows(out framework.Metrics) {
	var perGraph []float64
	var all, worst, kl, rows, averaged, used float64
	mean := m.mean()
	for g := range m.P {
		total, n := 0.0, 0.0
		for s, row := range m.P[g] {
			want, ok := shares(m.Counts[s])
			if !ok || sum(row) == 0 { // the symbol was never followed by anything, or nothing was decided
				continue
			}
			d := totalVariation(row, want)
			total, n, worst = total+d, n+1, max(worst, d)
			kl += divergence(want, row, 1/(2*float64(m.Settings.Draws)))
			rows++
		}
		if n > 0 {
			perGraph = append(perGraph, total/n)
			all += total / n
		}
	}
	if rows == 0 {
		return
	}
	for s := range m.Counts {
		if want, ok := shares(m.Counts[s]); ok {
			averaged += totalVariation(mean[s], want)
			used++
		}
	}
	graphs := float64(len(perGraph))
	out["tv"], out["tv_max"], out["tv_averaged"], out["kl"] = all/graphs, worst, averaged/used, kl/rows
	if len(perGraph) > 1 {
		out["tv_sd"] = stat.StdDev(perGraph, nil)
	}
}

// truth compares with the recording's own probabilities.
func (m *model) truth(out framework.Metrics, r *data.Recording) error {
	t, err := r.ContinuousTarget(map[string]string{"coin": "frequency", "chain": "transition"}[m.Settings.Task])
	if err != nil || t.Values.Cols() != m.Symbols || r.Len() == 0 {
		return nil
	}
	x, err := m.symbols(r)
	if err != nil {
		return err
	}
	rows := map[int][]float64{}
	for i, s := range x {
		if m.Settings.Task == "coin" {
			s = 0
		}
		if rows[s] == nil {
			for _, p := range t.Values.Row(i) {
				rows[s] = append(rows[s], float64(p))
			}
		}
	}
	total, n := 0.0, 0.0
	for s := range m.Symbols { // in order: sums of floats depend on it
		for g := range m.P {
			if rows[s] != nil && sum(m.P[g][s]) > 0 {
				total += totalVariation(m.P[g][s], rows[s])
				n++
			}
		}
	}
	if n > 0 {
		out["tv_true"] = total / n
	}
	return nil
}

// coin is about the share p of A_1. Graphs on which nothing was decided have none.
func (m *model) coin(out framework.Metrics) {
	target, _ := shares(m.Counts[0])
	y := make([]float64, m.Symbols) // exp(λw), up to a factor
	for i, w := range m.Weights[0] {
		y[i] = math.Exp(m.Settings.Lambda * (w - m.Weights[0][0]))
	}
	rule := y[0] / sum(y)
	out["p_rule"], out["p_target"] = rule, target[0]
	if len(m.Settings.Weights) > 0 {
		out["p_target"] = rule
	}
	var p, cap []float64
	for g := range m.P {
		if sum(m.P[g][0]) > 0 {
			p = append(p, m.P[g][0][0])
		}
		cap = append(cap, m.PCap[g][0][0])
	}
	out["p_first_cap"] = stat.Mean(cap, nil)
	out["error_mean_cap"], _, out["error_max_cap"] = distances(cap, out["p_target"])
	out["error_max_fair"] = expectedWorst(len(cap), m.Settings.Draws)
	if len(p) > 0 {
		out["p_first"] = stat.Mean(p, nil)
		out["error_mean"], out["error_min"], out["error_max"] = distances(p, out["p_target"])
		if len(p) > 1 {
			out["p_first_sd"] = stat.StdDev(p, nil)
		}
		slices.Sort(p)
		out["p_first_lo"], out["p_first_hi"] = stat.Quantile(.05, stat.LinInterp, p, nil), stat.Quantile(.95, stat.LinInterp, p, nil)
	}
	for x, c := range m.Curve {
		out[curve(x+1)] = c
	}
	if len(m.Curve) > 1 {
		out["softmax_rate"] = softmaxRate(m.Weights[0], m.Settings.Offsets, m.Curve)
		out["softmax_rate_cap"] = softmaxRate(m.Weights[0], m.Settings.Offsets, m.CurveCap)
	}
}

// distances are the mean, least and largest distance from the target.
func distances(p []float64, target float64) (mean, least, most float64) {
	least = math.Inf(1)
	for _, x := range p {
		d := math.Abs(x - target)
		mean, least, most = mean+d/float64(len(p)), min(least, d), max(most, d)
	}
	return
}

// expectedWorst is E max |Bin(draws, ½)/draws − ½| over independent fair coins.
func expectedWorst(coins, draws int) float64 {
	b := distuv.Binomial{N: float64(draws), P: 0.5}
	expected := 0.0
	for x := 1; 2*x <= draws+1; x++ {
		// P(|B − draws/2| < x − ½ or so): B strictly nearer to the middle than the x-th place
		lo, hi := math.Floor(float64(draws)/2)-float64(x-1), math.Ceil(float64(draws)/2)+float64(x-1)
		inside := b.CDF(hi) - b.CDF(lo-1)
		expected += (1 - math.Pow(inside, float64(coins))) / float64(draws)
	}
	if draws%2 == 1 {
		expected += 0.5 / float64(draws)
	}
	return expected
}

func shares(T []int) (p []float64, ok bool) {
	total := 0
	for _, n := range T {
		total += n
	}
	p = make([]float64, len(T))
	for i, n := range T {
		p[i] = float64(n) / float64(max(1, total))
	}
	return p, total > 0
}

func totalVariation(p, q []float64) (d float64) {
	for i := range p {
		d += math.Abs(p[i]-q[i]) / 2
	}
	return d
}

// divergence is KL(p || q) with q floored.
func divergence(p, q []float64, floor float64) (d float64) {
	for i := range p {
		if p[i] > 0 {
			d += p[i] * math.Log(p[i]/max(q[i], floor))
		}
	}
	return d
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}
