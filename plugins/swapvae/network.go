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

// latents are what the encoder makes of views: the means of all d latents, and
// of the last g of them the log-variance v and a sample.
type latents struct {
	mean  *nn.Value // [content, style mean]; the representation
	mu, v *nn.Value // of the sampled latents; nil without any
	z     *nn.Value // mean with the last g replaced by samples
}

// encode: s = μ + exp(v/2) ε for the sampled latents, the others as they are.
func (n *network) encode(x *nn.Value, rng *rand.Rand) latents {
	out := n.enc.Apply(x)
	if n.g == 0 {
		return latents{mean: out, z: out}
	}
	l := latents{mean: nn.Columns(out, 0, n.d), mu: nn.Columns(out, n.d-n.g, n.d), v: nn.Columns(out, n.d, n.d+n.g)}
	l.z = nn.Reparametrise(l.mu, l.v, rng)
	if n.g < n.d {
		l.z = nn.Concat(nn.Columns(out, 0, n.d-n.g), l.z)
	}
	return l
}

func (n *network) decode(z *nn.Value) *nn.Value { return nn.Softplus(n.dec.Apply(z)) }
