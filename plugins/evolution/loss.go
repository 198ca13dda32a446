package evolution

import (
	"math"

	"github.com/assaylab/assay/framework/data"
)

// batch are samples z, with a constant 1 as their last channel, and labels y in {-1, 1}.
type batch struct {
	z [][]float64
	y []float64
}

func newBatch(r *data.Recording, t *data.Target) *batch {
	b := &batch{z: make([][]float64, r.Len()), y: make([]float64, r.Len())}
	for i := range b.z {
		b.z[i] = withOne(r.Samples.Row(i))
		b.y[i] = 2*float64(t.Labels[i]) - 1
	}
	return b
}

func withOne(row []float32) []float64 {
	z := make([]float64, len(row)+1)
	for j, v := range row {
		z[j] = float64(v)
	}
	z[len(row)] = 1
	return z
}

// part are the samples of these rows.
func (b *batch) part(rows []int) *batch {
	out := &batch{}
	for _, i := range rows {
		out.z, out.y = append(out.z, b.z[i]), append(out.y, b.y[i])
	}
	return out
}

func score(w, z []float64) (sum float64) {
	for j, v := range w {
		sum += v * z[j]
	}
	return sum
}

// margins are y w·z.
func (b *batch) margins(w []float64) []float64 {
	m := make([]float64, len(b.z))
	for i, z := range b.z {
		m[i] = b.y[i] * score(w, z)
	}
	return m
}

// logistic is log(1 + exp(−m)), without overflow.
func logistic(m float64) float64 { return math.Log1p(math.Exp(-math.Abs(m))) + math.Max(-m, 0) }

func (b *batch) loss(w []float64) (sum float64) {
	for _, m := range b.margins(w) {
		sum += logistic(m)
	}
	return sum / float64(len(b.z))
}

// moved is the loss where weight j is greater by delta than in the weights of these margins.
func (b *batch) moved(margins []float64, j int, delta float64) (sum float64) {
	for i, m := range margins {
		sum += logistic(m + b.y[i]*delta*b.z[i][j])
	}
	return sum / float64(len(b.z))
}

func (b *batch) gradient(w []float64) []float64 {
	g := make([]float64, len(w))
	for i, m := range b.margins(w) {
		slope := -b.y[i] / (1 + math.Exp(m)) / float64(len(b.z))
		for j, v := range b.z[i] {
			g[j] += slope * v
		}
	}
	return g
}

func (b *batch) accuracy(w []float64) float64 {
	n := 0.0
	for _, m := range b.margins(w) {
		if m > 0 {
			n++
		}
	}
	return n / float64(len(b.z))
}
