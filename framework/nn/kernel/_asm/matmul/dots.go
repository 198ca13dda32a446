package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A dotKernel computes C = A Bᵀ for few rows or columns, where packing B would
// cost more than the product: tiles of up to so many rows and four columns, each
// element a dot product of two rows along k.
type dotKernel struct {
	set  set
	rows int
}

const dotColumns = 4

// write emits the function. In AVX-512, K1 masks the last terms and K2 the last
// columns; in AVX2, vectors 14 and 15 do.
func (d dotKernel) write() {
	name := "dots" + string(d.set)
	TEXT(name, NOSPLIT, "func(a, b, c, bias *float32, aRow, bRow, cRow, biasStep, k, rows, cols, how int)")
	Pragma("noescape")
	Doc(name+" computes C from dot products of the rows of A with those of B:", "",
		"  C[i,j] = act(sum over p of A[i,p] B[j,p] [+ C[i,j]] [+ bias[j]])", "",
		fmt.Sprintf("Lane l of a vector sums the terms p = l modulo %d. Strides are in bytes; biasStep is that between the biases of", d.lanes()),
		"four columns; how is 1 to add C, plus 2 for ReLU.")

	bs := []reg.Register{reg.RCX, reg.RDX, reg.R8, reg.R9}
	a0, a3, aRow, tail := reg.RAX, reg.RBX, reg.RSI, reg.RDI
	count, c, bias, rowsLeft, a, work := reg.R10, reg.R11, reg.R12, reg.R13, reg.R14, reg.R15
	aAt := func(row int) Mem {
		switch row {
		case 0:
			return Mem{Base: a0}
		case 3:
			return Mem{Base: a3}
		}
		return Mem{Base: a0, Index: aRow, Scale: uint8(row)}
	}
	sum := func(row, col int) reg.VecPhysical { return d.vector(row*dotColumns + col) }
	bVec := func(col int) reg.VecPhysical { return d.vector(d.rows*dotColumns + col) }
	aVec := d.vector((d.rows + 1) * dotColumns)

	Load(Param("aRow"), aRow)
	Comment("the mask of the last terms")
	Load(Param("k"), tail)
	ANDQ(U8(d.lanes()-1), tail)
	d.maskTerms(tail)
	Load(Param("bias"), bias)

	Label("columns")
	Comment("the mask of up to four columns, and their rows of B, the last one repeated")
	Load(Param("cols"), work)
	d.maskColumns(work)
	Load(Param("rows"), rowsLeft)
	Load(Param("a"), a)
	Load(Param("c"), c)

	Label("rows")
	Load(Param("cols"), work)
	Load(Param("b"), bs[0])
	Load(Param("bRow"), count)
	for i := 1; i < dotColumns; i++ {
		MOVQ(bs[i-1], bs[i])
		LEAQ(Mem{Base: bs[i-1], Index: count, Scale: 1}, a0)
		CMPQ(work, U8(i))
		CMOVQGT(a0, bs[i])
	}
	MOVQ(a, a0)
	for r := 1; r < d.rows; r++ {
		CMPQ(rowsLeft, U8(r))
		JE(LabelRef(fmt.Sprintf("tile%d", r)))
	}
	for r := d.rows; r >= 1; r-- {
		label := func(s string) string { return fmt.Sprintf("%s%d", s, r) }
		Label(label("tile"))
		Comment(fmt.Sprintf("%d rows: s = 0", r))
		if r > 3 {
			LEAQ(Mem{Base: a0, Index: aRow, Scale: 2}, a3)
			ADDQ(aRow, a3)
		}
		for row := range r {
			for col := range dotColumns {
				d.zero(sum(row, col))
			}
		}
		Load(Param("k"), count)
		SUBQ(U8(d.lanes()), count)
		JL(LabelRef(label("last")))
		terms := func(masked bool) {
			load := func(m Mem, v reg.VecPhysical) {
				switch {
				case !masked:
					VMOVUPS(m, v)
				case d.set == avx512:
					VMOVUPS_Z(m, reg.K1, v)
				default:
					VMASKMOVPS(m, reg.Y15, v)
				}
			}
			for col := range dotColumns {
				load(Mem{Base: bs[col]}, bVec(col))
			}
			for row := range r {
				load(aAt(row), aVec)
				for col := range dotColumns {
					VFMADD231PS(bVec(col), aVec, sum(row, col))
				}
			}
		}
		Label(label("terms"))
		Comment("s[i,j] += A[i,p] B[j,p], lane by lane")
		terms(false)
		step := U8(4 * d.lanes())
		ADDQ(step, a0)
		if r > 3 {
			ADDQ(step, a3)
		}
		for _, p := range bs {
			ADDQ(step, p)
		}
		SUBQ(U8(d.lanes()), count)
		JGE(LabelRef(label("terms")))
		Label(label("last"))
		TESTQ(tail, tail)
		JZ(LabelRef(label("sum")))
		terms(true)
		Label(label("sum"))
		Comment("the sum over lanes, four columns at a time")
		for row := range r {
			d.reduce(row * dotColumns)
		}

		Comment("s += C; s += bias; s = max(0, s); C = s")
		x := func(row int) reg.VecPhysical { return d.low(row * dotColumns) }
		other := d.low(d.rows * dotColumns)
		cAt := Mem{Base: bs[1]}
		each := func(do func(row int)) {
			MOVQ(c, bs[1])
			for row := range r {
				do(row)
				ADDQ(bs[2], bs[1])
			}
		}
		Load(Param("cRow"), bs[2])
		Load(Param("how"), bs[3])
		TESTQ(U32(1), bs[3])
		JZ(LabelRef(label("bias")))
		each(func(row int) {
			d.loadColumns(cAt, other)
			VADDPS(other, x(row), x(row))
		})
		Label(label("bias"))
		TESTQ(bias, bias)
		JZ(LabelRef(label("relu")))
		d.loadColumns(Mem{Base: bias}, other)
		for row := range r {
			VADDPS(other, x(row), x(row))
		}
		Label(label("relu"))
		TESTQ(U32(2), bs[3])
		JZ(LabelRef(label("store")))
		VXORPS(other, other, other)
		for row := range r {
			VMAXPS(x(row), other, x(row))
		}
		Label(label("store"))
		each(func(row int) { d.storeColumns(x(row), cAt) })
		MOVQ(bs[1], c)
		IMUL3Q(U32(uint32(r)), aRow, work)
		ADDQ(work, a)
		SUBQ(U8(r), rowsLeft)
		JNZ(LabelRef("rows"))
		if r > 1 {
			JMP(LabelRef("across"))
		}
	}
	Label("across")
	Comment("on to the next four columns")
	Load(Param("bRow"), work)
	SHLQ(U8(2), work)
	ADDQ(work, NewParamAddr("b", 8))
	ADDQ(U8(16), NewParamAddr("c", 16))
	TESTQ(bias, bias)
	JZ(LabelRef("unbiased"))
	ADDQ(NewParamAddr("biasStep", 56), bias)
	Label("unbiased")
	SUBQ(U8(dotColumns), NewParamAddr("cols", 80))
	JG(LabelRef("columns"))
	VZEROUPPER()
	RET()
}

