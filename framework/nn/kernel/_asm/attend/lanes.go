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
	Doc(name+" turns rows of n numbers into their softmax, in every lane, where they stand.")
	row, rows, n, at, count := Load(Param("p"), reg.RAX), Load(Param("rows"), reg.RBX), Load(Param("n"), reg.RCX), reg.RDX, reg.RSI
	most, sum, e, x, t, d, one := s.vector(0), s.vector(1), s.vector(2), s.vector(3), s.vector(4), s.vector(5), s.vector(6)
	s.broadcast(math.Log2E, e)
	s.broadcast(1, one)
	loop := func(label string, do func()) {
		MOVQ(row, at)
		MOVQ(n, count)
		Label(label)
		do()
		ADDQ(U8(s.bytes()), at)
		DECQ(count)
		JNZ(LabelRef(label))
	}
	here := Mem{Base: at}
	Label("row")
	s.broadcast(float32(math.Inf(-1)), most)
	loop("most", func() { VMAXPS(here, most, most) })
	VMULPS(e, most, most)
	s.zero(sum)
	loop("exp", func() {
		VMOVUPS(here, x)
		VFMSUB213PS(most, e, x)
		s.exp2(x, t, d)
		VMOVUPS(d, here)
		VADDPS(d, sum, sum)
	})
	VDIVPS(sum, one, sum)
	loop("scale", func() {
		VMULPS(here, sum, x)
		VMOVUPS(x, here)
	})
	MOVQ(at, row)
	DECQ(rows)
	JNZ(LabelRef("row"))
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
