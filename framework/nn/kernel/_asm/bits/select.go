package main

import (
	"encoding/binary"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// atLeast is the comparison x >= t, false of NaN.
const atLeast = U8(13)

// countAtLeast emits the count of numbers that are not below a threshold.
func countAtLeast() {
	TEXT("countAtLeastAVX2", NOSPLIT, "func(x *float64, n int, t float64) int")
	Pragma("noescape")
	Doc("countAtLeastAVX2 counts x >= t; n is a multiple of 4.")
	x, n := reg.RSI, reg.RCX
	Load(Param("x"), x)
	Load(Param("n"), n)
	broadcast("t", reg.Y0)
	sums := []reg.VecPhysical{reg.Y1, reg.Y2, reg.Y3, reg.Y4}
	for _, s := range sums {
		VPXOR(s, s, s)
	}
	SHRQ(U8(2), n)
	Label("sixteen")
	SUBQ(U8(4), n)
	JL(LabelRef("rest"))
	for i, s := range sums { // true is -1
		r := []reg.VecPhysical{reg.Y5, reg.Y6, reg.Y7, reg.Y8}[i]
		VMOVUPD(Mem{Base: x, Disp: 32 * i}, r)
		VCMPPD(atLeast, reg.Y0, r, r)
		VPSUBQ(r, s, s)
	}
	SUBQ(I8(-128), x)
	JMP(LabelRef("sixteen"))
	Label("rest")
	ADDQ(U8(4), n)
	JZ(LabelRef("sum"))
	Label("four")
	VMOVUPD(Mem{Base: x}, reg.Y5)
	VCMPPD(atLeast, reg.Y0, reg.Y5, reg.Y5)
	VPSUBQ(reg.Y5, reg.Y1, reg.Y1)
	ADDQ(U8(32), x)
	DECQ(n)
	JNZ(LabelRef("four"))
	Label("sum")
	VPADDQ(reg.Y2, reg.Y1, reg.Y1)
	VPADDQ(reg.Y4, reg.Y3, reg.Y3)
	VPADDQ(reg.Y3, reg.Y1, reg.Y1)
	VEXTRACTI128(U8(1), reg.Y1, reg.X2)
	VPADDQ(reg.X2, reg.X1, reg.X1)
	VPSRLDQ(U8(8), reg.X1, reg.X2)
	VPADDQ(reg.X2, reg.X1, reg.X1)
	VMOVQ(reg.X1, reg.RAX)
	Store(reg.RAX, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// order is where the comparisons of eight numbers lie in a mask, after the shuffle
// that packs two registers into one.
var order = [8]int{0, 1, 4, 5, 2, 3, 6, 7}

// indicesAtLeast emits the list of those numbers. Of eight comparisons a table has
// the places that hold, in front; all eight are stored and those that count are kept.
func indicesAtLeast() {
	table := GLOBL("places", RODATA|NOPTR)
	for mask := range 256 {
		var places [8]byte
		n := 0
		for i := range 8 {
			if mask>>order[i]&1 == 1 {
				places[n] = byte(i)
				n++
			}
		}
		DATA(8*mask, U64(binary.LittleEndian.Uint64(places[:])))
	}
	TEXT("indicesAtLeastAVX2", NOSPLIT, "func(dst *int32, x *float64, n int, t float64) int")
	Pragma("noescape")
	Doc("indicesAtLeastAVX2 lists the i with x[i] >= t and returns how many they are; n is a multiple of 8.",
		"It may write eight numbers beyond the last.")
	dst, x, n, from, places, mask := reg.RDI, reg.RSI, reg.RCX, reg.R8, reg.RBX, reg.RDX
	Load(Param("dst"), dst)
	Load(Param("x"), x)
	Load(Param("n"), n)
	broadcast("t", reg.Y0)
	LEAQ(table, places)
	MOVQ(dst, from)
	MOVL(U32(8), reg.EAX)
	VMOVD(reg.EAX, reg.X3)
	VPBROADCASTD(reg.X3, reg.Y3)
	VPXOR(reg.Y2, reg.Y2, reg.Y2)
	SHRQ(U8(3), n)
	JZ(LabelRef("end"))
	Label("eight")
	VMOVUPD(Mem{Base: x}, reg.Y1)
	VMOVUPD(Mem{Base: x, Disp: 32}, reg.Y4)
	VCMPPD(atLeast, reg.Y0, reg.Y1, reg.Y1)
	VCMPPD(atLeast, reg.Y0, reg.Y4, reg.Y4)
	VSHUFPS(U8(0x88), reg.Y4, reg.Y1, reg.Y1)
	VMOVMSKPS(reg.Y1, mask.As32())
	POPCNTL(mask.As32(), reg.EAX)
	VPMOVZXBD(Mem{Base: places, Index: mask, Scale: 8}, reg.Y1)
	VPADDD(reg.Y1, reg.Y2, reg.Y1)
	VMOVDQU(reg.Y1, Mem{Base: dst})
	LEAQ(Mem{Base: dst, Index: reg.RAX, Scale: 4}, dst)
	VPADDD(reg.Y3, reg.Y2, reg.Y2)
	ADDQ(U8(64), x)
	DECQ(n)
	JNZ(LabelRef("eight"))
	Label("end")
	SUBQ(from, dst)
	SHRQ(U8(2), dst)
	Store(dst, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

func broadcast(param string, to reg.VecPhysical) {
	p, err := Param(param).Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSD(p.Addr, to)
}
