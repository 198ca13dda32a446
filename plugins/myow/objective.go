package myow

import (
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// objective is one training step: views in, a loss out.
type objective struct {
	x, xTarget *nn.Value   // views for the online and for the target network; may be one value
	labels     *nn.Value   // (cos θ, sin θ) of the supervised objective
	classes    *nn.Indices // those of pictures
	rows       *nn.Batch   // rows of A: distinct samples of the batch (second release)
	anchors    *nn.Indices
	swapped    *nn.Indices
	aug, mined *nn.Loss // aug: also the contrastive and the supervised loss
	search     *mine
	step       *nn.Step
}

// newSecond is the step of the second release (section 3.4). Two copies A and
// A' of the batch's samples are augmented by themselves; A' has only the rows
// that are view 2 of an anchor. All rows go through the networks, A' first, as
// two passes. Then, with cosines of rows,
//
//	L_aug  = 1 − ½ mean cos(q(z_1), z_2^ξ) − ½ mean cos(q(z_2), z_1^ξ)
//	L_mine = 1 − mean cos(r(v_1), v_mined^ξ)
//	L      = (1 − λ) L_aug + λ L_mine
func newSecond(p *params, online, target *branch, units, batch int, w *kernel.Workers) *objective {
	g := nn.NewGraph(nn.Training, w)
	B := nn.NewBatch(batch)
	o := &objective{rows: nn.NewBatch(2 * batch)}
	o.x = g.Input(units, B.Pass(1), o.rows.Pass(1))
	y := online.f.Apply(o.x)
	o.anchors = nn.NewIndices(B.Pass(1), B.Pass(1)) // rows of view 1, then of view 2
	o.swapped = nn.NewIndices(B.Pass(1), B.Pass(1)) // rows of view 2, then of view 1
	switch p.objective {
	case "supervised":
		if p.classes > 0 {
			o.classes = nn.NewIndices(B.Pass(1), o.rows.Pass(1))
			o.aug = nn.Weigh(nn.CrossEntropy(online.classify.Apply(y), o.classes), 0.5)
			o.step = nn.NewStep(nn.Total(o.aug))
			return o
		}
		o.labels = g.Input(2, B.Pass(1), o.rows.Pass(1))
		o.aug = nn.Weigh(nn.MSE(online.classify.Apply(y), o.labels), 0.5)
		o.step = nn.NewStep(nn.Total(o.aug))
		return o
	case "simclr":
		o.aug = nn.Weigh(nn.NTXent(nn.Gather(online.h.Apply(y), o.anchors), p.temperature), 1)
		o.step = nn.NewStep(nn.Total(o.aug))
		return o
	}
	z := online.g.Apply(y)
	yT := target.f.Apply(o.x)
	zT := target.g.Apply(yT)
	o.aug = nn.Weigh(nn.CosineDistance(nn.Gather(online.q.Apply(z), o.anchors), nn.Gather(zT, o.swapped)), 0.5)
	terms := []*nn.Loss{o.aug}
	if p.mines() {
		// Of A' nothing reads v, nor the running statistics of h and r: its pass
		// ends here, which changes no number of A's.
		v, vT := online.second(p, y, z, 1), target.second(p, yT, zT, 1)
		first := nn.NewIndices(B.Pass(1)) // the anchors are the first rows of A
		queries := nn.NewIndices(B.Pass(1))
		for i := range queries.At {
			first.At[i], queries.At[i] = i, batch+i
		}
		o.search = &mine{query: y, pool: yT, queryAt: queries, poolPass: 1, values: vT, k: p.k}
		mined := newMine(o.search, B.Pass(1))
		o.mined = nn.Weigh(nn.CosineDistance(nn.Gather(online.r.Apply(v), first), mined), 0)
		terms = append(terms, o.mined)
	}
	o.step = nn.NewStep(nn.Total(terms...))
	return o
}

// newFirst is the step of the first release (section 3.5): a pair x_1, x_2, and
// for mining queries x_3 and a pool x_p of other trials. Each is a pass of its
// own. Terms are 2 − 2 cos, twice our cosine distance:
//
//	L_aug  = mean 2 − 2 cos(q(z(x_1)), z^ξ(x_2))
//	L_mine = mean 2 − 2 cos(r(h(g(y_3))), h_ξ(g_ξ(y_m)))
//	L      = 1/(1+w) L_aug + w/(1+w) L_mine
//
// where y_m is one of the k candidates y_p = f_ξ(x_p) nearest to y_3 = f(x_3).
func newFirst(p *params, online, target *branch, units, batch, pool int, mines bool, w *kernel.Workers) *objective {
	g := nn.NewGraph(nn.Training, w)
	B := nn.NewBatch(batch)
	o := &objective{}
	if !mines {
		o.x, o.xTarget = g.Input(units, B.Pass(1)), g.Input(units, B.Pass(1))
		z, zT := online.g.Apply(online.f.Apply(o.x)), target.g.Apply(target.f.Apply(o.xTarget))
		o.aug = nn.Weigh(nn.CosineDistance(online.q.Apply(z), zT), 2)
		o.step = nn.NewStep(nn.Total(o.aug))
		return o
	}
	P := nn.NewBatch(pool)
	o.x, o.xTarget = g.Input(units, B.Pass(1), B.Pass(1)), g.Input(units, B.Pass(1), P.Pass(1))
	y, yT := online.f.Apply(o.x), target.f.Apply(o.xTarget)
	z := online.g.Apply(y)
	o.aug = nn.Weigh(nn.CosineDistance(online.q.Apply(nn.Passes(z, 0)), target.g.Apply(nn.Passes(yT, 0))), 2)
	queries := nn.NewIndices(B.Pass(1))
	for i := range queries.At {
		queries.At[i] = batch + i
	}
	o.search = &mine{query: y, pool: yT, queryAt: queries, poolPass: 1, values: nn.Passes(yT, 1), k: p.k}
	yM := newMine(o.search, B.Pass(1))
	v := online.second(p, y, z, 1)
	o.mined = nn.Weigh(nn.CosineDistance(online.r.Apply(v), target.second(p, yM, target.g.Apply(yM), 0)), 0)
	o.step = nn.NewStep(nn.Total(o.aug, o.mined))
	return o
}

// weigh sets the weights of the two losses at a mining weight λ (or w).
func (o *objective) weigh(p *params, mining float64) {
	if o.mined == nil {
		return
	}
	aug, mined := (1-mining)/2, mining // L_aug is the mean of two directions
	if p.pool > 0 {
		aug, mined = 2/(1+mining), 2*mining/(1+mining)
	}
	for i := range o.aug.Weights {
		o.aug.Weights[i] = aug
	}
	o.mined.Weights[0] = mined
}
