package probe

import (
	"context"
	"math"
	"slices"

	"github.com/assaylab/assay/framework/internal/problem"
)

// penalty is how the weight of the squared coefficients is found. It is relative: the
// weight is g·n·v for n samples whose columns have the mean variance v, so that it
// means the same for any number of samples in any unit.
type penalty struct {
	Penalty string    `name:"penalty" default:"folds" choices:"folds,val,fixed" doc:"folds: least loss on 5 folds of whole trials of train; val: least loss on val; fixed: the one given"`
	Grid    []float64 `name:"grid" default:"1e-6,1e-5,1e-4,1e-3,1e-2,1e-1,1,10,100" above:"0" scale:"log" when:"penalty != 'fixed'" doc:"penalties to choose from, in units of samples x mean variance of the columns"`
	Weight  float64   `name:"weight" default:"1e-3" above:"0" scale:"log" when:"penalty == 'fixed'" doc:"the penalty, in the same unit"`
}

// A path fits to train with each penalty of a grid, from the largest to the smallest,
// and returns the mean loss of each over the samples of held.
type path func(ctx context.Context, train, held *task, grid []float64) (loss []float64, err error)

// choose returns the penalty with the least mean loss; of equally good ones the
// largest.
func (p penalty) choose(ctx context.Context, how course, train, val *task, fit path) (float64, error) {
	if p.Penalty == "fixed" {
		return p.Weight, nil
	}
	if len(p.Grid) == 0 {
		return 0, problem.New("the grid of penalties is empty", "give at least one, or penalty: fixed")
	}
	grid := slices.Clone(p.Grid)
	slices.Sort(grid)
	grid = slices.Compact(grid)
	slices.Reverse(grid)
	if len(grid) == 1 {
		return grid[0], nil
	}
	loss := make([]float64, len(grid))
	train = train.thinned()
	if p.Penalty == "val" {
		if val == nil {
			return 0, problem.New("the penalty is chosen on a val part, and there is none", "divide the recording into train, val and test, or penalty: folds")
		}
		var err error
		if loss, err = fit(ctx, train, val, grid); err != nil {
			return 0, err
		}
	} else {
		of, n, err := train.fold()
		if err != nil {
			return 0, err
		}
		for f := range n {
			var in, out []int
			for i, k := range of {
				if k == f {
					out = append(out, i)
				} else {
					in = append(in, i)
				}
			}
			held := train.take(out)
			one, err := fit(ctx, train.take(in), held, grid)
			if err != nil {
				return 0, err
			}
			for i := range loss {
				loss[i] += one[i] * float64(held.x.n) / float64(train.x.n)
			}
		}
	}
	best := 0
	for i := range loss {
		if loss[i] < loss[best]-tie*math.Abs(loss[best]) {
			best = i
		}
	}
	if best == 0 || best == len(grid)-1 {
		how.note("the penalty %g is at the edge of the grid", grid[best])
	}
	return grid[best], nil
}

// tie is by how much losses differ, relative to their size, that are the same but
// for rounding and for where an optimisation stopped.
const tie = 1e-7
