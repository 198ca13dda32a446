package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const rodata = attr.RODATA | attr.NOPTR

// A V is a vector of float32: a register, or a number that stands for itself in
// every lane.
type V any

// A num is a number given by its bits; f makes one.
type num uint32

func f(x float32) num { return num(math.Float32bits(x)) }

// A machine writes the same computation for 8 lanes (AVX2 and FMA) or for 16
// (AVX-512). Its methods return new registers unless they say otherwise.
type machine struct {
	*build.Context
	wide   bool
	data   map[num]operand.Mem // the constants of the file
	hoist  map[num]operand.Op  // those of a function that must be in registers
	dry    bool
	wanted []num      // what a dry run asked for
	mask   operand.Op // lanes in use, nil for all
}

func (m *machine) lanes() int {
	if m.wide {
		return 16
	}
	return 8
}

func (m *machine) isa() string {
	if m.wide {
		return "AVX512"
	}
	return "AVX2"
}

func (m *machine) vec() reg.VecVirtual {
	if m.wide {
		return m.ZMM()
	}
	return m.YMM()
}

// constant returns a number's memory: eight copies, the first of which serves
// embedded broadcasts.
func (m *machine) constant(n num) operand.Mem {
	if mem, ok := m.data[n]; ok {
		return mem
	}
	mem := m.StaticGlobal(fmt.Sprintf("number%08x", uint32(n)))
	m.DataAttributes(rodata)
	for i := range 8 {
		m.AddDatum(4*i, operand.U32(n))
	}
	m.data[n] = mem
	return mem
}

// reg returns x in a register. Numbers are put there before the loop.
func (m *machine) reg(x V) operand.Op {
	n, ok := x.(num)
	if !ok {
		return x.(operand.Op)
	}
	r, ok := m.hoist[n]
	if !ok {
		if !m.dry {
			panic(fmt.Sprintf("number %#08x needs a register, which the dry run did not ask for", uint32(n)))
		}
		r = m.vec()
		m.hoist[n] = r
		m.wanted = append(m.wanted, n)
	}
	return r
}

// broadcast loads a number into every lane of a new register.
func (m *machine) broadcast(n num) operand.Op {
	d := m.vec()
	m.VBROADCASTSS(m.constant(n), d)
	return d
}

func (m *machine) move(x V) operand.Op {
	if n, ok := x.(num); ok {
		return m.broadcast(n)
	}
	d := m.vec()
	m.VMOVAPS(x.(operand.Op), d)
	return d
}

// load and store touch only the lanes in use.
func (m *machine) load(at operand.Mem) V {
	d := m.vec()
	switch {
	case m.mask == nil:
		m.VMOVUPS(at, d)
	case m.wide:
		m.VMOVUPS_Z(at, m.mask, d)
	default:
		m.VMASKMOVPS(at, m.mask, d)
	}
	return d
}

func (m *machine) store(x V, at operand.Mem) {
	switch {
	case m.mask == nil:
		m.VMOVUPS(m.reg(x), at)
	case m.wide:
		m.VMOVUPS(m.reg(x), m.mask, at)
	default:
		m.VMASKMOVPS(m.reg(x), m.mask, at)
	}
}

// first makes the mask of the first n lanes, 0 < n < lanes.
func (m *machine) first(n reg.Register) {
	if m.wide {
		ones, k := m.GP32(), m.K()
		m.MOVL(operand.U32(0xffffffff), ones)
		m.BZHIL(n.(reg.GPVirtual).As32(), ones, ones)
		m.KMOVW(ones, k)
		m.mask = k
		return
	}
	table, d, back := m.GP64(), m.YMM(), m.GP64()
	m.LEAQ(m.table(), table)
	m.MOVQ(n, back)
	m.NEGQ(back)
	m.VMOVUPS(operand.Mem{Base: table, Index: back, Scale: 4, Disp: 32}, d)
	m.mask = d
}

// table returns eight times -1 and eight times 0.
func (m *machine) table() operand.Mem {
	const key = num(0xfffffffe) // no number of a formula has these bits
	if mem, ok := m.data[key]; ok {
		return mem
	}
	mem := m.StaticGlobal("lanes")
	m.DataAttributes(rodata)
	for i := range 8 {
		m.AddDatum(4*i, operand.U32(0xffffffff))
	}
	for i := range 8 {
		m.AddDatum(32+4*i, operand.U32(0))
	}
	m.data[key] = mem
	return mem
}
