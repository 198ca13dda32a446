package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// countBits emits the count of 256 columns of bits. Digit s of the counts of all
// columns is one register, plane[s]; a full adder on registers adds one bit to
// each column (Harley and Seal). Four adders take eight rows into digit 0, two
// into digit 1 and one into digit 2; what remains is carried on.
func countBits() {
	TEXT("countBitsAVX2", NOSPLIT, "func(counts *uint16, words *uint64, rows *int32, n int, add bool)")
	Pragma("noescape")
	Doc("countBitsAVX2 writes, or adds, to each of 256 counts the number of rows that have its bit set; row i is the four",
		"words from 4i on. n is a multiple of 8, at most 248.")
	counts, words, rows, n := reg.RDI, reg.RSI, reg.RBX, reg.RCX
	Load(Param("counts"), counts)
	Load(Param("words"), words)
	Load(Param("rows"), rows)
	Load(Param("n"), n)
	flag, err := Param("add").Resolve()
	if err != nil {
		panic(err)
	}
	plane := []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7}
	for _, p := range plane {
		VPXOR(p, p, p)
	}
	SHRQ(U8(3), n)
	JZ(LabelRef("planes"))
	Label("eight")
	at := []reg.GPPhysical{reg.RAX, reg.RDX, reg.R8, reg.R9, reg.R10, reg.R11, reg.R12, reg.R13}
	for i, r := range at {
		MOVLQSX(Mem{Base: rows, Disp: 4 * i}, r)
		SHLQ(U8(5), r)
	}
	row := func(i int) Mem { return Mem{Base: words, Index: at[i], Scale: 1} }
	carry := []reg.VecPhysical{reg.Y8, reg.Y9, reg.Y10, reg.Y11}
	u, v := reg.Y12, reg.Y13
	for i, out := range carry {
		Comment("ones + row + row")
		VMOVDQU(row(2*i), out)
		VPXOR(out, plane[0], u)
		VPAND(out, plane[0], out)
		VPXOR(row(2*i+1), u, plane[0])
		VPAND(row(2*i+1), u, v)
		VPOR(v, out, out)
	}
	add := func(p, x, y, out reg.VecPhysical) {
		VPXOR(x, p, u)
		VPAND(x, p, v)
		VPXOR(y, u, p)
		VPAND(y, u, u)
		VPOR(u, v, out)
	}
	Comment("twos")
	add(plane[1], carry[0], carry[1], reg.Y14)
	add(plane[1], carry[2], carry[3], reg.Y15)
	Comment("fours")
	add(plane[2], reg.Y14, reg.Y15, reg.Y8)
	Comment("eights and on")
	in, out := reg.Y8, reg.Y9
	for _, p := range plane[3:] {
		VPAND(in, p, out)
		VPXOR(in, p, p)
		in, out = out, in
	}
	ADDQ(U8(32), rows)
	DECQ(n)
	JNZ(LabelRef("eight"))

	Label("planes")
	Comment("bytes of the eight planes side by side: eight columns in a quadword, a byte for each plane")
	a, b := plane, []reg.VecPhysical{reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15}
	for i := range 4 {
		VPUNPCKLBW(a[2*i+1], a[2*i], b[2*i])
		VPUNPCKHBW(a[2*i+1], a[2*i], b[2*i+1])
	}
	for i := range 2 {
		for h := range 2 {
			VPUNPCKLWD(b[4*i+2+h], b[4*i+h], a[4*i+2*h])
			VPUNPCKHWD(b[4*i+2+h], b[4*i+h], a[4*i+2*h+1])
		}
	}
	for q := range 4 {
		VPUNPCKLDQ(a[4+q], a[q], b[2*q])
		VPUNPCKHDQ(a[4+q], a[q], b[2*q+1])
	}
	Comment("each quadword is a matrix of 8 x 8 bits: transposed, a byte is the count of a column")
	t, shifted := reg.Y3, reg.Y4
	steps := []struct {
		shift uint8
		mask  uint64
		held  reg.VecPhysical
	}{{7, 0x00aa00aa00aa00aa, reg.Y0}, {14, 0x0000cccc0000cccc, reg.Y1}, {28, 0x00000000f0f0f0f0, reg.Y2}}
	for _, s := range steps {
		MOVQ(U64(s.mask), reg.RAX)
		VMOVQ(reg.RAX, s.held.AsX())
		VPBROADCASTQ(s.held.AsX(), s.held)
	}
	for _, x := range b {
		for _, s := range steps { // t = (x ^ x>>s) & mask; x ^= t ^ t<<s
			VPSRLQ(U8(s.shift), x, t)
			VPXOR(t, x, t)
			VPAND(s.held, t, t)
			VPSLLQ(U8(s.shift), t, shifted)
			VPXOR(t, x, x)
			VPXOR(shifted, x, x)
		}
	}
	Comment("widened; register r has columns 16r to 16r + 15 and, above, 128 more")
	MOVBLZX(flag.Addr, reg.EAX)
	TESTB(reg.AL, reg.AL)
	JNZ(LabelRef("add"))
	widen := func(add bool) {
		for r, x := range b {
			for half := range 2 {
				to := Mem{Base: counts, Disp: 2 * (128*half + 16*r)}
				bytes := x.AsX()
				if half == 1 {
					VEXTRACTI128(U8(1), x, shifted.AsX())
					bytes = shifted.AsX()
				}
				VPMOVZXBW(bytes, t)
				if add {
					VPADDW(to, t, t)
				}
				VMOVDQU(t, to)
			}
		}
		VZEROUPPER()
		RET()
	}
	widen(false)
	Label("add")
	widen(true)
}
