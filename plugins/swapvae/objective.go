package swapvae

import (
	"math/rand/v2"

	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// objective is the training step: two views in, the loss and its parts out.
type objective struct {
	batch *nn.Batch
	x     *nn.Value // passes x_1, x_2
	nll   *nn.Value // of the decodes ỹ_1, ỹ_2, y_1, y_2, as far as they have weight
	kl    *nn.Value // of either view, or nil
	align *nn.Value // 1 − cos(c_1, c_2) and the same again, or nil
	step  *nn.Step
}

// newObjective builds
//
//	L = w_own L_own + w_swap L_swap + w_kl L_kl + w_align L_align
//	L_own   = (nll(x_1, y_1) + nll(x_2, y_2))/2
//	L_swap  = (nll(x_1, ỹ_1) + nll(x_2, ỹ_2))/2
//	L_kl    = (KL_1 + KL_2)/2
//	L_align = mean 2 − 2 cos(c_1, c_2)
//
// Either view is a pass of its own through the encoder and every decode one
// through the decoder, with its own batch statistics; the swapped come first, as
// in the released code. Passes that have no weight are not computed.
func newObjective(s *settings, n *network, units, batch int, w *kernel.Workers, rng *rand.Rand) *objective {
	g := nn.NewGraph(nn.Training, w)
	o := &objective{batch: nn.NewBatch(batch)}
	o.x = g.Input(units, o.batch.Pass(1), o.batch.Pass(1))
	l := n.encode(o.x, rng)
	var terms []*nn.Loss

	var weights []float64
	content, style := l.content, l.style // each decode takes a pass of either
	if s.SwapWeight > 0 {                // BlockSwap: ỹ_1 = dec(c_2, s_1), ỹ_2 = dec(c_1, s_2)
		content.Passes, style.Passes = append(content.Passes, 1, 0), append(style.Passes, 0, 1)
		weights = append(weights, s.SwapWeight/2, s.SwapWeight/2)
	}
	if s.OwnWeight > 0 {
		content.Passes, style.Passes = append(content.Passes, 0, 1), append(style.Passes, 0, 1)
		weights = append(weights, s.OwnWeight/2, s.OwnWeight/2)
	}
	if len(weights) > 0 {
		// The target of every decode is the view that gave the style.
		o.nll = nn.PoissonNLL(n.decodeBlocks(content, style), o.x)
		terms = append(terms, nn.Weigh(o.nll, weights...))
	}
	if s.KLWeight > 0 && l.v != nil {
		o.kl = nn.KL(l.mu, l.v)
		terms = append(terms, nn.Weigh(o.kl, s.KLWeight/2, s.KLWeight/2))
	}
	if s.AlignWeight > 0 {
		c := nn.Columns(l.out, 0, n.content)
		o.align = nn.CosineDistance(nn.Passes(c, 0), nn.Passes(c, 1))
		terms = append(terms, nn.Weigh(o.align, 2*s.AlignWeight))
	}
	o.step = nn.NewStep(nn.Total(terms...))
	return o
}
