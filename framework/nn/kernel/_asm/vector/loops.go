package main

import (
	"fmt"
	"maps"
	"math"
	"strings"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// at returns the address of a vector's element.
func at(base, index reg.Register, vector, lanes int) operand.Mem {
	return operand.Mem{Base: base, Index: index, Scale: 4, Disp: 4 * lanes * vector}
}

// apply loads the inputs, evaluates the formula and stores the results.
func (k kernel) apply(m *machine, given env, pointers map[string]reg.Register, index reg.Register, vector int) env {
	v := maps.Clone(given)
	for _, a := range strings.Fields(k.in) {
		v[a] = m.load(at(pointers[a], index, vector, m.lanes()))
	}
	out := k.formula(m, v)
	matrices, vectors, _ := k.args()
	for _, a := range append(matrices, vectors...) {
		if x, ok := out[a]; ok {
			m.store(x, at(pointers[a], index, vector, m.lanes()))
		}
	}
	return out
}

// span emits the loop over n elements: unrolled, by single vectors, the rest.
func (k kernel) span(m *machine, given env, pointers map[string]reg.Register, n reg.Register) {
	w, u := m.lanes(), max(k.unroll, 1)
	i := m.GP64()
	m.XORQ(i, i)
	step := func(label, next string, u int) {
		m.Label(label)
		m.CMPQ(n, operand.U32(uint32(w*u)))
		m.JL(operand.LabelRef(next))
		for j := range u {
			k.apply(m, given, pointers, i, j)
		}
		m.ADDQ(operand.U32(uint32(w*u)), i)
		m.SUBQ(operand.U32(uint32(w*u)), n)
		m.JMP(operand.LabelRef(label))
	}
	if u > 1 {
		step("many", "one", u)
	}
	step("one", "rest", 1)
	m.Label("rest")
	m.TESTQ(n, n)
	m.JZ(operand.LabelRef("done"))
	m.first(n)
	k.apply(m, given, pointers, i, 0)
	m.mask = nil
	m.Label("done")
}

func (m *machine) pointer(name string) reg.Register {
	return m.Load(m.Param(name).Base(), m.GP64())
}

func (k kernel) elements(m *machine, given env) {
	_, vectors, _ := k.args()
	pointers := map[string]reg.Register{}
	for _, a := range vectors {
		pointers[a] = m.pointer(a)
	}
	n := m.Load(m.Param(vectors[0]).Len(), m.GP64())
	if k.reduce == "" {
		k.span(m, given, pointers, n)
		return
	}
	k.reduction(m, given, pointers, n)
}

// reduction emits a loop with 32 partial results, element i going to i mod 32.
func (k kernel) reduction(m *machine, given env, pointers map[string]reg.Register, n reg.Register) {
	w := m.lanes()
	identity, join := f(0), m.VADDPS
	if k.reduce == "max" {
		identity, join = f(float32(math.Inf(-1))), m.VMAXPS
	} else if k.reduce == "maxUint" {
		join = m.VPMAXUD
	}
	acc := make([]operand.Op, 32/w)
	for j := range acc {
		acc[j] = m.broadcast(identity)
	}
	i := m.GP64()
	m.XORQ(i, i)
	into := func(j, vector int) {
		x := k.apply(m, given, pointers, i, vector)[k.reduce]
		if m.mask != nil {
			if k.reduce == "max" {
				x = m.choose(m.mask, x, m.broadcast(identity))
			} else {
				x = m.only(m.mask, x)
			}
		}
		join(acc[j], x.(operand.Op), acc[j]) // a maximum keeps acc where x is NaN
	}
	m.Label("many")
	m.CMPQ(n, operand.U32(32))
	m.JL(operand.LabelRef("few0"))
	for j := range acc {
		into(j, j)
	}
	m.ADDQ(operand.U32(32), i)
	m.SUBQ(operand.U32(32), n)
	m.JMP(operand.LabelRef("many"))
	for j := range acc {
		m.Label(fmt.Sprintf("few%d", j))
		if j < len(acc)-1 {
			m.CMPQ(n, operand.U32(uint32(w)))
			m.JL(operand.LabelRef(fmt.Sprintf("rest%d", j)))
			into(j, 0)
			m.ADDQ(operand.U32(uint32(w)), i)
			m.SUBQ(operand.U32(uint32(w)), n)
			m.JMP(operand.LabelRef(fmt.Sprintf("few%d", j+1)))
		}
		m.Label(fmt.Sprintf("rest%d", j))
		m.TESTQ(n, n)
		m.JZ(operand.LabelRef("total"))
		m.first(n)
		into(j, 0)
		m.mask = nil
		if j < len(acc)-1 {
			m.JMP(operand.LabelRef("total"))
		}
	}
	m.Label("total")
	m.Store(m.total(acc, join), m.ReturnIndex(0))
}
