package main

import (
	"fmt"
	"math"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A scoreKernel goes through rows of scores, a tile of some rows at a time, and
// in it through the panels of uᵀ, each two vectors wide.
type scoreKernel struct {
	set
	name string
	doc  []string
}

func (k scoreKernel) softmax() bool { return k.name == "attendSoftmax" }
func (k scoreKernel) again() bool   { return k.name == "attendAgain" }

// General registers. The bases lie three rows apart: base, base+stride and
// base+2*stride address the rows between.
var (
	queries  = []reg.Register{reg.RAX, reg.RBX, reg.RCX, reg.RDX}
	scores   = []reg.Register{reg.R12, reg.R13, reg.R14, reg.R15}
	qRow     = reg.RSI
	pRow     = reg.RDI
	panel    = reg.R8
	work     = reg.R9
	panels   = reg.R10
	rowsLeft = reg.R11
	lastMask = reg.K1
)

func at(bases []reg.Register, stride reg.Register, row, disp int) Mem {
	m := Mem{Base: bases[row/3], Disp: disp}
	if row%3 > 0 {
		m.Index, m.Scale = stride, uint8(row%3)
	}
	return m
}

// point sets the bases to every third row from the first of them.
func point(bases []reg.Register, stride reg.Register, rows int) {
	for i := 1; i <= (rows-1)/3; i++ {
		LEAQ(Mem{Base: bases[i-1], Index: stride, Scale: 2}, bases[i])
		ADDQ(stride, bases[i])
	}
}

// each does it for the bases that so many rows need.
func each(bases []reg.Register, rows int, do func(reg.Register)) {
	for i := 0; i <= (rows-1)/3; i++ {
		do(bases[i])
	}
}

func (k scoreKernel) write() {
	name := k.name + k.set.name
	outputs := "p, start *float32"
	switch {
	case k.softmax():
		outputs = "p, most, sum *float32"
	case !k.again():
		outputs = "ds, p, start *float32"
	}
	TEXT(name, NOSPLIT, fmt.Sprintf("func(%s, q, u *float32, pRow, qRow, k, rows, panels, tail int)", outputs))
	Pragma("noescape")
	Doc(append([]string{name + " computes tiles of attention:", ""}, append(k.doc, "",
		fmt.Sprintf("over k terms, a multiple of 4. u is transposed and packed in panels [k x %d], of which the last has tail columns;", 2*k.lanes),
		"whole vectors of p are written. Strides are in bytes.")...)...)
	maxima := Mem{}
	if k.softmax() {
		maxima = AllocLocal(k.rows * k.bytes())
		k.loadMask()
	}
	Load(Param(strings.Split(outputs, ",")[0]), scores[0])
	Load(Param("q"), queries[0])
	Load(Param("pRow"), pRow)
	Load(Param("qRow"), qRow)
	Load(Param("rows"), rowsLeft)
	Label("next")
	k.choose()
	for _, r := range k.heights() {
		k.rowsOf(r, maxima)
	}
	Label("done")
	VZEROUPPER()
	RET()
}

// loadMask makes the mask of the columns in the last vector of the tail.
func (k scoreKernel) loadMask() {
	Load(Param("tail"), reg.RCX)
	DECQ(reg.RCX)
	ANDQ(U8(k.lanes-1), reg.RCX)
	INCQ(reg.RCX)
	if k.wide() {
		MOVL(U32(1), reg.EAX)
		SHLL(reg.CL, reg.EAX)
		DECL(reg.EAX)
		KMOVW(reg.EAX, lastMask)
	}
}

// heights are the tiles that there are, the highest first.
func (k scoreKernel) heights() []int {
	if k.wide() {
		return []int{12, 8, 4, 2, 1}
	}
	return []int{6, 4, 2, 1}
}

// choose jumps to the highest tile for the rows that are left.
func (k scoreKernel) choose() {
	for _, r := range k.heights() {
		CMPQ(rowsLeft, U8(r))
		JGE(LabelRef(fmt.Sprintf("rows%d", r)))
	}
	JMP(LabelRef("done"))
}

// rowsOf emits the code for a tile of so many rows.
func (k scoreKernel) rowsOf(rows int, maxima Mem) {
	label := func(s string) string { return fmt.Sprintf("%s%d", s, rows) }
	Label(label("rows"))
	point(queries, qRow, rows)
	point(scores, pRow, rows)
	Load(Param("u"), panel)
	if k.softmax() {
		v := k.vector(0)
		k.broadcast(float32(math.Inf(-1)), v)
		for r := range rows {
			VMOVUPS(v, maxima.Offset(r*k.bytes()))
		}
	}
	Load(Param("panels"), panels)
	TESTQ(panels, panels)
	JZ(LabelRef(label("tail")))
	Label(label("panel"))
	k.tile(label("panel"), rows, 2, false, maxima)
	DECQ(panels)
	JNZ(LabelRef(label("panel")))
	Label(label("tail"))
	Load(Param("tail"), work)
	TESTQ(work, work)
	JZ(LabelRef(label("end")))
	CMPQ(work, U8(k.lanes))
	JG(LabelRef(label("broad")))
	k.tile(label("narrow"), rows, 1, true, maxima)
	JMP(LabelRef(label("end")))
	Label(label("broad"))
	k.tile(label("broad"), rows, 2, true, maxima)
	Label(label("end"))
	if k.softmax() {
		k.exponentials(label, rows, maxima)
	}
	Comment("on to the next rows")
	Load(Param(k.first()), scores[0])
	IMUL3Q(U32(uint32(rows)), pRow, work)
	ADDQ(work, scores[0])
	MOVQ(scores[0], k.param(k.first()))
	IMUL3Q(U32(uint32(rows)), qRow, work)
	ADDQ(work, queries[0])
	for _, p := range k.perRow() {
		ADDQ(U8(4*rows), k.param(p))
	}
	if k.name == "attendGrad" {
		IMUL3Q(U32(uint32(rows)), pRow, work)
		ADDQ(work, k.param("p"))
	}
	SUBQ(U8(rows), rowsLeft)
	JNZ(LabelRef("next"))
	JMP(LabelRef("done"))
}

func (k scoreKernel) first() string {
	if k.name == "attendGrad" {
		return "ds"
	}
	return "p"
}

// perRow are the parameters that have one number for each row.
func (k scoreKernel) perRow() []string {
	if k.softmax() {
		return []string{"most", "sum"}
	}
	return []string{"start"}
}

func (k scoreKernel) param(name string) Op {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

// The sums come first, then the vectors of uᵀ, then what else.
func (k scoreKernel) sum(row, v, vectors int) reg.VecPhysical { return k.vector(row*vectors + v) }
func (k scoreKernel) spare(i int) reg.VecPhysical             { return k.vector(2*k.rows + i) }

// tile computes rows of one panel, and moves on to the next.
func (k scoreKernel) tile(label string, rows, vectors int, last bool, maxima Mem) {
	Comment(fmt.Sprintf("%d rows, %d vectors: s = q uᵀ", rows, vectors))
	if k.name == "attendGrad" {
		Load(Param("start"), work)
	}
	for r := range rows {
		for v := range vectors {
			switch {
			case k.name != "attendGrad":
				k.zero(k.sum(r, v, vectors))
			default:
				VBROADCASTSS(Mem{Base: work, Disp: 4 * r}, k.sum(r, v, vectors))
			}
		}
	}
	Load(Param("k"), work)
	Label(label + "terms")
	const unroll = 4
	for c := range unroll {
		for v := range vectors {
			VMOVUPS(Mem{Base: panel, Disp: (2*c + v) * k.bytes()}, k.spare(v))
		}
		for r := range rows {
			q := k.spare(2 + (c*rows+r)%2)
			VBROADCASTSS(at(queries, qRow, r, 4*c), q)
			for v := range vectors {
				VFMADD231PS(k.spare(v), q, k.sum(r, v, vectors))
			}
		}
	}
	each(queries, rows, func(b reg.Register) { ADDQ(U8(4*unroll), b) })
	ADDQ(U32(uint32(unroll*2*k.bytes())), panel)
	SUBQ(U8(unroll), work)
	JNZ(LabelRef(label + "terms"))
	Load(Param("k"), work)
	SHLQ(U8(2), work)
	each(queries, rows, func(b reg.Register) { SUBQ(work, b) })
	switch k.name {
	case "attendSoftmax":
		k.keep(rows, vectors, last, maxima)
	case "attendAgain":
		k.raise(rows, vectors)
	case "attendGrad":
		k.weigh(rows, vectors)
	}
	each(scores, rows, func(b reg.Register) { ADDQ(U8(vectors*k.bytes()), b) })
}

// keep stores scores and their maxima; past the last column they are -Inf.
func (k scoreKernel) keep(rows, vectors int, last bool, maxima Mem) {
	infinity, mask, most := k.spare(0), k.spare(1), k.spare(2)
	if last {
		k.broadcast(float32(math.Inf(-1)), infinity)
		if !k.wide() {
			LEAQ(maskTable(), work)
			Comment("the mask is what of 8 words of ones and 8 of zeros begins 8 - columns words in")
			maskAt := k.lanesOfTail()
			VMOVUPS(maskAt, mask)
		}
	}
	for r := range rows {
		for v := range vectors {
			s := k.sum(r, v, vectors)
			if last && v == vectors-1 {
				if k.wide() {
					VBLENDMPS(s, infinity, lastMask, s)
				} else {
					VBLENDVPS(mask, s, infinity, s)
				}
			}
			VMOVUPS(s, at(scores, pRow, r, v*k.bytes()))
		}
		s := k.sum(r, 0, vectors)
		if vectors == 2 {
			VMAXPS(k.sum(r, 1, vectors), s, s)
		}
		VMAXPS(maxima.Offset(r*k.bytes()), s, most)
		VMOVUPS(most, maxima.Offset(r*k.bytes()))
	}
}

// lanesOfTail addresses AVX2's mask; work holds the table.
func (k scoreKernel) lanesOfTail() Mem {
	Load(Param("tail"), panels)
	DECQ(panels)
	ANDQ(U8(k.lanes-1), panels)
	INCQ(panels)
	NEGQ(panels)
	return Mem{Base: work, Index: panels, Scale: 4, Disp: 32}
}

var tableMem *Mem

// maskTable is 8 words of ones, then 8 of zeros.
func maskTable() Mem {
	if tableMem == nil {
		m := GLOBL("attendLanes", RODATA|NOPTR)
		for i := range 16 {
			v := uint32(0)
			if i < 8 {
				v = 0xffffffff
			}
			DATA(4*i, U32(v))
		}
		tableMem = &m
	}
	return *tableMem
}

// raise stores 2^(s log2 e + start).
func (k scoreKernel) raise(rows, vectors int) {
	start, e, t, d := k.spare(0), k.spare(1), k.spare(2), k.spare(3)
	k.broadcast(math.Log2E, e)
	Load(Param("start"), work)
	for r := range rows {
		VBROADCASTSS(Mem{Base: work, Disp: 4 * r}, start)
		for v := range vectors {
			s := k.sum(r, v, vectors)
			VFMADD213PS(start, e, s)
			k.exp2(s, t, d)
			VMOVUPS(d, at(scores, pRow, r, v*k.bytes()))
		}
	}
}

// weigh stores p (s + start); the sums began at start.
func (k scoreKernel) weigh(rows, vectors int) {
	Comment("p lies as far from its first row as ds from its own")
	Load(Param("p"), work)
	SUBQ(k.param("ds"), work)
	for i := 0; i <= (rows-1)/3; i++ {
		ADDQ(scores[i], work)
		for r := 3 * i; r < min(rows, 3*i+3); r++ {
			for v := range vectors {
				s := k.sum(r, v, vectors)
				from := Mem{Base: work, Disp: v * k.bytes()}
				if r%3 > 0 {
					from.Index, from.Scale = pRow, uint8(r%3)
				}
				VMULPS(from, s, s)
				VMOVUPS(s, at(scores, pRow, r, v*k.bytes()))
			}
		}
		SUBQ(scores[i], work)
	}
}

// exponentials turns rows of scores into exp(s - most), row after row.
func (k scoreKernel) exponentials(label func(string) string, rows int, maxima Mem) {
	Comment("most_i, then p_ij = 2^((s_ij - most_i) log2 e) and their sum")
	most, sum, e, s, t, d := k.vector(0), k.vector(1), k.vector(2), k.vector(3), k.vector(4), k.vector(5)
	vectors, row, left := queries[3], panels, queries[2]
	k.broadcast(math.Log2E, e)
	Load(Param("panels"), vectors)
	ADDQ(vectors, vectors)
	Load(Param("tail"), work)
	ADDQ(U8(k.lanes-1), work)
	SHRQ(U8(map[int]uint8{8: 3, 16: 4}[k.lanes]), work)
	ADDQ(work, vectors)
	Load(Param("p"), row)
	for r := range rows {
		name := fmt.Sprintf("%s_%d", label("raise"), r)
		VMOVUPS(maxima.Offset(r*k.bytes()), most)
		k.fold(VMAXPS, most, t)
		Load(Param("most"), work)
		VMOVSS(most.AsX(), Mem{Base: work, Disp: 4 * r})
		k.zero(sum)
		VMULPS(e, most, most)
		MOVQ(row, work)
		MOVQ(vectors, left)
		Label(name)
		VMOVUPS(Mem{Base: work}, s)
		VFMSUB213PS(most, e, s)
		k.exp2(s, t, d)
		VMOVUPS(d, Mem{Base: work})
		VADDPS(d, sum, sum)
		ADDQ(U8(k.bytes()), work)
		DECQ(left)
		JNZ(LabelRef(name))
		k.fold(VADDPS, sum, t)
		Load(Param("sum"), work)
		VMOVSS(sum.AsX(), Mem{Base: work, Disp: 4 * r})
		ADDQ(pRow, row)
	}
}
