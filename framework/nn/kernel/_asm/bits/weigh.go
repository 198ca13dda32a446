package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// weighCounts emits the sum of weighted counts. Products and sums are rounded on
// their own, as the portable definition has it.
func weighCounts() {
	TEXT("weighCountsAVX2", NOSPLIT, "func(dst *float64, w float64, x, y *int32, n int)")
	Pragma("noescape")
	Doc("weighCountsAVX2 computes dst += w (x - y); n is a multiple of 8.")
	dst, x, y, n := reg.RDI, reg.RSI, reg.RBX, reg.RCX
	Load(Param("dst"), dst)
	Load(Param("x"), x)
	Load(Param("y"), y)
	Load(Param("n"), n)
	broadcast("w", reg.Y0)
	SHRQ(U8(3), n)
	JZ(LabelRef("end"))
	Label("eight")
	VMOVDQU(Mem{Base: x}, reg.Y1)
	VPSUBD(Mem{Base: y}, reg.Y1, reg.Y1)
	VEXTRACTI128(U8(1), reg.Y1, reg.X2)
	VCVTDQ2PD(reg.X1, reg.Y1)
	VCVTDQ2PD(reg.X2, reg.Y2)
	for i, r := range []reg.VecPhysical{reg.Y1, reg.Y2} {
		VMULPD(reg.Y0, r, r)
		VADDPD(Mem{Base: dst, Disp: 32 * i}, r, r)
		VMOVUPD(r, Mem{Base: dst, Disp: 32 * i})
	}
	ADDQ(U8(32), x)
	ADDQ(U8(32), y)
	ADDQ(U8(64), dst)
	DECQ(n)
	JNZ(LabelRef("eight"))
	Label("end")
	VZEROUPPER()
	RET()
}

// addCounts emits what a neuron receives: a count of synapses and an excess over
// it, scaled.
func addCounts() {
	TEXT("addCountsAVX2", NOSPLIT, "func(dst *float64, x *int32, e, f *float64, n int)")
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
	VCVTDQ2PD(Mem{Base: x}, reg.Y0)
	VADDPD(Mem{Base: e}, reg.Y0, reg.Y0)
	VMULPD(Mem{Base: f}, reg.Y0, reg.Y0)
	VADDPD(Mem{Base: dst}, reg.Y0, reg.Y0)
	VMOVUPD(reg.Y0, Mem{Base: dst})
	ADDQ(U8(16), x)
	ADDQ(U8(32), e)
	ADDQ(U8(32), f)
	ADDQ(U8(32), dst)
	DECQ(n)
	JNZ(LabelRef("four"))
	Label("end")
	VZEROUPPER()
	RET()
}
