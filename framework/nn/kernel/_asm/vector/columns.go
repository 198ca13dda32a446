package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rows emits the loop of columnsMap: row after row, the vectors indexed by column.
func (k kernel) rows(m *machine, given env) {
	matrices, vectors, _ := k.args()
	pointers := map[string]reg.Register{}
	for _, a := range append(matrices, vectors...) {
		pointers[a] = m.pointer(a)
	}
	rows, n := m.Load(m.Param("rows"), m.GP64()), m.GP64()
	m.Label("row")
	m.TESTQ(rows, rows)
	m.JZ(operand.LabelRef("end"))
	m.Load(m.Param("cols"), n)
	k.span(m, given, pointers, n)
	for _, a := range matrices {
		m.advance(a, pointers[a])
	}
	m.DECQ(rows)
	m.JMP(operand.LabelRef("row"))
	m.Label("end")
}

// advance moves a pointer by one row of its matrix; strides are in bytes.
func (m *machine) advance(matrix string, pointer reg.Register) {
	stride, err := m.Param(matrix + "Stride").Resolve()
	if err != nil {
		panic(err)
	}
	m.ADDQ(stride.Addr, pointer)
}

// columns emits the loop of columnsReduce: blocks of columns, in each all rows.
func (k kernel) columns(m *machine, given env) {
	l := columnLoop{kernel: k, machine: m, given: given, base: map[string]reg.Register{}, row: map[string]reg.Register{}}
	matrices, vectors, _ := k.args()
	for _, a := range append(matrices, vectors...) {
		l.base[a] = m.pointer(a)
	}
	for _, a := range matrices {
		l.row[a] = m.GP64()
	}
	l.count = m.GP64()
	n, w := m.Load(m.Param("cols"), m.GP64()), m.lanes()
	step := func(name, next string, u int) {
		m.Label(name)
		m.CMPQ(n, operand.U32(uint32(w*u)))
		m.JL(operand.LabelRef(next))
		l.block(name, u)
		for _, a := range append(matrices, vectors...) {
			m.ADDQ(operand.U32(uint32(4*w*u)), l.base[a])
		}
		m.SUBQ(operand.U32(uint32(w*u)), n)
		m.JMP(operand.LabelRef(name))
	}
	u := k.wide
	if !m.wide {
		u /= 2
	}
	step("many", "one", u)
	step("one", "rest", 1)
	m.Label("rest")
	m.TESTQ(n, n)
	m.JZ(operand.LabelRef("end"))
	m.first(n)
	l.block("rest", 1)
	m.mask = nil
	m.Label("end")
}

// A columnLoop has the registers of columnsReduce: where each argument's block of
// columns begins, where its current row does, and how many rows are left.
type columnLoop struct {
	kernel
	*machine
	given     env
	base, row map[string]reg.Register
	count     reg.Register
}

// block emits the sums over all rows for u vectors of columns: kept holds their
// inputs and sums, to which the terms that the formula returns are added.
func (l columnLoop) block(name string, u int) {
	kept := make([]env, u)
	for j := range kept {
		kept[j] = l.begin(j)
	}
	matrices, _, _ := l.args()
	for _, a := range matrices {
		l.MOVQ(l.base[a], l.row[a])
	}
	l.Load(l.Param("rows"), l.count)
	l.Label(name + "rows")
	l.TESTQ(l.count, l.count)
	l.JZ(operand.LabelRef(name + "sums"))
	for j := range kept {
		v := maps.Clone(kept[j])
		for _, a := range matrices {
			v[a] = l.load(l.vector(l.row[a], j))
		}
		terms := l.formula(l.machine, v)
		for _, a := range strings.Fields(l.sums) {
			d := kept[j][a].(operand.Op)
			l.VADDPS(terms[a].(operand.Op), d, d)
		}
	}
	for _, a := range matrices {
		l.advance(a, l.row[a])
	}
	l.DECQ(l.count)
	l.JMP(operand.LabelRef(name + "rows"))
	l.Label(name + "sums")
	for j := range kept {
		l.end(j, kept[j])
	}
}

func (l columnLoop) vector(p reg.Register, j int) operand.Mem {
	return operand.Mem{Base: p, Disp: 4 * l.lanes() * j}
}

// begin loads what one vector of columns keeps in registers.
func (l columnLoop) begin(j int) env {
	kept := env{}
	for _, a := range strings.Fields(l.in + " " + l.start) {
		kept[a] = l.load(l.vector(l.base[a], j))
	}
	for _, a := range strings.Fields(l.sums) {
		if _, ok := kept[a]; !ok {
			kept[a] = l.broadcast(f(0))
		}
	}
	return kept
}

// end stores the sums, or what becomes of them.
func (l columnLoop) end(j int, kept env) {
	_, vectors, _ := l.args()
	results, names := kept, strings.Fields(l.sums)
	if l.finish != nil {
		v := maps.Clone(l.given)
		maps.Copy(v, kept)
		results, names = l.finish(l.machine, v), vectors
	}
	for _, a := range vectors {
		if x, ok := results[a]; ok && slices.Contains(names, a) {
			l.store(x, l.vector(l.base[a], j))
		}
	}
}
