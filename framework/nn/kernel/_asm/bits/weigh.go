package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// weighCounts emits the sum of weighted counts. Products and sums are rounded on
// their own, as the portable definition has it; the sums of 16 columns stay in
// registers. A count n becomes the number 2^52 + n by its bits alone, and the
// difference of two such numbers is exact.
func weighCounts() {
	magic := GLOBL("magic", RODATA|NOPTR)
	DATA(0, U64(0x4330000000000000))
	TEXT("weighCountsAVX2", NOSPLIT, "func(dst *float64, counts *uint16, w *float64, levels, n int)")
	Pragma("noescape")
	Doc("weighCountsAVX2 computes dst[q] = sum over c of w[c] (counts[c][q] - counts[c+1][q]), where a level has 256 counts",
		"that are not above those of the level before; n, of columns, is a multiple of 16.")
	dst, counts, w, levels, n := reg.RDI, reg.RSI, reg.RBX, reg.RDX, reg.RCX
	at, weight, left := reg.R8, reg.R9, reg.R10
	Load(Param("dst"), dst)
	Load(Param("counts"), counts)
	Load(Param("w"), w)
	Load(Param("levels"), levels)
	Load(Param("n"), n)
	VBROADCASTSD(magic, reg.Y15)
	sum := []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3}
	was := []reg.VecPhysical{reg.Y4, reg.Y5, reg.Y6, reg.Y7}
	now := []reg.VecPhysical{reg.Y8, reg.Y9, reg.Y10, reg.Y11}
	number := func(from Mem, to reg.VecPhysical) {
		VPMOVZXWQ(from, to)
		VPOR(reg.Y15, to, to)
	}
	SHRQ(U8(4), n)
	JZ(LabelRef("end"))
	Label("sixteen")
	MOVQ(counts, at)
	MOVQ(w, weight)
	MOVQ(levels, left)
	for i := range sum {
		VXORPD(sum[i], sum[i], sum[i])
		number(Mem{Base: at, Disp: 8 * i}, was[i])
	}
	Label("level")
	Comment("counts fall from level to level: after zeros come zeros")
	VMOVDQU(Mem{Base: at}, reg.Y12)
	VPTEST(reg.Y12, reg.Y12)
	JZ(LabelRef("store"))
	ADDQ(U32(512), at)
	VBROADCASTSD(Mem{Base: weight}, reg.Y14)
	for i := range sum {
		number(Mem{Base: at, Disp: 8 * i}, now[i])
		VSUBPD(now[i], was[i], was[i])
		VMULPD(reg.Y14, was[i], was[i])
		VADDPD(was[i], sum[i], sum[i])
		VMOVAPD(now[i], was[i])
	}
	ADDQ(U8(8), weight)
	DECQ(left)
	JNZ(LabelRef("level"))
	Label("store")
	for i := range sum {
		VMOVUPD(sum[i], Mem{Base: dst, Disp: 32 * i})
	}
	ADDQ(U8(32), counts)
	SUBQ(I8(-128), dst)
	DECQ(n)
	JNZ(LabelRef("sixteen"))
	Label("end")
	VZEROUPPER()
	RET()
}

// addCounts emits what a neuron receives: a count of synapses and an excess over
// it, scaled.
func addCounts() {
	TEXT("addCountsAVX2", NOSPLIT, "func(dst *float64, x *uint16, e, f *float64, n int)")
	Pragma("noescape")
	Doc("addCountsAVX2 computes dst += f (x + e); n is a multiple of 4.")
	dst, x, e, f, n := reg.RDI, reg.RSI, reg.RBX, reg.RDX, reg.RCX
	Load(Param("dst"), dst)
	Load(Param("x"), x)
	Load(Param("e"), e)
	Load(Param("f"), f)
	Load(Param("n"), n)
	SHRQ(U8(2), n)
	JZ(LabelRef("end"))
	Label("four")
	VPMOVZXWD(Mem{Base: x}, reg.X0)
	VCVTDQ2PD(reg.X0, reg.Y0)
	VADDPD(Mem{Base: e}, reg.Y0, reg.Y0)
	VMULPD(Mem{Base: f}, reg.Y0, reg.Y0)
	VADDPD(Mem{Base: dst}, reg.Y0, reg.Y0)
	VMOVUPD(reg.Y0, Mem{Base: dst})
	ADDQ(U8(8), x)
	ADDQ(U8(32), e)
	ADDQ(U8(32), f)
	ADDQ(U8(32), dst)
	DECQ(n)
	JNZ(LabelRef("four"))
	Label("end")
	VZEROUPPER()
	RET()
}
