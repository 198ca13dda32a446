package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Short sequences are computed side by side, one in each lane: every number
// below is a vector of as many sequences.

// lanesProduct emits C = A B, or C += A B, in tiles of up to 3 x 4 numbers.
func (s set) lanesProduct() {
	name := "lanesProduct" + s.name
	TEXT(name, NOSPLIT, "func(c, a, b *float32, cRow, cCol, aRow, aCol, bRow, bCol, m, n, k, add int)")
	Pragma("noescape")
	Doc(name+" computes a product in every lane:", "", "  C[i,j] = sum over p of A[i,p] B[p,j], or C[i,j] += it if add is not 0",
		"", "Strides are in bytes.")
	a, b, rowsLeft, colsLeft, c := reg.R13, reg.R14, reg.RDI, reg.RSI, reg.RCX
	aRow, aCol, bRow, bCol, triple, count, p, q := reg.R8, reg.R9, reg.R10, reg.R11, reg.R12, reg.RDX, reg.RAX, reg.RBX
	Load(Param("a"), a)
	Load(Param("aRow"), aRow)
	Load(Param("aCol"), aCol)
	Load(Param("bRow"), bRow)
	Load(Param("bCol"), bCol)
	Load(Param("m"), rowsLeft)
	LEAQ(Mem{Base: bCol, Index: bCol, Scale: 2}, triple)
	heights, widths := []int{3, 2, 1}, []int{4, 2, 1}
	Label("rows")
	CMPQ(rowsLeft, U8(4))
	JE(LabelRef("rows2"))
	for _, h := range heights {
		CMPQ(rowsLeft, U8(h))
		JGE(LabelRef(fmt.Sprintf("rows%d", h)))
	}
	VZEROUPPER()
	RET()
	for _, h := range heights {
		Label(fmt.Sprintf("rows%d", h))
		Load(Param("b"), b)
		Load(Param("c"), c)
		Load(Param("n"), colsLeft)
		Label(fmt.Sprintf("columns%d", h))
		for _, w := range widths {
			CMPQ(colsLeft, U8(w))
			JGE(LabelRef(fmt.Sprintf("tile%dx%d", h, w)))
		}
		Comment("on to the next rows")
		Load(Param("c"), c)
		Load(Param("cRow"), p)
		for range h {
			ADDQ(aRow, a)
			ADDQ(p, c)
		}
		MOVQ(c, paramAddr("c"))
		SUBQ(U8(h), rowsLeft)
		JMP(LabelRef("rows"))
		for _, w := range widths {
			label := fmt.Sprintf("%dx%d", h, w)
			Label("tile" + label)
			sum := func(i, j int) reg.VecPhysical { return s.vector(i*w + j) }
			element := func(i int) reg.VecPhysical { return s.vector(12 + i) }
			for i := range h {
				for j := range w {
					s.zero(sum(i, j))
				}
			}
			MOVQ(a, p)
			MOVQ(b, q)
			Load(Param("k"), count)
			Label("terms" + label)
			for i := range h {
				from := Mem{Base: p}
				if i > 0 {
					from.Index, from.Scale = aRow, uint8(i)
				}
				VMOVUPS(from, element(i))
			}
			for j := range w {
				from := Mem{Base: q}
				switch j {
				case 1, 2:
					from.Index, from.Scale = bCol, uint8(j)
				case 3:
					from.Index, from.Scale = triple, 1
				}
				v := s.vector(15)
				VMOVUPS(from, v)
				for i := range h {
					VFMADD231PS(v, element(i), sum(i, j))
				}
			}
			ADDQ(aCol, p)
			ADDQ(bRow, q)
			DECQ(count)
			JNZ(LabelRef("terms" + label))
			Load(Param("cRow"), p)
			Load(Param("cCol"), q)
			Load(Param("add"), count)
			store := func(add bool) {
				for j := range w {
					for i := range h {
						to := Mem{Base: c}
						if i > 0 {
							to.Index, to.Scale = p, uint8(i)
						}
						if add {
							VADDPS(to, sum(i, j), sum(i, j))
						}
						VMOVUPS(sum(i, j), to)
					}
					ADDQ(q, c)
				}
				for range w {
					ADDQ(bCol, b)
				}
				SUBQ(U8(w), colsLeft)
				JMP(LabelRef(fmt.Sprintf("columns%d", h)))
			}
			TESTQ(count, count)
			JNZ(LabelRef("add" + label))
			store(false)
			Label("add" + label)
			store(true)
		}
	}
}

