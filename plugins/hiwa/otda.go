package hiwa

import (
	"context"
	"math"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/latent"
	"github.com/assaylab/assay/framework/nn/kernel"
	"github.com/assaylab/assay/framework/ot"
	"gonum.org/v1/gonum/mat"
)

// transportSweeps is the most sweeps for the plan.
const transportSweeps = 1000

// withoutRotation is transport for domain adaptation (Courty, Flamary, Tuia and
// Rakotomamonjy, IEEE TPAMI 2017): one plan between the points as they lie, and
// every source point goes to the barycentre of what it sends,
//
//	x_k ↦ Σ_l Q_kl y_l / Σ_l Q_kl.
func (pr *problem) withoutRotation(ctx context.Context, _ framework.TrainRequest, rec framework.Recorder) (*found, error) {
	X, Y := whole(pr.x.points), whole(pr.y.points)
	w := newWorkspace(pr.D)
	I := latent.Identity(pr.D).Root.Dense
	w.plans(X, Y, I, ot.Options{Gamma: pr.s.Temperature, Sweeps: transportSweeps, Tol: pr.s.SinkhornTol, Done: ctx.Done()})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	images := w.barycentres(X, Y)
	rec.Progress(1, 1, "plans")
	moved := labelled{images, pr.x.labels}
	at, err := prepare(pr.s, moved, pr.y)
	if err != nil {
		return nil, err
	}
	at.threads = pr.threads
	f, err := at.judged(ctx, I, 1)
	if err != nil {
		return nil, err
	}
	f.images = images
	return f, nil
}

// barycentres are Σ_l Q_kl y_l / Σ_l Q_kl for all k [n x D].
func (w *workspace) barycentres(X, Y cluster) *mat.Dense {
	D := len(w.rx)
	out := mat.NewDense(X.n, D, nil)
	sums := make([]float64, X.n)
	kernel.MulVec(sums, w.plan, constant(Y.n, 1))
	for d := range D {
		w.QY = resized(w.QY, X.n)
		kernel.MulVec(w.QY, w.plan, Y.columns[d*Y.n:][:Y.n])
		for k, v := range w.QY {
			out.Set(k, d, v/sums[k])
		}
	}
	return out
}

// nearestShift moves points as the nearest of the source points was moved, with
// their images in the rows of to.
func nearestShift(X, from, to *mat.Dense) *mat.Dense {
	out := mat.DenseCopyOf(X)
	n, _ := X.Dims()
	columns := whole(from).columns
	m, _ := from.Dims()
	distance := make([]float64, m)
	for i := range n {
		row := out.RawRowView(i)
		kernel.SquaredDistances(distance, row, columns)
		least, at := kernel.ArgLeast(distance)
		if math.IsInf(least, 1) {
			continue
		}
		for j := range row {
			row[j] += to.At(at, j) - from.At(at, j)
		}
	}
	return out
}
