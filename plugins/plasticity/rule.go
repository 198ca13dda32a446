package plasticity

// A Rule says how a synapse changes, by the firing patterns of its two sides
// over the T rounds, written as numbers (the first round is the highest bit).
//
//	r  : {0,1}^T x {0,1}^T → R   of i → j:          W_ji ← W_ji + η r(s_i, s_j)
//	ro : {0,1}^T x {0,1} → R     of i to label c:   U_ci ← U_ci + η ro(s_i, b),   b = 0: c is the true label
//
// or, multiplicatively, w ← w (1 + η r).
type Rule struct {
	Rounds         int       `json:"rounds"`          // T
	Multiplicative bool      `json:"multiplicative"`  // how it is applied
	Graph          []float64 `json:"graph,omitempty"` // [2^T · 2^T] r at 2^T s_i + s_j; none: W does not change
	Output         []float64 `json:"output"`          // [2^T · 2] ro at 2 s_i + b
}

// patterns is 2^T.
func (r *Rule) patterns() int { return 1 << r.Rounds }

// step is η times a column or row of a table.
func step(dst []float32, eta float64, table []float64, first, stride int) {
	for a := range dst {
		dst[a] = float32(eta * table[first+a*stride])
	}
}

// change applies a rule to the weights of one postsynaptic neuron or label: w_i ← w_i + step[s_i], or w_i (1 + step[s_i]).
func change(w []float32, codes []uint8, step []float32, multiplicative bool) {
	w = w[:len(codes)]
	if multiplicative {
		for i, s := range codes {
			w[i] *= 1 + step[s]
		}
		return
	}
	for i, s := range codes {
		w[i] += step[s]
	}
}

func newRule(rounds int, multiplicative bool) *Rule {
	r := &Rule{Rounds: rounds, Multiplicative: multiplicative}
	p := r.patterns()
	r.Output = make([]float64, 2*p)
	if rounds > 1 {
		r.Graph = make([]float64, p*p)
	}
	return r
}
