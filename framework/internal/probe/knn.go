package probe

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework/internal/problem"
)

// knn gives a sample the most frequent class, or the mean value, of the K samples of
// the fitted part that are nearest in Euclidean distance. Equally near samples come in
// their order in the recording; of equally frequent classes the lowest wins. In the
// part it is fitted on a sample is among its own neighbours, so compare methods there
// with care.
type knn struct {
	K int `name:"k" default:"5" min:"1" doc:"number of neighbours, each with the same weight"`
}

func (p knn) Run(ctx context.Context, parts Parts, target string, _ uint64) (Result, error) {
	part := parts.fitted()
	x := widen(part.X)
	if p.K > x.n {
		return Result{}, problem.New(fmt.Sprintf("k = %d neighbours are asked for, and the probe is fitted on %d samples", p.K, x.n), "lower k")
	}
	t, err := part.Recording.Target(target)
	if err != nil {
		return Result{}, err
	}
	if t.IsClass() {
		return scoreClasses(parts, target, func(q samples) ([]int32, error) {
			out := make([]int32, q.n)
			votes := make([]int, t.Classes)
			err := p.each(ctx, x, q, func(i int, near []int) {
				clear(votes)
				for _, r := range near {
					votes[t.Labels[r]]++
				}
				out[i] = int32(largest(votes))
			})
			return out, err
		})
	}
	y, err := continuous(part.Recording, target)
	if err != nil {
		return Result{}, err
	}
	return scoreValues(parts, target, func(q samples) (samples, error) {
		out := samples{q.n, y.d, make([]float64, q.n*y.d)}
		err := p.each(ctx, x, q, func(i int, near []int) {
			for _, r := range near {
				for j, v := range y.row(r) {
					out.row(i)[j] += v / float64(p.K)
				}
			}
		})
		return out, err
	})
}

// largest is the index of the first largest element.
func largest[T int | float64](x []T) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}

// each calls visit with the K nearest rows of x, nearest first, for each row of q.
func (p knn) each(ctx context.Context, x, q samples, visit func(i int, near []int)) error {
	near, dist := make([]int, 0, p.K), make([]float64, 0, p.K)
	for i := range q.n {
		if err := ctx.Err(); err != nil {
			return err
		}
		near, dist = near[:0], dist[:0]
		for r := range x.n {
			full := len(near) == p.K
			limit := 0.0
			if full {
				limit = dist[p.K-1]
			}
			d, ok := nearer(q.row(i), x.row(r), limit, full)
			if !ok {
				continue
			}
			if !full {
				near, dist = append(near, 0), append(dist, 0)
			}
			// Move what is farther one place up. An equal one stays: it came first.
			at := len(near) - 1
			for ; at > 0 && dist[at-1] > d; at-- {
				near[at], dist[at] = near[at-1], dist[at-1]
			}
			near[at], dist[at] = r, d
		}
		visit(i, near)
	}
	return nil
}

// nearer returns the squared distance of a and b, and, where it is bounded, gives
// up as soon as the distance has reached the limit.
func nearer(a, b []float64, limit float64, bounded bool) (d float64, ok bool) {
	const block = 16
	for lo := 0; lo < len(a); lo += block {
		hi := min(lo+block, len(a))
		y := b[lo:hi]
		for i, v := range a[lo:hi] {
			d += (v - y[i]) * (v - y[i])
		}
		if bounded && d >= limit {
			return d, false
		}
	}
	return d, true
}
