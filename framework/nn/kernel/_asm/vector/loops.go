package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const rodata = attr.RODATA | attr.NOPTR

// An env holds the vectors of a formula by name: elements of the arguments, and
// scalars in every lane.
type env map[string]V

// A shape says over what a kernel loops.
type shape int

const (
	elements      shape = iota // i: vectors
	columnsMap                 // i, j: matrices, and vectors indexed by j
	columnsReduce              // j, sums over i
)

// A kernel is one function of package kernel. The formula gets one vector of
// each argument in `in` and returns what is to be stored, by name; "sum" and
// "max" name the element of a reduction.
type kernel struct {
	name, equation string
	shape          shape
	matrices       string // arguments, in order: matrices,
	vectors        string // vectors,
	scalars        string // scalars
	in             string // those that the formula reads
	unroll         int    // vectors per step (elements, columnsMap)
	formula        func(m *machine, v env) env

	reduce string // elements: "", "sum", "max" or "maxUint"

	// columnsReduce:
	sums   string                      // the accumulators, whether arguments or not
	start  string                      // those that begin with what is stored, not with zero
	finish func(m *machine, v env) env // from sums to results, where they differ
	wide   int                         // AVX-512 vectors of columns at once; half of them on AVX2
}

func (k kernel) args() (matrices, vectors, scalars []string) {
	return strings.Fields(k.matrices), strings.Fields(k.vectors), strings.Fields(k.scalars)
}

// write emits the kernel for one instruction set.
func (k kernel) write(m *machine) {
	// A dry run on another context tells which numbers need registers.
	dry := k.dry(m)
	matrices, vectors, scalars := k.args()
	var sig []string
	for _, a := range matrices {
		sig = append(sig, a+" []float32", a+"Stride int")
	}
	for _, a := range vectors {
		sig = append(sig, a+" []float32")
	}
	if len(matrices) > 0 {
		sig = append(sig, "rows, cols int")
	}
	for _, a := range scalars {
		sig = append(sig, a+" float32")
	}
	result := ""
	if k.reduce != "" {
		result = " float32"
	}
	name := k.name + m.isa()
	m.Function(name)
	m.Attributes(attr.NOSPLIT)
	m.Pragma("noescape")
	m.SignatureExpr("func(" + strings.Join(sig, ", ") + ")" + result)
	m.Doc(name + " computes " + k.equation + ".")
	m.Comment(k.equation)

	m.hoist = map[num]operand.Op{}
	for _, n := range dry {
		m.hoist[n] = m.broadcast(n)
	}
	given := env{}
	for _, s := range scalars {
		given[s] = m.parameter(m.Param(s))
	}
	switch k.shape {
	case elements:
		k.elements(m, given)
	case columnsMap:
		k.rows(m, given)
	case columnsReduce:
		k.columns(m, given)
	}
	m.VZEROUPPER()
	m.RET()
}

func (m *machine) parameter(c gotypes.Component) operand.Op {
	b, err := c.Resolve()
	if err != nil {
		panic(err)
	}
	d := m.vec()
	m.VBROADCASTSS(b.Addr, d)
	return d
}

// at returns the address of a vector's element.
func at(base, index reg.Register, vector, lanes int) operand.Mem {
	return operand.Mem{Base: base, Index: index, Scale: 4, Disp: 4 * lanes * vector}
}

// dry evaluates the formula on another context and returns the numbers that it
// wants in registers.
func (k kernel) dry(m *machine) []num {
	d := &machine{Context: build.NewContext(), wide: m.wide, dry: true, data: map[num]operand.Mem{}, hoist: map[num]operand.Op{}}
	d.Function("dry")
	v := env{}
	for _, a := range strings.Fields(k.matrices + " " + k.vectors + " " + k.scalars + " " + k.sums) {
		v[a] = d.vec()
	}
	k.formula(d, v)
	if k.finish != nil {
		k.finish(d, v)
	}
	return d.wanted
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
// What the formula returns is added to the sums.
func (k kernel) columns(m *machine, given env) {
	matrices, vectors, _ := k.args()
	sums := strings.Fields(k.sums)
	base := map[string]reg.Register{}
	for _, a := range append(matrices, vectors...) {
		base[a] = m.pointer(a)
	}
	row := map[string]reg.Register{}
	for _, a := range matrices {
		row[a] = m.GP64()
	}
	n, count := m.Load(m.Param("cols"), m.GP64()), m.GP64()
	zero := func(p reg.Register, j int) operand.Mem {
		return operand.Mem{Base: p, Disp: 4 * m.lanes() * j}
	}
	block := func(name string, u int) {
		// what each vector of columns keeps in registers
		kept := make([]env, u)
		for j := range u {
			kept[j] = env{}
			for _, a := range strings.Fields(k.in + " " + k.start) {
				kept[j][a] = m.load(zero(base[a], j))
			}
			for _, a := range sums {
				if _, ok := kept[j][a]; !ok {
					kept[j][a] = m.broadcast(f(0))
				}
			}
		}
		for _, a := range matrices {
			m.MOVQ(base[a], row[a])
		}
		m.Load(m.Param("rows"), count)
		m.Label(name + "rows")
		m.TESTQ(count, count)
		m.JZ(operand.LabelRef(name + "sums"))
		for j := range u {
			v := maps.Clone(kept[j])
			for _, a := range matrices {
				v[a] = m.load(zero(row[a], j))
			}
			terms := k.formula(m, v)
			for _, a := range sums {
				d := kept[j][a].(operand.Op)
				m.VADDPS(terms[a].(operand.Op), d, d)
			}
		}
		for _, a := range matrices {
			m.advance(a, row[a])
		}
		m.DECQ(count)
		m.JMP(operand.LabelRef(name + "rows"))
		m.Label(name + "sums")
		for j := range u {
			out := kept[j]
			if k.finish != nil {
				v := maps.Clone(given)
				maps.Copy(v, kept[j])
				out = k.finish(m, v)
			}
			for _, a := range vectors {
				if x, ok := out[a]; ok && (k.finish != nil || slices.Contains(sums, a)) {
					m.store(x, zero(base[a], j))
				}
			}
		}
	}
	w := m.lanes()
	step := func(name, next string, u int) {
		m.Label(name)
		m.CMPQ(n, operand.U32(uint32(w*u)))
		m.JL(operand.LabelRef(next))
		block(name, u)
		for _, a := range append(matrices, vectors...) {
			m.ADDQ(operand.U32(uint32(4*w*u)), base[a])
		}
		m.SUBQ(operand.U32(uint32(w*u)), n)
		m.JMP(operand.LabelRef(name))
	}
	u := k.wide
	if !m.wide {
		u = max(1, u/2)
	}
	if u > 1 {
		step("many", "one", u)
	}
	step("one", "rest", 1)
	m.Label("rest")
	m.TESTQ(n, n)
	m.JZ(operand.LabelRef("end"))
	m.first(n)
	block("rest", 1)
	m.mask = nil
	m.Label("end")
}
