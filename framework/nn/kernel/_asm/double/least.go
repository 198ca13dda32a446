package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const below = 0x11 // x < y, false of NaN

// less returns the lanes where a < b.
func (s set) less(a, b reg.VecVirtual) Op {
	if s.wide() {
		k := K()
		VCMPPD(U8(below), b, a, k)
		return k
	}
	k := YMM()
	VCMPPD(U8(below), b, a, k)
	return k
}

// move copies x to d in some lanes.
func (s set) move(lanes Op, x, d reg.VecVirtual) {
	if s.wide() {
		VMOVAPD(x, lanes, d)
	} else {
		VBLENDVPD(lanes, x, d, d)
	}
}

// places are the indices of the first vector's elements, and how far those of the
// next lie from them.
func (s set) places() (now, step reg.VecVirtual) {
	now, step = s.vec(), s.vec()
	s.integers(count(), now)
	s.integers(constantBits(uint64(s)), step)
	return now, step
}

// integers loads numbers of 64 bits.
func (s set) integers(m Mem, v reg.VecVirtual) {
	if s.wide() {
		VMOVDQU64(m, v)
	} else {
		VMOVDQU(m, v)
	}
}

var counted *Mem

// count is 0, 1, ..., 7 in memory.
func count() Mem {
	if counted == nil {
		m := GLOBL("doubleCount", RODATA|NOPTR)
		for i := range 8 {
			DATA(8*i, U64(uint64(i)))
		}
		counted = &m
	}
	return *counted
}

// leastOf returns, of the lanes that hold the least of v, the least of their places,
// and the least itself, both in the first lane.
func (s set) leastOf(v, place reg.VecVirtual) (least, where reg.VecVirtual) {
	least, where = s.vec(), s.vec()
	VMOVAPD(v, least)
	s.fold(least, VMINPD)
	all := s.vec()
	VBROADCASTSD(least.AsX(), all)
	Comment("the first of equals")
	elsewhere := s.vec()
	s.integers(constantBits(1<<31-1), elsewhere)
	other := s.less(all, v)
	s.move(other, elsewhere, place)
	VMOVAPD(place, where)
	if s.wide() {
		t := YMM()
		VEXTRACTI64X4(U8(1), where, t)
		VPMINSQ(t, where.AsY(), where.AsY())
		t2 := XMM()
		VEXTRACTI64X2(U8(1), where.AsY(), t2)
		VPMINSQ(t2, where.AsX(), where.AsX())
		VPSRLDQ(U8(8), where.AsX(), t2)
		VPMINSQ(t2, where.AsX(), where.AsX())
		return least, where
	}
	// below 2^31: unsigned comparison of the low halves
	t := XMM()
	VEXTRACTI128(U8(1), where, t)
	VPMINUD(t, where.AsX(), where.AsX())
	VPSRLDQ(U8(8), where.AsX(), t)
	VPMINUD(t, where.AsX(), where.AsX())
	return least, where
}

// relax emits the inner loop of shortest paths.
func (s set) relax() {
	s.function("relax", "(dist *float64, pred *int32, c, w *float64, n int, h float64, k int32) (least float64, at int)",
		"computes dist = min(dist, (c - w) - h), sets pred to k where it fell, and returns the least and the first place where",
		"it is; n is a multiple of the lanes of a vector, not 0, and below 2^31.")
	dist, pred, c, w, n := pointer("dist"), pointer("pred"), pointer("c"), pointer("w"), pointer("n")
	h := s.scalar("h")
	x := XMM()
	VMOVD(Load(Param("k"), GP32()), x)
	who := x
	if s.wide() {
		who = YMM()
	}
	VPBROADCASTD(x, who)
	least, where := s.number(inf), s.zero()
	now, step := s.places()
	i := GP64()
	XORQ(i, i)
	Label("vector")
	through, d := s.vec(), s.vec()
	VMOVUPD(at(c, i), through)
	VMOVUPD(at(dist, i), d)
	VSUBPD(at(w, i), through, through)
	VSUBPD(h, through, through)
	nearer := s.less(through, d)
	s.move(nearer, through, d)
	VMOVUPD(d, at(dist, i))
	to := Mem{Base: pred, Index: i, Scale: 4}
	if s.wide() {
		VMOVDQU32(who, nearer, to)
	} else {
		Comment("the mask in halves of the width")
		high, old := XMM(), XMM()
		m := nearer.(reg.VecVirtual)
		VEXTRACTF128(U8(1), m, high)
		VSHUFPS(U8(0x88), high, m.AsX(), m.AsX())
		VMOVDQU(to, old)
		VBLENDVPS(m.AsX(), who, old, old)
		VMOVDQU(old, to)
	}
	lower := s.less(d, least)
	s.move(lower, d, least)
	s.move(lower, now, where)
	VPADDQ(step, now, now)
	ADDQ(Imm(uint64(s)), i)
	CMPQ(i, n)
	JNE(LabelRef("vector"))
	v, p := s.leastOf(least, where)
	give(v, 0)
	place := GP64()
	VMOVQ(p.AsX(), place)
	Store(place, ReturnIndex(1))
	end()
}

// argLeast emits the search for the least of many numbers.
func (s set) argLeast() {
	s.function("argLeast", "(x *float64, n int) (least float64, at int)",
		"returns the least x and the first place where it is; n is a multiple of the lanes of a vector, not 0, and below 2^31.")
	x, n := pointer("x"), pointer("n")
	least, where := s.number(inf), s.zero()
	now, step := s.places()
	i := GP64()
	XORQ(i, i)
	Label("vector")
	v := s.vec()
	VMOVUPD(at(x, i), v)
	lower := s.less(v, least)
	s.move(lower, v, least)
	s.move(lower, now, where)
	VPADDQ(step, now, now)
	ADDQ(Imm(uint64(s)), i)
	CMPQ(i, n)
	JNE(LabelRef("vector"))
	l, p := s.leastOf(least, where)
	give(l, 0)
	place := GP64()
	VMOVQ(p.AsX(), place)
	Store(place, ReturnIndex(1))
	end()
}

// twoLeast emits the search for the two least differences, lane by lane.
func (s set) twoLeast() {
	s.function("twoLeast", "(u *float64, at *int64, c, v *float64, n int)",
		"finds, in each lane, the two least c - v and their places: u and at have the first of every lane, then the second",
		"of every lane. n is a multiple of the lanes of a vector, not 0.")
	u, to, c, v, n := pointer("u"), pointer("at"), pointer("c"), pointer("v"), pointer("n")
	u1, u2, j1, j2 := s.number(inf), s.number(inf), s.zero(), s.zero()
	now, step := s.places()
	i := GP64()
	XORQ(i, i)
	Label("vector")
	h := s.vec()
	VMOVUPD(at(c, i), h)
	VSUBPD(at(v, i), h, h)
	first, second := s.less(h, u1), s.less(h, u2)
	Comment("u2 takes h, or what was the least where h is less still")
	s.move(second, h, u2)
	s.move(second, now, j2)
	s.move(first, u1, u2)
	s.move(first, j1, j2)
	s.move(first, h, u1)
	s.move(first, now, j1)
	VPADDQ(step, now, now)
	ADDQ(Imm(uint64(s)), i)
	CMPQ(i, n)
	JNE(LabelRef("vector"))
	VMOVUPD(u1, Mem{Base: u})
	VMOVUPD(u2, Mem{Base: u, Disp: s.bytes()})
	VMOVUPD(j1, Mem{Base: to})
	VMOVUPD(j2, Mem{Base: to, Disp: s.bytes()})
	end()
}
