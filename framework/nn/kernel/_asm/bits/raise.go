package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// raiseBits emits a step of 256 counters whose digits are ones: row after row takes
// the bits that come, and hands on those that it had already.
func raiseBits() {
	TEXT("raiseBitsAVX2", NOSPLIT, "func(left, words *uint64, rows *int32, n int, x, mask *uint64) bool")
	Pragma("noescape")
	Doc("raiseBitsAVX2 puts the bits of x & mask into the first of n rows that has not got them, each by itself;",
		"left are those that all rows had. It returns whether there are any.")
	left, words, rows, n, x := reg.RDI, reg.RSI, reg.RBX, reg.RCX, reg.RDX
	Load(Param("left"), left)
	Load(Param("words"), words)
	Load(Param("rows"), rows)
	Load(Param("n"), n)
	Load(Param("x"), x)
	VMOVDQU(Mem{Base: x}, reg.Y0)
	Load(Param("mask"), x)
	VPAND(Mem{Base: x}, reg.Y0, reg.Y0)
	Label("row")
	VPTEST(reg.Y0, reg.Y0)
	JZ(LabelRef("none"))
	DECQ(n)
	JL(LabelRef("some"))
	MOVLQSX(Mem{Base: rows}, reg.RAX)
	SHLQ(U8(5), reg.RAX)
	VMOVDQU(Mem{Base: words, Index: reg.RAX, Scale: 1}, reg.Y1)
	VPOR(reg.Y0, reg.Y1, reg.Y2)
	VMOVDQU(reg.Y2, Mem{Base: words, Index: reg.RAX, Scale: 1})
	VPAND(reg.Y1, reg.Y0, reg.Y0)
	ADDQ(U8(4), rows)
	JMP(LabelRef("row"))
	Label("some")
	VMOVDQU(reg.Y0, Mem{Base: left})
	MOVB(U8(1), reg.AL)
	Store(reg.AL, ReturnIndex(0))
	VZEROUPPER()
	RET()
	Label("none")
	XORL(reg.EAX, reg.EAX)
	Store(reg.AL, ReturnIndex(0))
	VZEROUPPER()
	RET()
}
