package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// packTransposed emits the packing of a panel that is stored transposed, in
// squares of 4 x 4 numbers.
func packTransposed() {
	TEXT("packTransposedAVX", NOSPLIT, "func(dst, src *float32, dstRow, srcRow, rows, cols int)")
	Pragma("noescape")
	Doc("packTransposedAVX transposes a panel of rows x cols numbers:", "", "  dst[p,j] = src[j,p]", "",
		"Strides are in bytes. It writes columns in fours: those past the last row of src repeat it.")
	dst, src, dstRow, srcRow := reg.RDI, reg.RSI, reg.R8, reg.R9
	rows, cols, to, left, triple := reg.R10, reg.R11, reg.R12, reg.R13, reg.R14
	p := []reg.Register{reg.RAX, reg.RBX, reg.RCX, reg.RDX}
	Load(Param("dst"), dst)
	Load(Param("src"), src)
	Load(Param("dstRow"), dstRow)
	Load(Param("srcRow"), srcRow)
	Load(Param("rows"), rows)
	Load(Param("cols"), cols)
	LEAQ(Mem{Base: dstRow, Index: dstRow, Scale: 2}, triple)

	Label("four")
	Comment("four rows of src, or as many as there are")
	for i, r := range p {
		if i == 0 {
			MOVQ(src, r)
			continue
		}
		MOVQ(p[i-1], r)
		LEAQ(Mem{Base: r, Index: srcRow, Scale: 1}, left)
		CMPQ(rows, U8(i))
		CMOVQGT(left, r)
	}
	MOVQ(dst, to)
	MOVQ(cols, left)
	SUBQ(U8(4), left)
	JL(LabelRef("rest"))
	x := []reg.VecPhysical{reg.X0, reg.X1, reg.X2, reg.X3, reg.X4, reg.X5, reg.X6, reg.X7}
	Label("square")
	for i, r := range p {
		VMOVUPS(Mem{Base: r}, x[i])
	}
	Comment("a0 b0 a1 b1, c0 d0 c1 d1, a2 b2 a3 b3, c2 d2 c3 d3")
	VUNPCKLPS(x[1], x[0], x[4])
	VUNPCKLPS(x[3], x[2], x[5])
	VUNPCKHPS(x[1], x[0], x[6])
	VUNPCKHPS(x[3], x[2], x[7])
	Comment("a0 b0 c0 d0 and so on")
	VUNPCKLPD(x[5], x[4], x[0])
	VUNPCKHPD(x[5], x[4], x[1])
	VUNPCKLPD(x[7], x[6], x[2])
	VUNPCKHPD(x[7], x[6], x[3])
	VMOVUPS(x[0], Mem{Base: to})
	VMOVUPS(x[1], Mem{Base: to, Index: dstRow, Scale: 1})
	VMOVUPS(x[2], Mem{Base: to, Index: dstRow, Scale: 2})
	VMOVUPS(x[3], Mem{Base: to, Index: triple, Scale: 1})
	LEAQ(Mem{Base: to, Index: dstRow, Scale: 4}, to)
	for _, r := range p {
		ADDQ(U8(16), r)
	}
	SUBQ(U8(4), left)
	JGE(LabelRef("square"))

	Label("rest")
	ADDQ(U8(4), left)
	JZ(LabelRef("end"))
	Label("single")
	VMOVSS(Mem{Base: p[0]}, x[0])
	for i := 1; i < 4; i++ {
		VINSERTPS(U8(i<<4), Mem{Base: p[i]}, x[0], x[0])
	}
	VMOVUPS(x[0], Mem{Base: to})
	ADDQ(dstRow, to)
	for _, r := range p {
		ADDQ(U8(4), r)
	}
	DECQ(left)
	JNZ(LabelRef("single"))

	Label("end")
	LEAQ(Mem{Base: src, Index: srcRow, Scale: 4}, src)
	ADDQ(U8(16), dst)
	SUBQ(U8(4), rows)
	JG(LabelRef("four"))
	RET()
}

// packRows emits the packing of a panel that is stored as it is read.
func packRows() {
	TEXT("packRowsAVX", NOSPLIT, "func(dst, src *float32, dstRow, srcRow, rows, cols int)")
	Pragma("noescape")
	Doc("packRowsAVX copies a panel of rows x cols numbers:", "", "  dst[p,j] = src[p,j]", "",
		"Strides are in bytes. It writes columns in eights: those past the last are zero.")
	dst, src, dstRow, srcRow := reg.RDI, reg.RSI, reg.R8, reg.R9
	rows, cols, from, to, left := reg.R10, reg.R11, reg.R12, reg.R13, reg.R14
	Load(Param("dst"), dst)
	Load(Param("src"), src)
	Load(Param("dstRow"), dstRow)
	Load(Param("srcRow"), srcRow)
	Load(Param("rows"), rows)
	Load(Param("cols"), cols)
	Comment("the mask of the last eight: as many ones as columns are left")
	LEAQ(Mem{Base: cols, Disp: -1}, reg.RCX)
	ANDQ(U8(7), reg.RCX)
	NEGQ(reg.RCX)
	LEAQ(maskTable.Mem(), reg.RAX)
	VMOVUPS(Mem{Base: reg.RAX, Index: reg.RCX, Scale: 4, Disp: 28}, reg.Y1)
	Label("row")
	MOVQ(src, from)
	MOVQ(dst, to)
	MOVQ(cols, left)
	SUBQ(U8(8), left)
	JLE(LabelRef("last"))
	Label("eight")
	VMOVUPS(Mem{Base: from}, reg.Y0)
	VMOVUPS(reg.Y0, Mem{Base: to})
	ADDQ(U8(32), from)
	ADDQ(U8(32), to)
	SUBQ(U8(8), left)
	JG(LabelRef("eight"))
	Label("last")
	VMASKMOVPS(Mem{Base: from}, reg.Y1, reg.Y0)
	VMOVUPS(reg.Y0, Mem{Base: to})
	ADDQ(srcRow, src)
	ADDQ(dstRow, dst)
	DECQ(rows)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// family emits the question who made the processor.
func family() {
	TEXT("cpuFamily", NOSPLIT, "func() (vendor, family uint32)")
	Doc("cpuFamily returns the first four letters of the maker's name and the family,", "as CPUID leaves 0 and 1 have them.")
	XORL(reg.EAX, reg.EAX)
	XORL(reg.ECX, reg.ECX)
	CPUID()
	Store(reg.EBX, Return("vendor"))
	MOVL(U32(1), reg.EAX)
	XORL(reg.ECX, reg.ECX)
	CPUID()
	Store(reg.EAX, Return("family"))
	RET()
}
