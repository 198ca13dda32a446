package main

import (
	"fmt"

	"github.com/assaylab/assay/framework/nn/kernel/_asm/mask"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

type set string

const (
	avx2   set = "AVX2"
	avx512 set = "AVX512"
)

// A microKernel computes one panel of C, vectors*lanes columns wide, in tiles of
// up to so many rows, whose sums stay in registers.
type microKernel struct {
	set     set
	vectors int
	lanes   int
	rows    int
	name    string // appended
}

// General registers: where A, B and C stand, their strides in bytes, and the
// counters. The four bases lie three rows apart, so that base, base+stride and
// base+2*stride address twelve rows without further arithmetic.
var (
	bases     = []reg.Register{reg.RAX, reg.RBX, reg.RCX, reg.RDX}
	aRow      = reg.RSI
	aCol      = reg.RDI
	b         = reg.R8
	bRow      = reg.R9
	count     = reg.R10
	c         = reg.R11
	cRow      = reg.R12
	rowsLeft  = reg.R13
	work      = reg.R14
	a         = reg.R15
	lastLanes = reg.K1
)

// write emits the function.
func (k microKernel) write() {
	name := fmt.Sprintf("panel%sx%d%s", k.set, k.vectors*k.lanes, k.name)
	TEXT(name, NOSPLIT, "func(a, b, c, bias *float32, aRow, aCol, bRow, cRow, k, rows, cols, how int)")
	Pragma("noescape")
	Doc(name+" computes one panel of C, of "+fmt.Sprintf("%d to %d", (k.vectors-1)*k.lanes+1, k.vectors*k.lanes)+" columns, from k terms:",
		"", "  s[i,j] = sum over p of A[i,p] B[p,j], one fused multiply-add after the other",
		"  C[i,j] = act(s[i,j] [+ C[i,j]] [+ bias[j]])", "",
		"B has whole vectors. Strides are in bytes; cols is the number of columns of the last vector; how is 1 to add C, plus 2 for ReLU, plus 4",
		"to fetch C in advance.")
	Load(Param("a"), a)
	Load(Param("c"), c)
	Load(Param("aRow"), aRow)
	Load(Param("aCol"), aCol)
	Load(Param("bRow"), bRow)
	Load(Param("cRow"), cRow)
	Load(Param("rows"), rowsLeft)
	k.loadMask()

	Label("next")
	k.choose()
	for r := k.rows; r >= 1; r-- {
		k.tile(r)
	}
	Label("done")
	VZEROUPPER()
	RET()
}

// loadMask prepares the mask of the last vector of each row.
func (k microKernel) loadMask() {
	if k.set == avx512 {
		Comment("mask = 2^cols - 1")
		Load(Param("cols"), reg.RCX)
		MOVL(U32(1), reg.EAX)
		SHLL(reg.CL, reg.EAX)
		DECL(reg.EAX)
		KMOVW(reg.EAX, lastLanes)
		return
	}
	Comment("mask = 8 words of which the first cols are all ones")
	table := maskTable.Mem()
	Load(Param("cols"), reg.RCX)
	NEGQ(reg.RCX)
	LEAQ(table, reg.RAX)
	VMOVUPS(Mem{Base: reg.RAX, Index: reg.RCX, Scale: 4, Disp: 32}, k.mask())
}

var maskTable = mask.Table{Name: "lanes"}

// choose jumps to the tile for the rows that are left: the highest, except where
// that would leave a very low one, which waits for its own sums.
func (k microKernel) choose() {
	full := fmt.Sprintf("rows%d", k.rows)
	CMPQ(rowsLeft, U8(k.rows))
	JE(LabelRef(full))
	JL(LabelRef("fewer"))
	CMPQ(rowsLeft, U8(k.rows+k.rows/3))
	JGE(LabelRef(full))
	JMP(LabelRef(fmt.Sprintf("rows%d", k.rows*2/3)))
	Label("fewer")
	var search func(low, high int, label string)
	search = func(low, high int, label string) {
		if label != "" {
			Label(label)
		}
		if low == high {
			if low == 0 {
				JMP(LabelRef("done"))
			} else {
				JMP(LabelRef(fmt.Sprintf("rows%d", low)))
			}
			return
		}
		mid := (low + high + 1) / 2
		upper := fmt.Sprintf("from%dto%d", mid, high)
		CMPQ(rowsLeft, U8(mid))
		JGE(LabelRef(upper))
		search(low, mid-1, "")
		search(mid, high, upper)
	}
	search(0, k.rows-1, "")
}

// vector returns vector register i in the kernel's width.
func (k microKernel) vector(i int) reg.VecPhysical {
	if k.lanes == 16 {
		return []reg.VecPhysical{reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10,
			reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15, reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23,
			reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31}[i]
	}
	return []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7, reg.Y8, reg.Y9, reg.Y10,
		reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15, reg.Y16, reg.Y17, reg.Y18, reg.Y19, reg.Y20, reg.Y21, reg.Y22, reg.Y23,
		reg.Y24, reg.Y25, reg.Y26, reg.Y27, reg.Y28, reg.Y29, reg.Y30, reg.Y31}[i]
}

