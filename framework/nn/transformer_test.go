package nn_test

import (
	"fmt"
	"testing"

	"github.com/assaylab/assay/framework/nn"
)

// The four kinds of block, with and without dropout, against central differences.
func TestTransformerBlockGradients(t *testing.T) {
	for _, noSkip := range []bool{false, true} {
		for _, noFeedForward := range []bool{false, true} {
			for _, p := range []float64{0, 0.5} {
				t.Run(fmt.Sprintf("offset=%v,ff=%v,p=%v", noSkip, !noFeedForward, p), func(t *testing.T) {
					b := newBench(t)
					block := nn.NewTransformerBlock(b.ps, "block", nn.TransformerSettings{Dim: 4, Heads: 2, HeadWidth: 6, Hidden: 5,
						Dropout: p, NoAttentionSkip: noSkip, NoFeedForward: noFeedForward}, b.weights, b.rng)
					b.shaken()
					b.check(block.Apply(b.variable(4, b.batch.Pass(5)), 5))
				})
			}
		}
	}
}

// The counts that EIT's spec derives for its blocks.
func TestTransformerBlockParameters(t *testing.T) {
	for _, c := range []struct{ dim, hidden, want int }{{16, 32, 25728}, {16, 16, 25200}, {24, 48, 39360}, {24, 24, 38184}} {
		b := newBench(t)
		nn.NewTransformerBlock(b.ps, "block", nn.TransformerSettings{Dim: c.dim, Heads: 6, HeadWidth: 64, Hidden: c.hidden}, b.weights, b.rng)
		if got := b.ps.Count(); got != c.want {
			t.Errorf("d = %d, m = %d: %d parameters, want %d", c.dim, c.hidden, got, c.want)
		}
	}
}
