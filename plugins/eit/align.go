package eit

import (
	"context"
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/ot"
)

// clouds are points Z[b,n,t] of every unit n, equally many of each. Units stand in
// the order of their channels.
type clouds struct {
	D int        `json:"d"`
	Z data.Array `json:"z"` // [N x points d]
}

func (c *clouds) fits(d int) error {
	if c != nil && (c.D != d || len(c.Z.Shape) != 2 || c.Z.Cols()%d != 0 || len(c.Z.Values) != c.Z.Rows()*c.Z.Cols()) {
		return fmt.Errorf("clouds in %d dimensions have shape %v and %d numbers", c.D, c.Z.Shape, len(c.Z.Values))
	}
	return nil
}

// clouds takes evenly spaced steps of the named windows of a part.
func (m *model) clouds(ctx context.Context, p *part, windows []int) (*clouds, error) {
	s := &m.Settings
	chosen := *p
	chosen.windows = windows
	out, err := m.infer(ctx, &chosen, func(o outputs) []*nn.Value { return []*nn.Value{o.z} })
	if err != nil {
		return nil, err
	}
	z, N, T, d := out[0], m.Input.units(s), s.Window, s.D
	points := min(s.AlignmentPoints, len(windows)*T)
	order := make([]int, N)
	for n := range order {
		order[n] = n
	}
	slices.SortFunc(order, func(a, b int) int { return m.Input.Kept[a*s.Features] - m.Input.Kept[b*s.Features] })
	c := &clouds{D: d, Z: data.NewArray(N, points*d)}
	for i, n := range order {
		for k := range points {
			at := k * len(windows) * T / points
			copy(c.Z.Row(i)[k*d:], z.Row((at/T*N+n)*T + at%T)[:d])
		}
	}
	return c, nil
}

// distances are the squared Wasserstein distances between the units of a and of
// b: of the plans between two clouds whose points weigh the same, the least mean
// of squared Euclidean distances.
func distances(ctx context.Context, a, b *clouds) (data.Array, error) {
	D := data.NewArray(a.Z.Rows(), b.Z.Rows())
	var exact ot.Exact
	for i := range a.Z.Rows() {
		if err := ctx.Err(); err != nil {
			return D, err
		}
		for j := range b.Z.Rows() {
			D.Row(i)[j] = float32(exact.Clouds(a.Z.Row(i), b.Z.Row(j), a.D))
		}
	}
	return D, nil
}

// halves are the distances between the units in the first and in the second half
// of the windows of a part, by trial; nil where that is not asked for.
func (m *model) halves(ctx context.Context, p *part) (*data.Array, error) {
	if m.Settings.AlignmentPoints == 0 || len(p.windows) < 2 {
		return nil, nil
	}
	windows := slices.Sorted(slices.Values(p.windows))
	var half [2]*clouds
	for i, w := range [2][]int{windows[:len(windows)/2], windows[len(windows)/2:]} {
		c, err := m.clouds(ctx, p, w)
		if err != nil {
			return nil, err
		}
		half[i] = c
	}
	D, err := distances(ctx, half[0], half[1])
	return &D, err
}

func (m *model) addAlignment(ctx context.Context, p *part, metrics framework.Metrics) error {
	D, err := m.halves(ctx, p)
	if D == nil || err != nil {
		return err
	}
	metrics["alignment_top1"], metrics["alignment_rank"] = diagonal(*D)
	return nil
}

// diagonal says of a square matrix of distances in how many rows the diagonal is
// least, and what share of the other columns is less on the average.
func diagonal(D data.Array) (top1, rank float64) {
	n := D.Rows()
	for i := range n {
		nearer := 0
		for j, d := range D.Row(i) {
			if j != i && d < D.Row(i)[i] {
				nearer++
			}
		}
		if nearer == 0 {
			top1 += 1 / float64(n)
		}
		rank += float64(nearer) / float64(max(n-1, 1)) / float64(n)
	}
	return top1, rank
}
