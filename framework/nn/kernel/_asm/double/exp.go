package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// e^r = 1 + r + r² q(r), |r| ≤ ln(2)/2; relative error 2^-61; by testdata/double.py.
var expQ = []float64{0x1p-1, 0x1.5555555555557p-3, 0x1.5555555555556p-5, 0x1.11111111100dfp-7, 0x1.6c16c16c162d6p-10,
	0x1.a01a01abe62ddp-13, 0x1.a01a01a6d7808p-16, 0x1.71de023756534p-19, 0x1.27e4db67b42e3p-22, 0x1.af4ddd848f7dfp-26,
	0x1.1f72fc730f7c5p-29}

const (
	magic = 0x1.8p52 // adding it rounds to an integer, left in the low bits
	log2e = 0x1.71547652b82fep0
	ln2Hi = 0x1.62e42fefa38p-1 // 42 bits: n ln2Hi is exact for the n that occur
	ln2Lo = 0x1.ef35793c7673p-45
)

// power is e^x in the place of x, for x up to 710 and above -746 (beyond, what it
// gives has no meaning). The remainder r = x - n ln 2 is kept with what its
// rounding has lost, c, so that the error is below one unit in the last place:
// half for the last addition, a quarter for r + (c + r² q), an eighth within.
func (s set) power(x reg.VecVirtual) {
	t, n, r, c := s.number(magic), s.vec(), s.vec(), s.vec()
	Comment("x = n ln 2 + r + c")
	VFMADD231PD(constant(log2e), x, t)
	VSUBPD(constant(magic), t, n)
	VFNMADD231PD(constant(ln2Hi), n, x) // exact
	VMOVAPD(x, r)
	VFNMADD231PD(constant(ln2Lo), n, r)
	VSUBPD(r, x, c)
	VFNMADD231PD(constant(ln2Lo), n, c)
	Comment("e^r = 1 + (r + (c + r^2 q))")
	q, r2 := s.number(expQ[len(expQ)-1]), s.vec()
	for i := len(expQ) - 2; i >= 0; i-- {
		VFMADD213PD(constant(expQ[i]), r, q)
	}
	VMULPD(r, r, r2)
	VFMADD213PD(c, r2, q)
	VADDPD(r, q, q)
	VADDPD(constant(1), q, q)
	Comment("times 2^n")
	if s.wide() {
		VSCALEFPD(n, q, x)
		return
	}
	// in two steps, the first of which is exact
	half, rest := n, t
	VPSUBQ(constant(magic), t, t)
	VPSRAD(U8(1), t, half)
	VPSUBQ(half, t, rest)
	for _, e := range []reg.VecVirtual{half, rest} {
		VPADDQ(constantBits(1023), e, e)
		VPSLLQ(U8(52), e, e)
		VMULPD(e, q, q)
	}
	VMOVAPD(q, x)
}

func (s set) exp() {
	s.function("expDouble", "(dst, x *float64, n int)", "computes dst = e^x.")
	dst, x, n := pointer("dst"), pointer("x"), pointer("n")
	s.span("vector", n, func(i reg.Register, l lanes) {
		v := s.load(at(x, i), l)
		lo, hi := s.number(-746), s.number(710)
		VMINPD(v, hi, v) // of two operands, one NaN, the first here: x
		VMAXPD(v, lo, v)
		s.power(v)
		s.store(v, at(dst, i), l)
	})
	end()
}

// gibbs emits a row of K. Exponents are rounded as the portable definition has
// them: no fused operations.
func (s set) gibbs() {
	s.function("gibbs", "(dst, c, psi *float64, n int, f, least, beta float64)",
		"computes dst = exp((f + psi) - (c - least) beta), 0 where the exponent is not above -700.")
	dst, c, psi, n := pointer("dst"), pointer("c"), pointer("psi"), pointer("n")
	f, least, beta := s.scalar("f"), s.scalar("least"), s.scalar("beta")
	top, flush := s.number(710), s.number(-700)
	s.span("vector", n, func(i reg.Register, l lanes) {
		e, t := s.load(at(psi, i), l), s.load(at(c, i), l)
		VADDPD(e, f, e)
		VSUBPD(least, t, t)
		VMULPD(beta, t, t)
		VSUBPD(t, e, e)
		const greater = 0x1e
		if s.wide() {
			k := K()
			VCMPPD(U8(greater), flush, e, k)
			VMINPD(top, e, e)
			s.power(e)
			VMOVAPD_Z(e, k, e)
		} else {
			k := YMM()
			VCMPPD(U8(greater), flush, e, k)
			VMINPD(top, e, e)
			s.power(e)
			VANDPD(k, e, e)
		}
		s.store(e, at(dst, i), l)
	})
	end()
}