// The sums come first, then the row of B, then AVX2's mask and, in what is left,
// the elements of A in turn.
func (k microKernel) sum(row, v int) reg.VecPhysical { return k.vector(row*k.vectors + v) }
func (k microKernel) bVec(v int) reg.VecPhysical     { return k.vector(k.rows*k.vectors + v) }
func (k microKernel) mask() reg.VecPhysical          { return k.vector(k.rows*k.vectors + k.vectors) }

func (k microKernel) element(row int) reg.VecPhysical {
	first, registers := (k.rows+1)*k.vectors, 16
	if k.set == avx2 {
		first++
	}
	if k.set == avx512 {
		registers = 32
	}
	return k.vector(first + row%min(4, registers-first))
}

// at addresses the given row of A or C.
func at(row int, stride reg.Register, disp int) Mem {
	m := Mem{Base: bases[row/3], Disp: disp}
	if row%3 > 0 {
		m.Index, m.Scale = stride, uint8(row%3)
	}
	return m
}

// point sets the bases to every third row from start.
func point(start, stride reg.Register, rows int) {
	MOVQ(start, bases[0])
	for i := 1; i <= (rows-1)/3; i++ {
		LEAQ(Mem{Base: bases[i-1], Index: stride, Scale: 2}, bases[i])
		ADDQ(stride, bases[i])
	}
}

// load reads a vector of C or the bias; past the last column it reads zeros.
func (k microKernel) load(m Mem, v int, to reg.VecPhysical) {
	m.Disp += v * k.lanes * 4
	switch {
	case v < k.vectors-1:
		VMOVUPS(m, to)
	case k.set == avx512:
		VMOVUPS_Z(m, lastLanes, to)
	default:
		VMASKMOVPS(m, k.mask(), to)
	}
}

// add is to += from.
func add(from, to reg.VecPhysical) { VADDPS(from, to, to) }

// zero clears a vector.
func (k microKernel) zero(v reg.VecPhysical) {
	if k.set == avx512 {
		VPXORD(v, v, v)
	} else {
		VXORPS(v, v, v)
	}
}

