package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// eight are eight rows of a matrix, one after another, read from left to right.
type eight struct{ low, high, stride, three reg.GPVirtual }

// rows takes eight rows from a pointer on; stride is in bytes.
func rows(from, stride, three reg.GPVirtual) eight {
	e := eight{GP64(), GP64(), stride, three}
	MOVQ(from, e.low)
	LEAQ(Mem{Base: from, Index: stride, Scale: 4}, e.high)
	return e
}

func (e eight) at(r int) Mem {
	base := e.low
	if r >= 4 {
		base = e.high
	}
	switch r % 4 {
	case 0:
		return Mem{Base: base}
	case 3:
		return Mem{Base: base, Index: e.three, Scale: 1}
	}
	return Mem{Base: base, Index: e.stride, Scale: uint8(r % 4)}
}

func (e eight) advance(bytes int) {
	ADDQ(Imm(uint64(bytes)), e.low)
	ADDQ(Imm(uint64(bytes)), e.high)
}

// sums returns the sums of the lanes of eight vectors, in one or two vectors.
func (s set) sums(v []reg.VecVirtual) []reg.VecVirtual {
	if s.wide() {
		pair := func(a, b reg.VecVirtual) reg.VecVirtual { // of each pair of lanes: a, b, a, b, ...
			t := s.vec()
			VUNPCKLPD(b, a, t)
			VUNPCKHPD(b, a, a)
			VADDPD(t, a, a)
			return a
		}
		quarter := func(a, b reg.VecVirtual) reg.VecVirtual { // of pairs of 128 bits: a, a, b, b
			t := s.vec()
			VSHUFF64X2(U8(0x88), b, a, t)
			VSHUFF64X2(U8(0xdd), b, a, a)
			VADDPD(t, a, a)
			return a
		}
		ab, cd := pair(v[0], v[1]), pair(v[2], v[3])
		ef, gh := pair(v[4], v[5]), pair(v[6], v[7])
		return []reg.VecVirtual{quarter(quarter(ab, cd), quarter(ef, gh))}
	}
	four := func(a, b, c, d reg.VecVirtual) reg.VecVirtual {
		VHADDPD(b, a, a)
		VHADDPD(d, c, c)
		t := s.vec()
		VPERM2F128(U8(0x20), c, a, t)
		VPERM2F128(U8(0x31), c, a, a)
		VADDPD(t, a, a)
		return a
	}
	return []reg.VecVirtual{four(v[0], v[1], v[2], v[3]), four(v[4], v[5], v[6], v[7])}
}

// sinkhornRows emits the half step of Sinkhorn's iteration and the sums that the
// other half needs, in one pass over K: eight rows are multiplied by b, their
// scalings found, and the rows, still in the nearest caches, added to col.
func (s set) sinkhornRows() {
	s.function("sinkhornRows", "(col, a, k, b, p *float64, n, m int) (off, least float64)",
		"computes a = p / (K b) and col = K^T a with K [n x m]; m is a multiple of 8, not 0. off is the sum of",
		"|a K b - p| with the a from before, least the least K b.")
	col, a, k, b, p := pointer("col"), pointer("a"), pointer("k"), pointer("b"), pointer("p")
	n, stride, three, j := pointer("n"), pointer("m"), GP64(), GP64()
	SHLQ(U8(3), stride)
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, three)
	off, least := s.zero(), s.number(inf)
	Comment("col = 0")
	zero := s.zero()
	XORQ(j, j)
	Label("clear")
	VMOVUPD(zero, Mem{Base: col, Index: j, Scale: 1})
	ADDQ(Imm(uint64(s.bytes())), j)
	CMPQ(j, stride)
	JNE(LabelRef("clear"))

	SUBQ(Imm(8), n)
	JL(LabelRef("few"))
	Label("rows")
	e := rows(k, stride, three)
	acc := make([]reg.VecVirtual, 8)
	for r := range acc {
		acc[r] = s.zero()
	}
	XORQ(j, j)
	Comment("eight rows times b")
	Label("dots")
	v := s.vec()
	VMOVUPD(Mem{Base: b, Index: j, Scale: 1}, v)
	for r := range acc {
		VFMADD231PD(e.at(r), v, acc[r])
	}
	e.advance(s.bytes())
	ADDQ(Imm(uint64(s.bytes())), j)
	CMPQ(j, stride)
	JNE(LabelRef("dots"))
	for h, sum := range s.sums(acc) {
		s.step(sum, Mem{Base: a, Disp: s.bytes() * h}, Mem{Base: p, Disp: s.bytes() * h}, off, least)
	}
	Comment("col += K^T a")
	e = rows(k, stride, three)
	scale := make([]reg.VecVirtual, 8)
	for r := range scale {
		scale[r] = s.vec()
		VBROADCASTSD(Mem{Base: a, Disp: 8 * r}, scale[r])
	}
	XORQ(j, j)
	Label("add")
	v = s.vec()
	VMOVUPD(Mem{Base: col, Index: j, Scale: 1}, v)
	for r := range scale {
		VFMADD231PD(e.at(r), scale[r], v)
	}
	VMOVUPD(v, Mem{Base: col, Index: j, Scale: 1})
	e.advance(s.bytes())
	ADDQ(Imm(uint64(s.bytes())), j)
	CMPQ(j, stride)
	JNE(LabelRef("add"))
	LEAQ(Mem{Base: k, Index: stride, Scale: 8}, k)
	ADDQ(Imm(64), a)
	ADDQ(Imm(64), p)
	SUBQ(Imm(8), n)
	JGE(LabelRef("rows"))

	Label("few")
	ADDQ(Imm(8), n)
	JZ(LabelRef("end"))
	Label("row")
	sum := s.zero()
	XORQ(j, j)
	Label("dot")
	v = s.vec()
	VMOVUPD(Mem{Base: b, Index: j, Scale: 1}, v)
	VFMADD231PD(Mem{Base: k, Index: j, Scale: 1}, v, sum)
	ADDQ(Imm(uint64(s.bytes())), j)
	CMPQ(j, stride)
	JNE(LabelRef("dot"))
	s.fold(sum, VADDPD)
	s.stepOne(sum, Mem{Base: a}, Mem{Base: p}, off, least)
	one := s.vec()
	VBROADCASTSD(Mem{Base: a}, one)
	XORQ(j, j)
	Label("addOne")
	v = s.vec()
	VMOVUPD(Mem{Base: col, Index: j, Scale: 1}, v)
	VFMADD231PD(Mem{Base: k, Index: j, Scale: 1}, one, v)
	VMOVUPD(v, Mem{Base: col, Index: j, Scale: 1})
	ADDQ(Imm(uint64(s.bytes())), j)
	CMPQ(j, stride)
	JNE(LabelRef("addOne"))
	ADDQ(stride, k)
	ADDQ(Imm(8), a)
	ADDQ(Imm(8), p)
	DECQ(n)
	JNZ(LabelRef("row"))

	Label("end")
	give(s.fold(off, VADDPD), 0)
	give(s.fold(least, VMINPD), 1)
	end()
}

