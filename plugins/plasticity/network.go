package plasticity

import (
	"math/rand/v2"

	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// A shape is what a network is drawn from.
type shape struct {
	V, K     int     // |V| neurons, of which k fire
	P        float64 // of a synapse
	T        int     // rounds
	Inputs   int     // d
	Classes  int     // l
	Ones     bool    // A = 1 instead of N(0, 1)
	Thin     bool    // p thins the input weights too
	Bias     float32 // of the neurons in rounds 2 to T
	Released bool    // the graph round of the released code
	ByCap    bool    // the released code's "fired"
}

// A network is the random recurrent network of the paper's section 2,
//
//	h ← c_k(ReLU((M_G ∘ W) h + (M_A ∘ A) x)),   T rounds from h = 0
//	output = softmax(U h)
//
// Weights hold 0 where there is no synapse, so that a product needs no mask. W
// is stored by presynaptic neuron: W[i·V+j] is the paper's W_ji, of i → j.
type network struct {
	shape
	A    []float32 // [V x d]
	W    []float32 // [V x V], nil if T = 1
	U    []float32 // [l x V]
	Mask []float32 // [V x V] M_G as 0 and 1, i → j at i·V+j; nil if T = 1 or not needed any more

	InBias, GraphBias []float32 // [V] of A x and of rounds 2 to T; nil for none
}

// newNetwork draws the masks and A.
func newNetwork(s shape, rng *rand.Rand) *network {
	n := &network{shape: s, A: make([]float32, s.V*s.Inputs), U: make([]float32, s.Classes*s.V)}
	for i := range n.A {
		if s.Ones {
			n.A[i] = 1
		} else {
			n.A[i] = float32(rng.NormFloat64())
		}
	}
	if s.Thin {
		mask := make([]float32, len(n.A))
		nn.FillBernoulli(mask, s.P, 1, rng)
		kernel.Mul(n.A, n.A, mask)
	}
	if s.T > 1 {
		n.W, n.Mask = make([]float32, s.V*s.V), make([]float32, s.V*s.V)
		nn.FillBernoulli(n.Mask, s.P, 1, rng)
		for i := range s.V {
			n.Mask[i*s.V+i] = 0 // no neuron excites itself
		}
		if s.Bias != 0 {
			n.GraphBias = make([]float32, s.V)
			kernel.Fill(n.GraphBias, s.Bias)
		}
	}
	return n
}

// reset brings W and U to where training begins: 0, or 1 for multiplicative rules.
func (n *network) reset(multiplicative bool) {
	start := float32(0)
	if multiplicative {
		start = 1
	}
	kernel.Fill(n.U, start)
	if n.T > 1 {
		kernel.Scale(n.W, start, n.Mask)
	}
}

// drive computes A x of the rows of x: it does not change while A does not.
func (n *network) drive(w *kernel.Workers, ax, x []float32) {
	rows := len(x) / n.Inputs
	w.MatMul(kernel.Of(rows, n.V, ax), kernel.Of(rows, n.Inputs, x), kernel.NoTrans,
		kernel.Of(n.V, n.Inputs, n.A), kernel.T, kernel.Epilogue{Bias: n.InBias})
}

// An activity is what the rounds leave behind for one sample.
type activity struct {
	h      []float32 // [V] after the last round
	codes  []uint8   // [V] s_i = Σ_t f_i^t 2^(T−t)
	fired  []int32   // neurons with h > 0
	z      []float32
	logits []float32
	cap    capper
}

func newActivity(n *network) *activity {
	return &activity{h: make([]float32, n.V), codes: make([]uint8, n.V), z: make([]float32, n.V), logits: make([]float32, n.Classes)}
}

// present runs the T rounds on a sample whose drive A x is known.
func (n *network) present(a *activity, ax []float32) {
	a.fired = a.cap.apply(a.h, ax, n.K)
	clear(a.codes)
	n.mark(a)
	for range n.T - 1 {
		// (M_G ∘ W) h + A x, from the neurons that fire
		if n.Released { // (M_G ∘ W)(h + A x)
			clear(a.z)
			for i := range a.h {
				kernel.Axpy(a.z, a.h[i]+ax[i], n.W[int(i)*n.V:][:n.V])
			}
		} else {
			copy(a.z, ax)
			for _, i := range a.fired {
				kernel.Axpy(a.z, a.h[i], n.W[int(i)*n.V:][:n.V])
			}
		}
		if n.GraphBias != nil {
			kernel.Add(a.z, a.z, n.GraphBias)
		}
		a.fired = a.cap.apply(a.h, a.z, n.K)
		for i := range a.codes {
			a.codes[i] <<= 1
		}
		n.mark(a)
	}
}

// mark sets the last bit of the codes of the neurons that fired in this round.
func (n *network) mark(a *activity) {
	for _, i := range a.fired {
		a.codes[i] |= 1
	}
	if n.ByCap { // the k of the cap fire, be their value 0: here those of lowest index
		for i, missing := 0, n.K-len(a.fired); missing > 0 && i < n.V; i++ {
			if a.codes[i]&1 == 0 {
				a.codes[i] |= 1
				missing--
			}
		}
	}
}

// predict returns argmax U h, the lowest label of equal ones.
func (n *network) predict(a *activity) int {
	for c := range a.logits {
		a.logits[c] = kernel.Dot(n.U[c*n.V:][:n.V], a.h)
	}
	return kernel.ArgMax(a.logits)
}
