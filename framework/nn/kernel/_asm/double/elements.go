package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

var inf = math.Inf(1)

func (s set) quotients() {
	s.function("quotients", "(dst, x, y *float64, n int)", "computes dst = x / y.")
	dst, x, y, n := pointer("dst"), pointer("x"), pointer("y"), pointer("n")
	s.span("vector", n, func(i reg.Register, l lanes) {
		v, w := s.load(at(x, i), l), s.load(at(y, i), l)
		VDIVPD(w, v, v)
		s.store(v, at(dst, i), l)
	})
	end()
}

// extent emits the least and the greatest. The first vector is read twice where
// the last one is short: what lanes out of use hold instead of nothing.
func (s set) extent() {
	s.function("extent", "(x *float64, n int) (least, most float64, nan int)",
		"returns the least and the greatest x of those that are not NaN, and whether there are others; n is not less than",
		"the lanes of a vector.")
	x, n := pointer("x"), pointer("n")
	least, most, strange := s.number(inf), s.number(-inf), GP64()
	var bad Op
	if s.wide() {
		k := K()
		KXORW(k, k, k)
		bad = k
	} else {
		bad = s.zero()
	}
	look := func(at Mem) {
		v := s.vec()
		VMOVUPD(at, v)
		VMINPD(least, v, least) // of two operands, one NaN, the first here: the least before
		VMAXPD(most, v, most)
		const unordered = 3
		if s.wide() {
			k := K()
			VCMPPD(U8(unordered), v, v, k)
			KORW(k, bad, bad)
		} else {
			k := YMM()
			VCMPPD(U8(unordered), v, v, k)
			VORPD(k, bad, bad)
		}
	}
	i := GP64()
	XORQ(i, i)
	SUBQ(Imm(uint64(s)), n)
	Label("vector")
	look(at(x, i))
	ADDQ(Imm(uint64(s)), i)
	CMPQ(i, n)
	JLE(LabelRef("vector"))
	Comment("the last vector again, as far as it is new")
	look(at(x, n))
	if s.wide() {
		KMOVW(bad, strange.As32())
	} else {
		VMOVMSKPD(bad, strange.As32())
	}
	give(s.fold(least, VMINPD), 0)
	give(s.fold(most, VMAXPD), 1)
	Store(strange, ReturnIndex(2))
	end()
}

// planRow emits a row of diag(a) K diag(b).
func (s set) planRow() {
	s.function("planRow", "(dst, k, b, c *float64, n int, a float64) (sum, cost float64)",
		"computes dst = (a k) b and the sums of dst and of dst c.")
	dst, k, b, c, n := pointer("dst"), pointer("k"), pointer("b"), pointer("c"), pointer("n")
	a, sum, cost := s.scalar("a"), s.zero(), s.zero()
	s.span("vector", n, func(i reg.Register, l lanes) {
		v := s.load(at(k, i), l)
		VMULPD(a, v, v)
		VMULPD(s.load(at(b, i), l), v, v)
		s.keep(v, l) // a or a number beside the last may be infinite
		s.store(v, at(dst, i), l)
		VADDPD(v, sum, sum)
		VFMADD231PD(s.load(at(c, i), l), v, cost)
	})
	give(s.fold(sum, VADDPD), 0)
	give(s.fold(cost, VADDPD), 1)
	end()
}

// squaredDistances emits distances from one point to many. The coordinates are
// added in fours, and nothing is fused, as the portable definition has it.
func (s set) squaredDistances() {
	s.function("squaredDistances", "(dst, x, y *float64, d, n, stride int)",
		"computes dst[j] = sum over i < d of (x[i] - y[i stride + j])^2, in the order of the portable definition; n is a",
		"multiple of the lanes of a vector, and neither it nor d is 0.")
	dst, x, y, d, n := pointer("dst"), pointer("x"), pointer("y"), pointer("d"), pointer("n")
	stride, left, i, yi := pointer("stride"), GP64(), GP64(), GP64()
	SHLQ(U8(3), stride)
	square := func(k int) reg.VecVirtual {
		v := s.vec()
		VBROADCASTSD(Mem{Base: x, Index: i, Scale: 8, Disp: 8 * k}, v)
		VSUBPD(Mem{Base: yi}, v, v)
		VMULPD(v, v, v)
		ADDQ(stride, yi)
		return v
	}
	Label("vector")
	sum := s.zero()
	XORQ(i, i)
	MOVQ(y, yi)
	MOVQ(d, left)
	SUBQ(Imm(4), left)
	JL(LabelRef("few"))
	Label("four")
	ab, c := square(0), square(1)
	VADDPD(c, ab, ab)
	cd, e := square(2), square(3)
	VADDPD(e, cd, cd)
	VADDPD(cd, ab, ab)
	VADDPD(ab, sum, sum)
	ADDQ(Imm(4), i)
	SUBQ(Imm(4), left)
	JGE(LabelRef("four"))
	Label("few")
	ADDQ(Imm(4), left)
	JZ(LabelRef("done"))
	Label("one")
	VADDPD(square(0), sum, sum)
	INCQ(i)
	DECQ(left)
	JNZ(LabelRef("one"))
	Label("done")
	VMOVUPD(sum, Mem{Base: dst})
	ADDQ(Imm(uint64(s.bytes())), dst)
	ADDQ(Imm(uint64(s.bytes())), y)
	SUBQ(Imm(uint64(s)), n)
	JNZ(LabelRef("vector"))
	end()
}
