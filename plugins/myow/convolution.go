package myow

import (
	"fmt"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/nn"
)

// channels of the convolutional encoder, layer by layer.
var channels = []int{16, 32, 64, 128}

// convolutions is f of square pictures of grey values: four times a convolution of
// 3 x 3 that halves the picture, BatchNorm and ReLU; then the mean over what is left
// of the picture. 28 x 28 pixels take 0.84 million multiplications (the released
// ResNet-18 some 500 million), and y has 128 numbers. Weights begin as in He et al.
func convolutions(ps *nn.Params, p *params, pixels int, rng *rand.Rand) (f nn.Sequence, norms []*nn.BatchNorm) {
	s := nn.ConvShape{Height: side(pixels), Width: side(pixels), In: 1, Size: 3, Stride: 2, Pad: 1}
	f = nn.Sequence{asPixels{}}
	for i, out := range channels {
		s.Out = out
		name := fmt.Sprintf("encoder.%d", i)
		norm := nn.NewBatchNorm(ps, name+".norm", out, p.encNorm)
		f = append(f, nn.NewConv2D(ps, name+".conv", s, nn.KaimingNormal(rng), nil), norm, nn.ReLU)
		norms = append(norms, norm)
		s.Height, s.Width, s.In = s.OutHeight(), s.OutWidth(), out
	}
	return append(f, mean{s.Height}), norms
}

// asPixels reads a row of grey values as rows of one.
type asPixels struct{}

func (asPixels) Apply(x *nn.Value) *nn.Value { return nn.Reshape(x, 1) }

// mean is over the pixels of a square picture.
type mean struct{ side int }

func (m mean) Apply(x *nn.Value) *nn.Value { return nn.AveragePool(x, m.side, m.side, m.side, m.side) }
