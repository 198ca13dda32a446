package main

import (
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/operand"
)

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
