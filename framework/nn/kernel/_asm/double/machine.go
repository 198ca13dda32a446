package main

import (
	"fmt"
	"math"

	"github.com/assaylab/assay/framework/nn/kernel/_asm/mask"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A set is an instruction set by the number of doubles in its vectors.
type set int

const (
	avx2   set = 4
	avx512 set = 8
)

func (s set) wide() bool { return s == avx512 }
func (s set) bytes() int { return 8 * int(s) }

func (s set) vec() reg.VecVirtual {
	if s.wide() {
		return ZMM()
	}
	return YMM()
}

func (s set) zero() reg.VecVirtual {
	v := s.vec()
	if s.wide() {
		VPXORQ(v, v, v)
	} else {
		VXORPD(v, v, v)
	}
	return v
}

// function begins a function whose name ends in that of the set.
func (s set) function(name, signature string, doc ...string) {
	name += map[set]string{avx2: "AVX2", avx512: "AVX512"}[s]
	TEXT(name, NOSPLIT, "func"+signature)
	Pragma("noescape")
	doc[0] = name + " " + doc[0]
	Doc(doc...)
}

func end() {
	VZEROUPPER()
	RET()
}

func pointer(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

var constants = map[uint64]Mem{}

// constant returns eight copies of a number in memory.
func constant(x float64) Mem { return constantBits(math.Float64bits(x)) }

func constantBits(bits uint64) Mem {
	m, ok := constants[bits]
	if !ok {
		m = GLOBL(fmt.Sprintf("double%016x", bits), RODATA|NOPTR)
		for i := range 8 {
			DATA(8*i, U64(bits))
		}
		constants[bits] = m
	}
	return m
}

// number is a register full of x.
func (s set) number(x float64) reg.VecVirtual {
	v := s.vec()
	VMOVUPD(constant(x), v)
	return v
}

// scalar is a register full of a parameter.
func (s set) scalar(param string) reg.VecVirtual {
	p, err := Param(param).Resolve()
	if err != nil {
		panic(err)
	}
	v := s.vec()
	VBROADCASTSD(p.Addr, v)
	return v
}

// lanes tells which lanes of a vector are in use: a mask register, a vector of
// ones and zeros, or all.
type lanes struct{ mask Op }

var table = mask.Table{Name: "doubleLanes"}

// first makes the mask of the first n lanes, 0 < n < lanes. n is kept.
func (s set) first(n reg.Register) lanes {
	if s.wide() {
		ones, k := GP32(), K()
		MOVL(U32(0xff), ones)
		BZHIL(n.(reg.GPVirtual).As32(), ones, ones)
		KMOVW(ones, k)
		return lanes{k}
	}
	at, back, d := GP64(), GP64(), YMM()
	LEAQ(table.Mem(), at)
	MOVQ(n, back)
	NEGQ(back)
	VMOVUPD(Mem{Base: at, Index: back, Scale: 8, Disp: 32}, d)
	return lanes{d}
}

// load reads the lanes in use; the others are zero.
func (s set) load(at Mem, l lanes) reg.VecVirtual {
	v := s.vec()
	switch {
	case l.mask == nil:
		VMOVUPD(at, v)
	case s.wide():
		VMOVUPD_Z(at, l.mask, v)
	default:
		VMASKMOVPD(at, l.mask, v)
	}
	return v
}

// store writes the lanes in use.
func (s set) store(v reg.Register, at Mem, l lanes) {
	switch {
	case l.mask == nil:
		VMOVUPD(v, at)
	case s.wide():
		VMOVUPD(v, l.mask, at)
	default:
		VMASKMOVPD(v, l.mask, at)
	}
}

// keep sets lanes that are not in use to zero.
func (s set) keep(v reg.Register, l lanes) {
	switch {
	case l.mask == nil:
	case s.wide():
		VMOVAPD_Z(v, l.mask, v)
	default:
		VANDPD(v, l.mask, v)
	}
}

// span emits a loop over n elements at an index i in elements: whole vectors, then
// what is left. n is lost.
func (s set) span(name string, n reg.Register, body func(i reg.Register, l lanes)) {
	i := GP64()
	XORQ(i, i)
	SUBQ(Imm(uint64(s)), n)
	JL(LabelRef(name + "Rest"))
	Label(name)
	body(i, lanes{})
	ADDQ(Imm(uint64(s)), i)
	SUBQ(Imm(uint64(s)), n)
	JGE(LabelRef(name))
	Label(name + "Rest")
	ADDQ(Imm(uint64(s)), n)
	JZ(LabelRef(name + "End"))
	body(i, s.first(n))
	Label(name + "End")
}

// at addresses element i of a vector.
func at(base, i reg.Register) Mem { return Mem{Base: base, Index: i, Scale: 8} }

// fold joins all lanes of v and returns the result in the first lane.
func (s set) fold(v reg.VecVirtual, join func(...Op)) reg.VecVirtual {
	if s.wide() {
		t := YMM()
		VEXTRACTF64X4(U8(1), v, t)
		join(t, v.AsY(), v.AsY())
	}
	t := XMM()
	VEXTRACTF128(U8(1), v.AsY(), t)
	join(t, v.AsX(), v.AsX())
	VPERMILPD(U8(1), v.AsX(), t)
	join(t, v.AsX(), v.AsX())
	return v
}

// give returns the first lane as the i-th result.
func give(v reg.VecVirtual, i int) { Store(v.AsX(), ReturnIndex(i)) }