// tile emits the code for so many rows.
func (k microKernel) tile(rows int) {
	label := func(s string) string { return fmt.Sprintf("%s%d", s, rows) }
	each := func(do func(row, v int)) {
		for row := range rows {
			for v := range k.vectors {
				do(row, v)
			}
		}
	}
	Label(label("rows"))
	Comment(fmt.Sprintf("%d rows: s = 0", rows))
	Load(Param("how"), work)
	TESTQ(U32(4), work)
	JZ(LabelRef(label("begin")))
	point(c, cRow, rows)
	for row := range rows {
		for _, line := range k.lines() {
			PREFETCHT0(at(row, cRow, line))
		}
	}
	Label(label("begin"))
	point(a, aRow, rows)
	Load(Param("b"), b)
	fetch, fetchStep := work, cRow
	if k.fetches() {
		Comment("what to ask for while summing: the lines of the next rows of A or, where terms lie a line or more apart, the next line of each")
		IMUL3Q(U32(uint32(rows)), aRow, fetch)
		ADDQ(a, fetch)
		MOVQ(U32(64), fetchStep)
		LEAQ(Mem{Base: a, Disp: 64}, count)
		CMPQ(aCol, fetchStep)
		CMOVQGT(aCol, fetchStep)
		CMOVQGT(count, fetch)
	}
	Load(Param("k"), count)
	each(func(row, v int) { k.zero(k.sum(row, v)) })
	Label(label("term"))
	Comment("s[i,j] += A[i,p] B[p,j]")
	for v := range k.vectors {
		VMOVUPS(Mem{Base: b, Disp: v * k.lanes * 4}, k.bVec(v))
	}
	for row := range rows {
		VBROADCASTSS(at(row, aRow, 0), k.element(row))
		for v := range k.vectors {
			VFMADD231PS(k.bVec(v), k.element(row), k.sum(row, v))
		}
	}
	for i := 0; i <= (rows-1)/3; i++ {
		ADDQ(aCol, bases[i])
	}
	if k.fetches() {
		PREFETCHT0(Mem{Base: fetch})
		ADDQ(fetchStep, fetch)
	}
	ADDQ(bRow, b)
	DECQ(count)
	JNZ(LabelRef(label("term")))

	if k.fetches() {
		Load(Param("cRow"), cRow)
	}
	point(c, cRow, rows)
	Load(Param("how"), work)
	TESTQ(U32(1), work)
	JZ(LabelRef(label("bias")))
	Comment("s += C")
	each(func(row, v int) {
		k.load(at(row, cRow, 0), v, k.bVec(0))
		add(k.bVec(0), k.sum(row, v))
	})
	Label(label("bias"))
	Load(Param("bias"), b)
	TESTQ(b, b)
	JZ(LabelRef(label("relu")))
	Comment("s += bias")
	for v := range k.vectors {
		k.load(Mem{Base: b}, v, k.bVec(v))
	}
	each(func(row, v int) { add(k.bVec(v), k.sum(row, v)) })
	Label(label("relu"))
	TESTQ(U32(2), work)
	JZ(LabelRef(label("store")))
	Comment("s = max(0, s): of two operands, one NaN, the instruction returns the second")
	k.zero(k.bVec(0))
	each(func(row, v int) { VMAXPS(k.sum(row, v), k.bVec(0), k.sum(row, v)) })
	Label(label("store"))
	k.store(rows, each, label)
	Comment("on to the next rows")
	IMUL3Q(U32(uint32(rows)), aRow, work)
	ADDQ(work, a)
	IMUL3Q(U32(uint32(rows)), cRow, work)
	ADDQ(work, c)
	SUBQ(U32(uint32(rows)), rowsLeft)
	JNZ(LabelRef("next"))
	JMP(LabelRef("done"))
}

// fetches says whether to ask for A in advance: narrow tiles read as much as they
// multiply, and have no time for it.
func (k microKernel) fetches() bool { return k.vectors > 1 }

// store writes the sums to C. AVX2's masked stores are slow on some processors:
// whole vectors go without.
func (k microKernel) store(rows int, each func(func(row, v int)), label func(string) string) {
	if k.set == avx2 {
		Load(Param("cols"), work)
		CMPQ(work, U8(k.lanes))
		JNE(LabelRef(label("part")))
		each(func(row, v int) { VMOVUPS(k.sum(row, v), at(row, cRow, v*k.lanes*4)) })
		JMP(LabelRef(label("stored")))
		Label(label("part"))
	}
	each(func(row, v int) {
		to := at(row, cRow, v*k.lanes*4)
		switch {
		case v < k.vectors-1:
			VMOVUPS(k.sum(row, v), to)
		case k.set == avx512:
			VMOVUPS(k.sum(row, v), lastLanes, to)
		default:
			VMASKMOVPS(k.sum(row, v), k.mask(), to)
		}
	})
	if k.set == avx2 {
		Label(label("stored"))
	}
}

// lines returns where a row of the panel touches memory lines, wherever it begins.
func (k microKernel) lines() []int {
	width := k.vectors * k.lanes * 4
	var l []int
	for at := 0; at < width; at += 64 {
		l = append(l, at)
	}
	return append(l, width-4)
}
