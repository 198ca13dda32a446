package plasticity

import "github.com/assaylab/assay/framework/nn/kernel"

// passes runs the rounds over many samples at once, and gradients back through
// them with the active set (what ReLU and cap let through) held fixed.
type passes struct {
	net    *network
	w      *kernel.Workers
	rows   int
	ax     []float32   // [rows x V] drive
	h      [][]float32 // [T][rows x V]
	logits []float32   // [rows x l]
	cap    capper

	dh, dz, dax []float32 // [rows x V]
	du          []float32 // [l x V]
	dw          []float32 // [V x V], laid out as W
	dbias       []float32 // [V] of rounds 2 to T
}

func newPasses(net *network, w *kernel.Workers, most int) *passes {
	p := &passes{net: net, w: w, ax: make([]float32, most*net.V), logits: make([]float32, most*net.Classes)}
	for range net.T {
		p.h = append(p.h, make([]float32, most*net.V))
	}
	return p
}

func (p *passes) of(data []float32, cols int) kernel.Matrix { return kernel.Of(p.rows, cols, data) }

// forward takes rows samples [rows x d] from x.
func (p *passes) forward(x []float32) {
	p.rows = len(x) / p.net.Inputs
	p.net.drive(p.w, p.ax[:p.rows*p.net.V], x)
	p.rounds()
	p.output(p.logits, p.net.U)
}

// driven is forward of samples whose drive is known.
func (p *passes) driven(ax []float32) {
	p.rows = len(ax) / p.net.V
	copy(p.ax, ax)
	p.rounds()
	p.output(p.logits, p.net.U)
}

// known goes on from the activity after the last round.
func (p *passes) known(h []float32) {
	p.rows = len(h) / p.net.V
	copy(p.h[p.net.T-1], h)
	p.output(p.logits, p.net.U)
}

func (p *passes) rounds() {
	n := p.net
	for t := range n.T {
		z := p.ax
		if t > 0 {
			z = p.h[t]
			from := p.h[t-1]
			if n.Released { // (M_G ∘ W)(h + A x)
				from = p.sum(p.h[t-1])
				p.w.MatMul(p.of(z, n.V), p.of(from, n.V), kernel.NoTrans, kernel.Of(n.V, n.V, n.W), kernel.NoTrans, kernel.Epilogue{Bias: n.GraphBias})
			} else { // (M_G ∘ W) h + A x
				copy(z[:p.rows*n.V], p.ax)
				p.w.MatMul(p.of(z, n.V), p.of(from, n.V), kernel.NoTrans, kernel.Of(n.V, n.V, n.W), kernel.NoTrans, kernel.Epilogue{Add: true, Bias: n.GraphBias})
			}
		}
		for i := range p.rows {
			p.cap.apply(p.h[t][i*n.V:][:n.V], z[i*n.V:][:n.V], n.K)
		}
	}
}

// sum is h + A x in scratch memory.
func (p *passes) sum(h []float32) []float32 {
	p.room()
	s := p.dz[:p.rows*p.net.V]
	kernel.Add(s, h[:len(s)], p.ax[:len(s)])
	return s
}

// output computes logits = h Uᵀ.
func (p *passes) output(logits, u []float32) {
	classes := len(u) / p.net.V
	p.w.MatMul(p.of(logits, classes), p.of(p.h[p.net.T-1], p.net.V), kernel.NoTrans, kernel.Of(classes, p.net.V, u), kernel.T, kernel.Epilogue{})
}

// room makes the memory of gradients when it is first needed.
func (p *passes) room() {
	if p.dh == nil {
		p.dh, p.dz, p.dax = make([]float32, len(p.ax)), make([]float32, len(p.ax)), make([]float32, len(p.ax))
		p.du, p.dw = make([]float32, len(p.net.U)), make([]float32, len(p.net.W))
		p.dbias = make([]float32, p.net.V)
	}
}

// backward takes the gradient of the logits [rows x l] to dax (of the drive)
// and, where asked, to du and dw:
//
//	dU = dlogitsᵀ h^T,   dh^T = dlogits U
//	dz^t = dh^t ∘ [h^t > 0],   dW += h^(t−1)ᵀ dz^t,   dh^(t−1) = dz^t Wᵀ,   dax += dz^t      for t = T, ..., 1
func (p *passes) backward(dlogits []float32, weights bool) {
	p.room()
	n := p.net
	last := p.h[n.T-1]
	if weights {
		p.w.MatMul(kernel.Of(n.Classes, n.V, p.du), p.of(dlogits, n.Classes), kernel.T, p.of(last, n.V), kernel.NoTrans, kernel.Epilogue{})
	}
	p.w.MatMul(p.of(p.dh, n.V), p.of(dlogits, n.Classes), kernel.NoTrans, kernel.Of(n.Classes, n.V, n.U), kernel.NoTrans, kernel.Epilogue{})
	size := p.rows * n.V
	clear(p.dax[:size])
	clear(p.dbias)
	for t := n.T - 1; t >= 0; t-- {
		kernel.ReluGrad(p.dh[:size], p.h[t][:size], p.dh[:size])
		if t == 0 {
			kernel.Add(p.dax[:size], p.dax[:size], p.dh[:size])
			return
		}
		if weights {
			kernel.AddColumnSums(p.dbias, p.of(p.dh, n.V))
			from := p.h[t-1]
			if n.Released {
				from = p.sum(from)
			}
			p.w.MatMul(kernel.Of(n.V, n.V, p.dw), p.of(from, n.V), kernel.T, p.of(p.dh, n.V), kernel.NoTrans, kernel.Epilogue{Add: t < n.T-1})
		}
		if !n.Released {
			kernel.Add(p.dax[:size], p.dax[:size], p.dh[:size])
		}
		p.w.MatMul(p.of(p.dz, n.V), p.of(p.dh, n.V), kernel.NoTrans, kernel.Of(n.V, n.V, n.W), kernel.T, kernel.Epilogue{})
		p.dh, p.dz = p.dz, p.dh
		if n.Released {
			kernel.Add(p.dax[:size], p.dax[:size], p.dh[:size])
		}
	}
}

// inputGradient writes the gradient of the inputs [rows x d] after backward.
func (p *passes) inputGradient(dx []float32) {
	n := p.net
	p.w.MatMul(p.of(dx, n.Inputs), p.of(p.dax, n.V), kernel.NoTrans, kernel.Of(n.V, n.Inputs, n.A), kernel.NoTrans, kernel.Epilogue{})
}