func paramAddr(name string) Op {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

// lanesSoftmax emits the softmax of rows of n numbers.
func (s set) lanesSoftmax() {
	name := "lanesSoftmax" + s.name
	TEXT(name, NOSPLIT, "func(p *float32, rows, n int)")
	Pragma("noescape")
	Doc(name + " turns rows of n numbers into their softmax, in every lane, where they stand.")
	row, rows, n, at, count := Load(Param("p"), reg.RAX), Load(Param("rows"), reg.RBX), Load(Param("n"), reg.RCX), reg.RDX, reg.RSI
	most, sum, e, x, c := s.vector(0), s.vector(1), s.vector(14), s.vector(2), s.vector(15)
	here := func(i int) Mem { return Mem{Base: at, Disp: i * s.bytes()} }
	loop := func(label string, do func()) {
		MOVQ(row, at)
		MOVQ(n, count)
		Label(label)
		do()
		ADDQ(U8(s.bytes()), at)
		DECQ(count)
		JNZ(LabelRef(label))
	}
	Comment("p = (p - most of its row) log2 e")
	s.broadcast(math.Log2E, e)
	Label("row")
	s.broadcast(float32(math.Inf(-1)), most)
	loop("most", func() { VMAXPS(here(0), most, most) })
	VMULPS(e, most, most)
	loop("less", func() {
		VMOVUPS(here(0), x)
		VFMSUB213PS(most, e, x)
		VMOVUPS(x, here(0))
	})
	MOVQ(at, row)
	DECQ(rows)
	JNZ(LabelRef("row"))
	Comment("p = 2^p")
	Load(Param("rows"), count)
	IMULQ(n, count)
	Load(Param("p"), at)
	step := func(m int) {
		y, t, d := s.vectors(2, m), s.vectors(6, m), s.vectors(10, m)
		for i := range y {
			VMOVUPS(here(i), y[i])
		}
		s.exp2(c, y, t, d, nil)
		for i := range y {
			VMOVUPS(d[i], here(i))
		}
		ADDQ(U32(uint32(m*s.bytes())), at)
	}
	SUBQ(U8(4), count)
	JL(LabelRef("rest"))
	Label("four")
	step(4)
	SUBQ(U8(4), count)
	JGE(LabelRef("four"))
	Label("rest")
	ADDQ(U8(4), count)
	JZ(LabelRef("sums"))
	Label("one")
	step(1)
	DECQ(count)
	JNZ(LabelRef("one"))
	Comment("p = p / sum of its row")
	Label("sums")
	Load(Param("p"), row)
	Load(Param("rows"), rows)
	s.broadcast(1, e)
	Label("sum")
	s.zero(sum)
	loop("add", func() { VADDPS(here(0), sum, sum) })
	VDIVPS(sum, e, sum)
	loop("scale", func() {
		VMULPS(here(0), sum, x)
		VMOVUPS(x, here(0))
	})
	MOVQ(at, row)
	DECQ(rows)
	JNZ(LabelRef("sum"))
	VZEROUPPER()
	RET()
}

// lanesSoftmaxGrad emits the way back of the softmax.
func (s set) lanesSoftmaxGrad() {
	name := "lanesSoftmaxGrad" + s.name
	TEXT(name, NOSPLIT, "func(dp, p *float32, rows, n int)")
	Pragma("noescape")
	Doc(name+" turns the gradients dp of rows of n softmax values p into those of their arguments, in every lane:",
		"", "  dp_j = p_j (dp_j - sum over k of p_k dp_k)")
	row, from, rows, n, at, count := Load(Param("dp"), reg.RAX), Load(Param("p"), reg.RDI), Load(Param("rows"), reg.RBX), Load(Param("n"), reg.RCX), reg.RDX, reg.RSI
	sum, x := s.vector(0), s.vector(1)
	Comment("p lies as far from its row as dp from its own")
	SUBQ(row, from)
	loop := func(label string, do func()) {
		MOVQ(row, at)
		MOVQ(n, count)
		Label(label)
		do()
		ADDQ(U8(s.bytes()), at)
		DECQ(count)
		JNZ(LabelRef(label))
	}
	here, there := Mem{Base: at}, Mem{Base: at, Index: from, Scale: 1}
	Label("row")
	s.zero(sum)
	loop("sum", func() {
		VMOVUPS(here, x)
		VFMADD231PS(there, x, sum)
	})
	loop("grad", func() {
		VMOVUPS(here, x)
		VSUBPS(sum, x, x)
		VMULPS(there, x, x)
		VMOVUPS(x, here)
	})
	MOVQ(at, row)
	DECQ(rows)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// transpose emits the transposition of squares of 8 x 8 numbers.
func transpose() {
	TEXT("transpose8AVX2", NOSPLIT, "func(dst, src *float32, dstRow, srcRow, dstStep, srcStep, squares int)")
	Pragma("noescape")
	Doc("transpose8AVX2 transposes squares of 8 x 8 numbers, dst[j,i] = src[i,j]. Strides and the steps to the next", "square are in bytes.")
	dst, src, dstRow, srcRow, squares := Load(Param("dst"), reg.RDI), Load(Param("src"), reg.RSI), Load(Param("dstRow"), reg.R8), Load(Param("srcRow"), reg.R9), Load(Param("squares"), reg.R10)
	// rows returns the addresses of 8 rows, of which every third gets a base.
	rows := func(base, stride reg.Register) func(i, disp int) Mem {
		bases := []reg.Register{base, reg.RAX, reg.RBX}
		point(bases, stride, 8)
		return func(i, disp int) Mem { return at(bases, stride, i, disp) }
	}
	y := set{lanes: 8}.vectors(0, 16)
	Label("square")
	from := rows(src, srcRow)
	Comment("rows i and i+4, left halves in 0..3 and right halves in 4..7")
	for i := range 8 {
		VMOVUPS(from(i%4, i/4*16), y[i].AsX())
		VINSERTF128(U8(1), from(i%4+4, i/4*16), y[i], y[i])
	}
	Comment("4 x 4 in each half of each vector")
	for h := range 2 {
		a, b, c, d := y[4*h], y[4*h+1], y[4*h+2], y[4*h+3]
		p, q, r, s := y[8+4*h], y[9+4*h], y[10+4*h], y[11+4*h]
		VUNPCKLPS(b, a, p)
		VUNPCKHPS(b, a, q)
		VUNPCKLPS(d, c, r)
		VUNPCKHPS(d, c, s)
		VSHUFPS(U8(0x44), r, p, a)
		VSHUFPS(U8(0xee), r, p, b)
		VSHUFPS(U8(0x44), s, q, c)
		VSHUFPS(U8(0xee), s, q, d)
	}
	to := rows(dst, dstRow)
	for i := range 8 {
		VMOVUPS(y[i], to(i, 0))
	}
	ADDQ(paramAddr("dstStep"), dst)
	ADDQ(paramAddr("srcStep"), src)
	DECQ(squares)
	JNZ(LabelRef("square"))
	VZEROUPPER()
	RET()
}
