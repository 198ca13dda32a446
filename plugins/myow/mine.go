package myow

import (
	"math"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// mine is the search for neighbours, in the space of the encoder: for every
// query y_i (online) the k candidates (target) with the largest cosine among
// those that are eligible, one of them drawn uniformly. Its value is the named
// rows of what is predicted: v_ξ of the drawn candidates. It passes no gradient.
type mine struct {
	query, pool *nn.Value   // representations
	queryAt     *nn.Indices // rows of query that ask
	poolPass    int         // pass of pool that holds the candidates
	values      *nn.Value   // with a row for every candidate
	eligible    func(i, j int) bool
	k           int
	rng         *rand.Rand
	found       []int // row of the pool pass, for every query
	best        []neighbour
	q, c        []float32 // unit vectors
	norms       []float32
	similarity  []float32
}

type neighbour struct {
	row int
	cos float32
}

// newMine adds the search to the graph of the values.
func newMine(m *mine, queries nn.Pass) *nn.Value {
	from, to := m.pool.PassRows(m.poolPass) // of a graph whose batches are at their largest
	d, n, c := m.query.Cols(), len(m.queryAt.At), to-from
	m.q, m.c, m.norms, m.similarity = make([]float32, n*d), make([]float32, c*d), make([]float32, max(n, c)), make([]float32, n*c)
	m.found, m.best = make([]int, n), make([]neighbour, 0, m.k+1)
	return m.values.Graph().Apply(m, m.values.Cols(), []nn.Pass{queries})
}

func (m *mine) Forward(y *nn.Value) {
	n, d := y.Rows(), m.query.Cols()
	from, to := m.pool.PassRows(m.poolPass)
	for i, r := range m.queryAt.At[:n] {
		copy(m.q[i*d:(i+1)*d], m.query.Data()[r*d:])
	}
	Q, C := kernel.Of(n, d, m.q), kernel.Of(to-from, d, m.c)
	m.unit(Q, Q)
	m.unit(C, kernel.Of(to-from, d, m.pool.Pass(m.poolPass)))
	S := kernel.Of(n, to-from, m.similarity)
	y.Graph().Workers.MatMul(S, Q, kernel.NoTrans, C, kernel.T, kernel.Epilogue{})
	for i := range n {
		j := m.choose(i, S.Row(i))
		m.found[i] = j
		copy(y.Data()[i*y.Cols():(i+1)*y.Cols()], m.values.Data()[j*y.Cols():])
	}
}

func (m *mine) Backward(*nn.Value) {}

// unit writes the rows of x divided by their norms.
func (m *mine) unit(dst, x kernel.Matrix) {
	norms := m.norms[:x.Rows]
	kernel.RowDots(norms, x, x)
	for i, s := range norms {
		norms[i] = float32(1 / math.Max(math.Sqrt(float64(s)), 1e-12))
	}
	kernel.ScaleRows(dst, norms, x)
}

// choose draws one of the k most similar eligible candidates of query i. Where
// fewer are eligible all of them count; where none is, the most similar
// candidate is taken, whatever it is (the released code would take ineligible
// ones to fill up k).
func (m *mine) choose(i int, cos []float32) int {
	m.best = m.best[:0]
	least := float32(math.Inf(-1)) // what a candidate must exceed
	for j, c := range cos {
		if !(c > least) || !m.eligible(i, j) {
			continue
		}
		at := len(m.best)
		for at > 0 && c > m.best[at-1].cos {
			at--
		}
		if len(m.best) < m.k {
			m.best = append(m.best, neighbour{})
		}
		copy(m.best[at+1:], m.best[at:])
		m.best[at] = neighbour{j, c}
		if len(m.best) == m.k {
			least = m.best[m.k-1].cos
		}
	}
	if len(m.best) == 0 {
		most := 0
		for j, c := range cos {
			if c > cos[most] {
				most = j
			}
		}
		return most
	}
	return m.best[m.rng.IntN(len(m.best))].row
}