// step takes sums K b to the scalings of as many rows as a vector has lanes.
func (s set) step(sum reg.VecVirtual, a, p Mem, off, least reg.VecVirtual) {
	d, w := s.vec(), s.vec()
	VMOVUPD(p, w)
	VMULPD(a, sum, d)
	VSUBPD(w, d, d)
	VANDPD(constantBits(1<<63-1), d, d)
	VADDPD(d, off, off)
	VMINPD(sum, least, least)
	VDIVPD(sum, w, w)
	VMOVUPD(w, a)
}

// stepOne is step for one row, whose sum is in the first lane.
func (s set) stepOne(sum reg.VecVirtual, a, p Mem, off, least reg.VecVirtual) {
	d, w, x := XMM(), XMM(), sum.AsX()
	VMOVSD(p, w)
	VMOVSD(a, d)
	VMULSD(x, d, d)
	VSUBSD(w, d, d)
	VANDPD(constantBits(1<<63-1), d, d)
	Comment("the other lanes of a sum are not those of rows")
	lane := s.vec()
	VMOVQ(d, lane.AsX()) // zeroes the others
	VADDPD(lane, off, off)
	VBROADCASTSD(x, lane)
	VMINPD(lane, least, least)
	VDIVSD(x, w, w)
	VMOVSD(w, a)
}

// mulVec emits a matrix-vector product.
func (s set) mulVec() {
	s.function("mulVec", "(dst, k, b *float64, n, m int)", "computes dst = K b with K [n x m]; n and m are not 0.")
	dst, k, b := pointer("dst"), pointer("k"), pointer("b")
	n, m, stride, three := pointer("n"), pointer("m"), GP64(), GP64()
	MOVQ(m, stride)
	SHLQ(U8(3), stride)
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, three)
	SUBQ(Imm(8), n)
	JL(LabelRef("few"))
	Label("rows")
	e := rows(k, stride, three)
	acc := make([]reg.VecVirtual, 8)
	for r := range acc {
		acc[r] = s.zero()
	}
	left := GP64()
	MOVQ(m, left)
	s.span("dots", left, func(i reg.Register, l lanes) {
		v := s.load(at(b, i), l)
		for r := range acc {
			if l.mask == nil {
				VFMADD231PD(e.at(r), v, acc[r])
			} else {
				VFMADD231PD(s.load(e.at(r), l), v, acc[r])
			}
		}
		e.advance(s.bytes())
	})
	for h, sum := range s.sums(acc) {
		VMOVUPD(sum, Mem{Base: dst, Disp: s.bytes() * h})
	}
	LEAQ(Mem{Base: k, Index: stride, Scale: 8}, k)
	ADDQ(Imm(64), dst)
	SUBQ(Imm(8), n)
	JGE(LabelRef("rows"))
	Label("few")
	ADDQ(Imm(8), n)
	JZ(LabelRef("end"))
	Label("row")
	sum := s.zero()
	MOVQ(m, left)
	s.span("dot", left, func(i reg.Register, l lanes) {
		VFMADD231PD(s.load(at(k, i), l), s.load(at(b, i), l), sum)
	})
	s.fold(sum, VADDPD)
	VMOVSD(sum.AsX(), Mem{Base: dst})
	ADDQ(stride, k)
	ADDQ(Imm(8), dst)
	DECQ(n)
	JNZ(LabelRef("row"))
	Label("end")
	end()
}
