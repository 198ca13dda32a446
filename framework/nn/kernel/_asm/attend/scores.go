package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/assaylab/assay/framework/nn/kernel/_asm/mask"
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
	outputs := "p, norm, local *float32"
	switch {
	case k.softmax():
		outputs = "p, most, sum, local *float32"
	case !k.again():
		outputs = "ds, p, start *float32"
	}
	TEXT(name, NOSPLIT, fmt.Sprintf("func(%s, q, u *float32, pRow, qRow, k, rows, panels, tail int)", outputs))
	Pragma("noescape")
	Doc(append([]string{name + " computes tiles of attention:", ""}, append(k.doc, "",
		fmt.Sprintf("over k terms, a multiple of 4. u is transposed and packed in panels [k x %d], of which the last has tail columns;", 2*k.lanes),
		"whole vectors of p are written. Strides are in bytes.")...)...)
	if k.softmax() {
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
		k.rowsOf(r)
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

// choose jumps to the highest tile for the rows that are left.
func (k scoreKernel) choose() {
	for _, r := range k.heights() {
		CMPQ(rowsLeft, U8(r))
		JGE(LabelRef(fmt.Sprintf("rows%d", r)))
	}
	JMP(LabelRef("done"))
}

// rowsOf emits the code for a tile of so many rows.
func (k scoreKernel) rowsOf(rows int) {
	label := func(s string) string { return fmt.Sprintf("%s%d", s, rows) }
	Label(label("rows"))
	point(queries, qRow, rows)
	point(scores, pRow, rows)
	Load(Param("u"), panel)
	if k.softmax() {
		v := k.vector(0)
		k.broadcast(float32(math.Inf(-1)), v)
		Load(Param("local"), work)
		for r := range rows {
			VMOVUPS(v, k.less(r))
		}
	}
	Load(Param("panels"), panels)
	TESTQ(panels, panels)
	JZ(LabelRef(label("tail")))
	Label(label("panel"))
	k.tile(label("panel"), rows, 2, false)
	DECQ(panels)
	JNZ(LabelRef(label("panel")))
	Label(label("tail"))
	Load(Param("tail"), work)
	TESTQ(work, work)
	JZ(LabelRef(label("end")))
	CMPQ(work, U8(k.lanes))
	JG(LabelRef(label("broad")))
	k.tile(label("narrow"), rows, 1, true)
	JMP(LabelRef(label("end")))
	Label(label("broad"))
	k.tile(label("broad"), rows, 2, true)
	Label(label("end"))
	if k.name != "attendGrad" {
		k.exponentials(label("raise"), rows)
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
	if k.again() {
		return []string{"norm"}
	}
	return []string{"start"}
}

// less and sums are vectors of row r in the memory that work points to.
func (k scoreKernel) less(r int) Mem { return Mem{Base: work, Disp: r * k.bytes()} }
func (k scoreKernel) sums(r int) Mem { return Mem{Base: work, Disp: (k.rows + r) * k.bytes()} }

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
func (k scoreKernel) tile(label string, rows, vectors int, last bool) {
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
		k.keep(rows, vectors, last)
	case "attendAgain":
		for r := range rows {
			for v := range vectors {
				VMOVUPS(k.sum(r, v, vectors), at(scores, pRow, r, v*k.bytes()))
			}
		}
	case "attendGrad":
		k.weigh(rows, vectors)
	}
	each(scores, rows, func(b reg.Register) { ADDQ(U32(uint32(vectors*k.bytes())), b) })
}

// keep stores scores and their maxima; past the last column they are -Inf.
func (k scoreKernel) keep(rows, vectors int, last bool) {
	infinity, mask, most := k.spare(0), k.spare(1), k.spare(2)
	if last {
		k.broadcast(float32(math.Inf(-1)), infinity)
		if !k.wide() {
			LEAQ(maskTable.Mem(), work)
			Comment("the mask is what of 8 words of ones and 8 of zeros begins 8 - columns words in")
			maskAt := k.lanesOfTail()
			VMOVUPS(maskAt, mask)
		}
	}
	Load(Param("local"), work)
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
		VMAXPS(k.less(r), s, most)
		VMOVUPS(most, k.less(r))
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

var maskTable = mask.Table{Name: "attendLanes"}

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

// exponentials turns the scores of a tile into 2^(s log2 e - less), one vector of
// every row in step: for the softmax, less is the maximum, else the norm.
func (k scoreKernel) exponentials(label string, rows int) {
	y, d := k.vectors(0, rows), k.vectors(k.rows, rows)
	c, e := k.spare(0), k.spare(1)
	k.broadcast(math.Log2E, e)
	if k.softmax() {
		Comment("most_i")
		Load(Param("local"), work)
		Load(Param("most"), panel)
		for r := range rows {
			VMOVUPS(k.less(r), y[r])
		}
		k.fold(VMAXPS, y, d)
		k.zero(c)
		for r := range rows {
			VMOVSS(y[r].AsX(), Mem{Base: panel, Disp: 4 * r})
			VMULPS(e, y[r], y[r])
			VMOVUPS(y[r], k.less(r))
			VMOVUPS(c, k.sums(r))
		}
	} else {
		Load(Param("local"), work)
		Load(Param("norm"), panel)
		for r := range rows {
			VBROADCASTSS(Mem{Base: panel, Disp: 4 * r}, y[r])
			VMOVUPS(y[r], k.less(r))
		}
	}
	Load(Param("panels"), panels)
	ADDQ(panels, panels)
	Load(Param("tail"), panel)
	ADDQ(U8(k.lanes-1), panel)
	SHRQ(U8(map[int]uint8{8: 3, 16: 4}[k.lanes]), panel)
	ADDQ(panel, panels)
	Load(Param("p"), scores[0])
	point(scores, pRow, rows)
	Label(label)
	var to []Mem
	for r := range rows {
		to = append(to, at(scores, pRow, r, 0))
		VMOVUPS(to[r], y[r])
	}
	for r := range rows {
		VFMSUB213PS(k.less(r), e, y[r])
	}
	k.exp2(c, y, nil, d, to)
	for r := range rows {
		VMOVUPS(d[r], to[r])
	}
	if k.softmax() {
		for r := range rows {
			VADDPS(k.sums(r), d[r], d[r])
		}
		for r := range rows {
			VMOVUPS(d[r], k.sums(r))
		}
	}
	each(scores, rows, func(b reg.Register) { ADDQ(U8(k.bytes()), b) })
	DECQ(panels)
	JNZ(LabelRef(label))
	if k.softmax() {
		k.fold(VADDPS, d, y)
		Load(Param("sum"), work)
		for r := range rows {
			VMOVSS(d[r].AsX(), Mem{Base: work, Disp: 4 * r})
		}
	}
}
