package nn

// SelfAttention is multi-head self-attention with its projections, the layer of
// Vaswani et al. (2017), without a mask. With u [L x d] the tokens of a sequence
// and e the width of a head,
//
//	Q, K, V = u Wqᵀ, u Wkᵀ, u Wvᵀ       no bias; QKV.W [3He x d] has them in this order
//	A_h     = softmax(Q_h K_hᵀ/√e)       per head
//	y       = [A_1 V_1, A_2 V_2, ...] Woᵀ + bo       Wo [d x He]
type SelfAttention struct {
	QKV, Out     *Linear
	Heads, Width int
}

// NewSelfAttention adds the parameters name.qkv.weight, name.out.weight and
// name.out.bias of attention on d columns, with so many heads of that width.
func NewSelfAttention(ps *Params, name string, d, heads, width int, weight, bias Init) *SelfAttention {
	return &SelfAttention{
		QKV:   NewLinear(ps, name+".qkv", d, 3*heads*width, weight, nil),
		Out:   NewLinear(ps, name+".out", heads*width, d, weight, bias),
		Heads: heads, Width: width,
	}
}

// Apply adds the attention of every token to its own sequence, the rows of x
// being the tokens of one sequence of that length after another. Where heads are
// wider than tokens, it is computed folded, as docs/decisions/0010 tells.
func (a *SelfAttention) Apply(x *Value, length int) *Value {
	if a.Width > a.QKV.W.Cols {
		return a.folded(x, length)
	}
	return a.Plain(x, length)
}

// Plain is Apply by the equations above: the definition.
func (a *SelfAttention) Plain(x *Value, length int) *Value {
	return a.Out.Apply(Attention(a.QKV.Apply(x), a.Heads, length))
}
