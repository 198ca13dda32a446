package nn

import "math/rand/v2"

// TransformerSettings are the sizes and the switches of a block.
type TransformerSettings struct {
	Dim       int     // d, the columns of a token
	Heads     int     // H
	HeadWidth int     // e, of queries, keys and values; need not be d/H
	Hidden    int     // m, the units of the feed-forward part
	Dropout   float64 // p
	// NoAttentionSkip leaves out the skip connection around attention (the
	// "offset" of EIT), NoFeedForward the whole second half. Its parameters exist
	// all the same, without gradients.
	NoAttentionSkip, NoFeedForward bool
}

// TransformerBlock is a pre-norm transformer block: of tokens x [rows x d],
//
//	y  = Dropout(SelfAttention(LN1(x)))
//	x1 = y + x                                            or y
//	x2 = x1 + Dropout(W2 Dropout(GELU(W1 LN2(x1) + b1)) + b2)      or x1
type TransformerBlock struct {
	TransformerSettings
	Norm1, Norm2  *LayerNorm
	Attention     *SelfAttention
	First, Second *Linear
	noise         *rand.Rand
}

// NewTransformerBlock adds the parameters of a block, weights and biases drawn
// from U(-1/√n, 1/√n) with n inputs by init. Dropout draws from noise.
func NewTransformerBlock(ps *Params, name string, s TransformerSettings, init, noise *rand.Rand) *TransformerBlock {
	d, wide := s.Dim, s.Heads*s.HeadWidth
	weight := func(p *Param) { FanIn(p.Cols, init)(p) }
	return &TransformerBlock{
		TransformerSettings: s,
		Norm1:               NewLayerNorm(ps, name+".norm1", d),
		Attention:           NewSelfAttention(ps, name+".attention", d, s.Heads, s.HeadWidth, weight, FanIn(wide, init)),
		Norm2:               NewLayerNorm(ps, name+".norm2", d),
		First:               NewLinear(ps, name+".first", d, s.Hidden, weight, FanIn(d, init)),
		Second:              NewLinear(ps, name+".second", s.Hidden, d, weight, FanIn(s.Hidden, init)),
		noise:               noise,
	}
}

// Apply adds the block; the rows of x are the tokens of one sequence of that
// length after another.
func (b *TransformerBlock) Apply(x *Value, length int) *Value {
	drop := func(y *Value) *Value { return Dropout(y, b.Dropout, b.noise) }
	y := drop(b.Attention.Apply(b.Norm1.Apply(x), length))
	if !b.NoAttentionSkip {
		y = Add(y, x)
	}
	if b.NoFeedForward {
		return y
	}
	h := drop(Gelu(b.First.Apply(b.Norm2.Apply(y))))
	return Add(y, drop(b.Second.Apply(h)))
}
