package swapvae

import (
	"fmt"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/nn"
)

// momentum of the running statistics: the weight of the new batch.
const momentum = 0.1

// network is the encoder and the decoder. With N units, d = content + style and
// g sampled latents:
//
//	enc: N → N → d → d + g, the hidden layers with BatchNorm and ReLU;
//	     output [content, style mean, log-variances of the last g of them]
//	dec: d → d → N → N, the hidden layers likewise, then Softplus
type network struct {
	ps            *nn.Params
	enc, dec      nn.Sequence
	content, d, g int
}

func newNetwork(s *settings, units int, rng *rand.Rand) *network {
	n := &network{ps: new(nn.Params), content: s.Content, d: s.Content + s.Style}
	switch s.Gaussian {
	case "style":
		n.g = s.Style
	case "all":
		n.g = n.d
	}
	n.enc = n.stack("encoder", s.Norm, rng, units, units, n.d, n.d+n.g)
	n.dec = n.stack("decoder", s.Norm, rng, n.d, n.d, units, units)
	return n
}

// stack is a chain of linear layers, weights N(0, 2/fan-in), biases 0.
func (n *network) stack(name string, norm bool, rng *rand.Rand, widths ...int) (layers nn.Sequence) {
	for i, last := 0, len(widths)-2; i <= last; i++ {
		layers = append(layers, nn.NewLinear(n.ps, fmt.Sprintf("%s.%d.linear", name, i), widths[i], widths[i+1], nn.KaimingNormal(rng), nn.Constant(0)))
		if i < last {
			if norm {
				layers = append(layers, nn.NewBatchNorm(n.ps, fmt.Sprintf("%s.%d.norm", name, i), widths[i+1], momentum))
			}
			layers = append(layers, nn.ReLU)
		}
	}
	return layers
}

// latents are what the encoder makes of views: content and style, of which the
// last g latents are samples and the others as the encoder has them.
type latents struct {
	out            *nn.Value // of the encoder: [content, style mean, log-variances]
	mu, v          *nn.Value // mean and log-variance of the sampled latents; nil without any
	content, style nn.Block
}

// encode: s = μ + exp(v/2) ε for the sampled latents.
func (n *network) encode(x *nn.Value, rng *rand.Rand) (l latents) {
	out := n.enc.Apply(x)
	l.out, l.content, l.style = out, nn.Block{X: out, To: n.content}, nn.Block{X: out, From: n.content, To: n.d}
	if n.g == 0 {
		return l
	}
	l.mu, l.v = nn.Columns(out, n.d-n.g, n.d), nn.Columns(out, n.d, n.d+n.g)
	s := nn.Reparametrise(l.mu, l.v, rng)
	if n.g == n.d {
		l.content.X, l.style.X = s, s
	} else {
		l.style = nn.Block{X: s, To: n.g}
	}
	return l
}

// decode gives the rates of latents [content, style].
func (n *network) decode(z *nn.Value) *nn.Value { return nn.Softplus(n.dec.Apply(z)) }

// decodeBlocks gives the rates of a content and a style that were not put
// together before.
func (n *network) decodeBlocks(content, style nn.Block) *nn.Value {
	blocks := []nn.Block{content, style}
	if n.content == 0 {
		blocks = blocks[1:]
	}
	return nn.Softplus(n.dec[1:].Apply(n.dec[0].(*nn.Linear).ApplyBlocks(blocks...)))
}
