package swapvae

import (
	"context"
	"math"
	"slices"
	"sort"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
	"gonum.org/v1/gonum/stat"
)

// sampled is z with the style of every sample drawn from N(0, I), from the seed
// of the trial: equal calls draw equal styles.
func (m *model) sampled(z data.Array) data.Array {
	out := columns(z, 0, m.net.d)
	rng := data.Rand(m.Seed, "generation")
	for i := range out.Rows() {
		nn.FillNormal(out.Row(i)[m.net.content:], rng)
	}
	return out
}

// swapped is z with the style of every sample taken from the next sample, in
// recorded order and around, whose class differs.
func (m *model) swapped(z data.Array, labels []int32) data.Array {
	out := columns(z, 0, m.net.d)
	n := out.Rows()
	for i := range n {
		for step := 1; step < n; step++ {
			if j := (i + step) % n; labels[j] != labels[i] {
				copy(out.Row(i)[m.net.content:], z.Row(j)[m.net.content:])
				break
			}
		}
	}
	return out
}

// generation compares generated activity with x, the recorded one.
func (m *model) generation(ctx context.Context, s *framework.Sheet, x, z data.Array) error {
	if m.net.content == 0 || m.net.g == 0 {
		return nil
	}
	y, err := m.decoder(ctx, m.sampled(z))
	if err != nil {
		return err
	}
	put(s.Metrics, "generation_correlations", stat.Correlation(pairwise(x), pairwise(y), nil))
	t, err := s.Recording.ClassTarget(m.Settings.Target)
	if err != nil {
		return nil // the other metrics need classes
	}
	if v := meanRates(x, y, t); exists(v) {
		s.Jackknife("generation_rates", v, ratesWithout(x, y, t, s))
	}
	reader := m.Readouts.Direction[both]
	if reader == nil || t.Classes != m.Readouts.Classes {
		return nil
	}
	direction := func(name string, y data.Array) error {
		again, err := m.encoder(ctx, y)
		if err == nil {
			s.Mean(name, right(m.Readouts.classes(reader, m.block(again, both)), t.Labels), nil)
		}
		return err
	}
	if err := direction("generation_direction", y); err != nil {
		return err
	}
	if y, err = m.decoder(ctx, m.swapped(z, t.Labels)); err != nil {
		return err
	}
	return direction("swap_direction", y)
}

// meanRates is Pearson's r over units between the mean rates of x and y in a
// class, averaged over classes.
func meanRates(x, y data.Array, t *data.Target) float64 {
	sum, classes := 0.0, 0
	for k := range t.Classes {
		a, b, n := make([]float64, x.Cols()), make([]float64, x.Cols()), 0
		for i, l := range t.Labels {
			if int(l) != k {
				continue
			}
			n++
			for j := range a {
				a[j] += float64(x.Row(i)[j])
				b[j] += float64(y.Row(i)[j])
			}
		}
		if n > 0 { // r does not ask for the division by n
			sum += stat.Correlation(a, b, nil)
			classes++
		}
	}
	return sum / float64(classes)
}

// ratesWithout is meanRates without one case.
func ratesWithout(x, y data.Array, t *data.Target, s *framework.Sheet) func(j int) float64 {
	N := x.Cols()
	type sums struct {
		a, b []float64
		n    int
		r    float64
	}
	of := make([]sums, t.Classes)
	for k := range of {
		of[k].a, of[k].b = make([]float64, N), make([]float64, N)
	}
	add := func(c *sums, i, sign int) {
		c.n += sign
		for u := range N {
			c.a[u] += float64(sign) * float64(x.Row(i)[u])
			c.b[u] += float64(sign) * float64(y.Row(i)[u])
		}
	}
	for i, l := range t.Labels {
		add(&of[l], i, 1)
	}
	for k := range of {
		of[k].r = stat.Correlation(of[k].a, of[k].b, nil)
	}
	return func(j int) float64 {
		left := map[int32]*sums{}
		for i := sort.SearchInts(s.Of, j); i < len(s.Of) && s.Of[i] == j; i++ { // a case's samples lie together
			l := t.Labels[i]
			if left[l] == nil {
				left[l] = &sums{a: slices.Clone(of[l].a), b: slices.Clone(of[l].b), n: of[l].n}
			}
			add(left[l], i, -1)
		}
		sum, classes := 0.0, 0
		for k := range of {
			n, r := of[k].n, of[k].r
			if c := left[int32(k)]; c != nil {
				n, r = c.n, stat.Correlation(c.a, c.b, nil)
			}
			if n > 0 {
				sum += r
				classes++
			}
		}
		return sum / float64(classes)
	}
}

// pairwise lists the correlations of all pairs of units; those with a silent
// unit count as 0.
func pairwise(x data.Array) []float64 {
	n := x.Cols()
	unit := make([][]float64, n)
	for j := range unit {
		unit[j] = make([]float64, x.Rows())
		for i := range unit[j] {
			unit[j][i] = float64(x.Row(i)[j])
		}
	}
	var out []float64
	for a := range n {
		for b := range a {
			r := stat.Correlation(unit[a], unit[b], nil)
			if math.IsNaN(r) {
				r = 0
			}
			out = append(out, r)
		}
	}
	return out
}

const traversalSteps = 7

// traversal is the mean latent with each latent in turn at −3, −2, ..., 3
// standard deviations from its mean.
func traversal(z data.Array) data.Array {
	m := data.MomentsOf(z, 0)
	out := data.NewArray(z.Cols()*traversalSteps, z.Cols())
	for k := range z.Cols() {
		for s := range traversalSteps {
			row := out.Row(k*traversalSteps + s)
			for j := range row {
				row[j] = float32(m.Mean[j])
			}
			row[k] += float32(float64(s-traversalSteps/2) * m.Std[k])
		}
	}
	return out
}
