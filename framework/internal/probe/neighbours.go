package probe

import (
	"context"
	"fmt"
	"math"

	"github.com/assaylab/assay/framework/internal/problem"
)

// neighbours gives a sample the most frequent class, or the mean value, of the K
// samples of the fitted part that are nearest in Euclidean distance. A sample of that
// part has no neighbours in its own case, for samples of one trial are nearly the
// same. Distances within 2⁻⁴⁰ of each other are the same: of classes the more
// frequent comes first, then the lower; of values the equally near share a place.
// Of classes with equally many neighbours the more frequent wins, then the lower.
type neighbours struct {
	K int `name:"k" default:"5" min:"1" doc:"number of neighbours, each with the same weight"`
}

// sameDistance is by how much the squares of distances differ that are the same.
const sameDistance = 1.0 / (1 << 39)

func (p neighbours) learn(_ context.Context, _ course, train, _ *task) ([]reader, error) {
	if p.K > train.x.n {
		return nil, problem.New(fmt.Sprintf("k = %d neighbours are asked for, and the probe is fitted on %d samples", p.K, train.x.n), "lower k")
	}
	size := frequencies(train.want)
	before := func(a, b int) bool { return size[a] > size[b] || size[a] == size[b] && a < b }
	return []reader{func(ctx context.Context, q *task, fitted bool) (answer, error) {
		out := answer{classes: train.want.classes}
		if train.want.labels != nil {
			out.labels = make([]int32, q.x.n)
		} else {
			d := train.want.values.d
			out.values = samples{q.x.n, d, make([]float64, q.x.n*d)}
		}
		err := p.each(ctx, train, q, fitted, func(i int, nearer, equal []int) {
			if out.labels == nil {
				share(out.values.row(i), train.want.values, nearer, 1/float64(p.K))
				share(out.values.row(i), train.want.values, equal, float64(p.K-len(nearer))/float64(p.K*len(equal)))
				return
			}
			votes, waiting := make([]int, len(size)), make([]int, len(size))
			for _, r := range nearer {
				votes[train.want.labels[r]]++
			}
			for _, r := range equal {
				waiting[train.want.labels[r]]++
			}
			for left := p.K - len(nearer); left > 0; {
				next := -1
				for l, n := range waiting {
					if n > 0 && (next < 0 || before(l, next)) {
						next = l
					}
				}
				n := min(left, waiting[next])
				votes[next] += n
				left -= n
				waiting[next] = 0
			}
			best := 0
			for l, n := range votes {
				if n > votes[best] || n == votes[best] && before(l, best) {
					best = l
				}
			}
			out.labels[i] = int32(best)
		})
		return out, err
	}}, nil
}

// share adds a share of the values of rows to a sum.
func share(to []float64, values samples, rows []int, of float64) {
	for _, r := range rows {
		for j, v := range values.row(r) {
			to[j] += v * of
		}
	}
}

// each calls visit for each sample of q with the samples of train that are among the
// K nearest whatever becomes of ties, and with those that are as far as the Kth.
func (p neighbours) each(ctx context.Context, train, q *task, fitted bool, visit func(i int, nearer, equal []int)) error {
	other := func(i, r int) bool { return true }
	if fitted {
		other = func(i, r int) bool {
			if train.cases.of == nil {
				return r != i
			}
			return train.cases.of[r] != train.cases.of[i]
		}
	}
	nearest := make([]float64, 0, p.K) // squared distances, in order
	for i := range q.x.n {
		if err := ctx.Err(); err != nil {
			return err
		}
		nearest = nearest[:0]
		for r := range train.x.n {
			if !other(i, r) {
				continue
			}
			full, limit := len(nearest) == p.K, 0.0
			if full {
				limit = nearest[p.K-1]
			}
			d, ok := nearer(q.x.row(i), train.x.row(r), limit, full)
			if !ok {
				continue
			}
			if !full {
				nearest = append(nearest, 0)
			}
			at := len(nearest) - 1
			for ; at > 0 && nearest[at-1] > d; at-- {
				nearest[at] = nearest[at-1]
			}
			nearest[at] = d
		}
		if len(nearest) < p.K {
			return problem.New(fmt.Sprintf("k = %d neighbours are asked for, and outside its own case a sample has %d", p.K, len(nearest)), "lower k")
		}
		last := nearest[p.K-1]
		lo, hi := last-last*sameDistance, last+last*sameDistance
		var sure, equal []int
		for r := range train.x.n {
			if !other(i, r) {
				continue
			}
			d, ok := nearer(q.x.row(i), train.x.row(r), math.Nextafter(hi, math.Inf(1)), true)
			switch {
			case !ok:
			case d < lo:
				sure = append(sure, r)
			default:
				equal = append(equal, r)
			}
		}
		visit(i, sure, equal)
	}
	return nil
}