func (d dotKernel) lanes() int {
	if d.set == avx512 {
		return 16
	}
	return 8
}

func (d dotKernel) vector(i int) reg.VecPhysical {
	return microKernel{set: d.set, lanes: d.lanes()}.vector(i)
}

// low returns the lowest four lanes of vector i.
func (d dotKernel) low(i int) reg.VecPhysical { return d.vector(i).AsX().(reg.VecPhysical) }

func (d dotKernel) zero(v reg.VecPhysical) {
	microKernel{set: d.set, lanes: d.lanes()}.zero(v)
}

// maskTerms sets the mask of the first n lanes, n < lanes.
func (d dotKernel) maskTerms(n reg.Register) {
	MOVQ(n, reg.RCX)
	if d.set == avx512 {
		MOVL(U32(1), reg.EAX)
		SHLL(reg.CL, reg.EAX)
		DECL(reg.EAX)
		KMOVW(reg.EAX, reg.K1)
		return
	}
	NEGQ(reg.RCX)
	LEAQ(maskTable.Mem(), reg.RAX)
	VMOVUPS(Mem{Base: reg.RAX, Index: reg.RCX, Scale: 4, Disp: 32}, reg.Y15)
}

// maskColumns sets the mask of the first min(n, 4) columns.
func (d dotKernel) maskColumns(n reg.Register) {
	MOVQ(U32(dotColumns), reg.RCX)
	CMPQ(n, reg.RCX)
	CMOVQLT(n, reg.RCX)
	if d.set == avx512 {
		MOVL(U32(1), reg.EAX)
		SHLL(reg.CL, reg.EAX)
		DECL(reg.EAX)
		KMOVW(reg.EAX, reg.K2)
		return
	}
	NEGQ(reg.RCX)
	LEAQ(maskTable.Mem(), reg.RAX)
	VMOVUPS(Mem{Base: reg.RAX, Index: reg.RCX, Scale: 4, Disp: 32}, reg.X14)
}

func (d dotKernel) loadColumns(m Mem, v reg.VecPhysical) {
	if d.set == avx512 {
		VMOVUPS_Z(m, reg.K2, v)
	} else {
		VMASKMOVPS(m, reg.X14, v)
	}
}

func (d dotKernel) storeColumns(v reg.VecPhysical, m Mem) {
	if d.set == avx512 {
		VMOVUPS(v, reg.K2, m)
	} else {
		VMASKMOVPS(v, reg.X14, m)
	}
}

// reduce adds up the lanes of the four sums of a row; the results are the lowest
// lanes of the first.
func (d dotKernel) reduce(first int) {
	y := func(i int) reg.VecPhysical { return d.vector(first + i).AsY().(reg.VecPhysical) }
	x := func(i int) reg.VecPhysical { return d.low(first + i) }
	if d.set == avx512 {
		half := d.vector((d.rows + 1) * dotColumns).AsY().(reg.VecPhysical)
		for i := range dotColumns {
			VEXTRACTF64X4(U8(1), d.vector(first+i), half)
			VADDPS(half, y(i), y(i))
		}
	}
	VHADDPS(y(1), y(0), y(0))
	VHADDPS(y(3), y(2), y(2))
	VHADDPS(y(2), y(0), y(0))
	VEXTRACTF128(U8(1), y(0), x(1))
	VADDPS(x(1), x(0), x(0))
}
