package hiwa

import (
	"context"
	"math"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/latent"
	"github.com/assaylab/assay/framework/nn/kernel"
	"gonum.org/v1/gonum/mat"
)

// The ends of the authors' comparison.
const (
	closestLeast  = 5
	closestMost   = 100
	closestChange = 1e-5
)

// closestPoints is the iteration of closest points (Besl and McKay 1992): every
// source point is paired with the nearest target point, the rotation that suits the
// pairs best, both sides centred, is found, and so on from R = I. Translations are
// not applied, and R is a rotation. The authors' comparison calls it the other way
// round and applies the target's rotation to the source; here it is the source's.
func (pr *problem) closestPoints(ctx context.Context, _ framework.TrainRequest, rec framework.Recorder) (*found, error) {
	n, D := pr.x.points.Dims()
	Y := whole(pr.y.points)
	R := latent.Identity(D).Root.Dense
	rx, distance, pairs := make([]float64, D), make([]float64, Y.n), mat.NewDense(n, D, nil)
	before, iterations := math.Inf(1), 0
	for iterations < closestMost {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		mean := 0.0
		for k := range n {
			kernel.MulVec(rx, R.RawMatrix().Data, pr.x.points.RawRowView(k))
			kernel.SquaredDistances(distance, rx, Y.columns)
			least, at := kernel.ArgLeast(distance)
			pairs.SetRow(k, pr.y.points.RawRowView(at))
			mean += least / float64(n)
		}
		var M mat.Dense
		M.Mul(centred(pairs).T(), centred(pr.x.points))
		var err error
		if R, err = polar(&M, true); err != nil {
			return nil, err
		}
		iterations++
		rec.Metric("distance", int64(iterations), mean)
		rec.Progress(int64(iterations), closestMost, "iterations")
		if math.Abs(before-mean) < closestChange && iterations >= closestLeast {
			break
		}
		before = mean
	}
	return pr.judged(ctx, R, iterations)
}

// centred returns the rows of X without their mean.
func centred(X *mat.Dense) *mat.Dense {
	mean := latent.Mean(X)
	var C mat.Dense
	C.Apply(func(_, j int, v float64) float64 { return v - mean[j] }, X)
	return &C
}
