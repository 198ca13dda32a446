package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The products with matrices as narrow as a token: tiles of all rows that the
// registers hold and of one or two vectors of columns.

// columnsOf emits the loop over vectors of columns: two at a time, then one.
// Beforehand the number of vectors is in left.
func columnsOf(left reg.Register, body func(label string, vectors int)) {
	Label("columns")
	CMPQ(left, U8(2))
	JGE(LabelRef("two"))
	CMPQ(left, U8(1))
	JGE(LabelRef("one"))
	VZEROUPPER()
	RET()
	body("two", 2)
	body("one", 1)
}

// attendValues emits C = diag(scale) P U.
func (s set) attendValues() {
	name := "attendValues" + s.name
	TEXT(name, NOSPLIT, "func(c, p, u, scale *float32, cRow, pRow, uRow, k, rows, vectors int)")
	Pragma("noescape")
	Doc(name+" computes some vectors of columns of", "", "  c_i = scale_i sum over j of p_ij u_j", "",
		"over k terms; without scale (nil) it is 1. Strides are in bytes.")
	p, c := queries, scores
	pRow, cRow, u, uRow, left, rowsLeft, count := reg.RSI, reg.RDI, reg.R8, reg.R9, reg.R10, reg.R11, reg.R10
	load(pRow, "pRow")
	load(cRow, "cRow")
	load(uRow, "uRow")
	Load(Param("vectors"), left)
	columnsOf(left, func(name string, vectors int) {
		Label(name)
		load(p[0], "p")
		load(c[0], "c")
		load(rowsLeft, "rows")
		Label(name + "rows")
		for _, h := range s.heights() {
			CMPQ(rowsLeft, U8(h))
			JGE(LabelRef(fmt.Sprintf("%s%d", name, h)))
		}
		Comment("on to the next columns")
		ADDQ(U32(uint32(vectors*s.bytes())), paramAddr("c"))
		ADDQ(U32(uint32(vectors*s.bytes())), paramAddr("u"))
		load(left, "vectors")
		SUBQ(U8(vectors), left)
		MOVQ(left, paramAddr("vectors"))
		JMP(LabelRef("columns"))
		for _, h := range s.heights() {
			label := fmt.Sprintf("%s%d", name, h)
			sum := func(r, v int) reg.VecPhysical { return s.vector(r*vectors + v) }
			spare := func(i int) reg.VecPhysical { return s.vector(2*s.rows + i) }
			Label(label)
			point(p, pRow, h)
			for i := range h * vectors {
				s.zero(s.vector(i))
			}
			load(u, "u")
			term := func(i int) {
				for v := range vectors {
					VMOVUPS(Mem{Base: u, Disp: v * s.bytes()}, spare(v))
				}
				ADDQ(uRow, u)
				for r := range h {
					e := spare(2 + r%2)
					VBROADCASTSS(at(p, pRow, r, 4*i), e)
					for v := range vectors {
						VFMADD231PS(spare(v), e, sum(r, v))
					}
				}
			}
			load(count, "k")
			SUBQ(U8(4), count)
			JL(LabelRef(label + "rest"))
			Label(label + "four")
			for i := range 4 {
				term(i)
			}
			each(p, h, func(b reg.Register) { ADDQ(U8(16), b) })
			SUBQ(U8(4), count)
			JGE(LabelRef(label + "four"))
			Label(label + "rest")
			ADDQ(U8(4), count)
			JZ(LabelRef(label + "scale"))
			Label(label + "one")
			term(0)
			each(p, h, func(b reg.Register) { ADDQ(U8(4), b) })
			DECQ(count)
			JNZ(LabelRef(label + "one"))
			Label(label + "scale")
			load(u, "scale")
			TESTQ(u, u)
			JZ(LabelRef(label + "store"))
			load(count, "rows")
			SUBQ(rowsLeft, count)
			for r := range h {
				VBROADCASTSS(Mem{Base: u, Index: count, Scale: 4, Disp: 4 * r}, spare(0))
				for v := range vectors {
					VMULPS(spare(0), sum(r, v), sum(r, v))
				}
			}
			Label(label + "store")
			point(c, cRow, h)
			for r := range h {
				for v := range vectors {
					VMOVUPS(sum(r, v), at(c, cRow, r, v*s.bytes()))
				}
			}
			Comment("on to the next rows")
			load(count, "k")
			SHLQ(U8(2), count)
			SUBQ(count, p[0])
			for range h {
				ADDQ(pRow, p[0])
				ADDQ(cRow, c[0])
			}
			SUBQ(U8(h), rowsLeft)
			JMP(LabelRef(name + "rows"))
		}
	})
}

// attendSums emits C += Pᵀ DZ + DSᵀ Q.
func (s set) attendSums() {
	name := "attendSums" + s.name
	TEXT(name, NOSPLIT, "func(c, p, ds, dz, q *float32, cRow, pRow, zRow, qRow, k, rows, vectors int)")
	Pragma("noescape")
	Doc(name+" adds to some vectors of columns of C:", "", "  c_j += sum over i of p_ij dz_i + ds_ij q_i", "",
		"over k terms. Strides are in bytes, that of ds is pRow too.")
	c := scores
	p, b, pRow, cRow, bRow, left, rowsLeft, count, column := reg.RAX, reg.RBX, reg.RSI, reg.RDI, reg.R9, reg.R10, reg.R11, reg.R10, reg.RCX
	load(pRow, "pRow")
	load(cRow, "cRow")
	load(left, "vectors")
	columnsOf(left, func(name string, vectors int) {
		Label(name)
		load(c[0], "c")
		load(rowsLeft, "rows")
		Comment("bytes to the column of p")
		XORQ(column, column)
		Label(name + "rows")
		for _, h := range s.heights() {
			CMPQ(rowsLeft, U8(h))
			JGE(LabelRef(fmt.Sprintf("%s%d", name, h)))
		}
		Comment("on to the next columns")
		for _, a := range []string{"c", "dz", "q"} {
			ADDQ(U32(uint32(vectors*s.bytes())), paramAddr(a))
		}
		load(left, "vectors")
		SUBQ(U8(vectors), left)
		MOVQ(left, paramAddr("vectors"))
		JMP(LabelRef("columns"))
		for _, h := range s.heights() {
			label := fmt.Sprintf("%s%d", name, h)
			sum := func(r, v int) reg.VecPhysical { return s.vector(r*vectors + v) }
			spare := func(i int) reg.VecPhysical { return s.vector(2*s.rows + i) }
			Label(label)
			point(c, cRow, h)
			for r := range h {
				for v := range vectors {
					VMOVUPS(at(c, cRow, r, v*s.bytes()), sum(r, v))
				}
			}
			for _, part := range [][3]string{{"p", "dz", "zRow"}, {"ds", "q", "qRow"}} {
				load(p, part[0])
				ADDQ(column, p)
				load(b, part[1])
				load(bRow, part[2])
				term := func() {
					for v := range vectors {
						VMOVUPS(Mem{Base: b, Disp: v * s.bytes()}, spare(v))
					}
					ADDQ(bRow, b)
					for r := range h {
						e := spare(2 + r%2)
						VBROADCASTSS(Mem{Base: p, Disp: 4 * r}, e)
						for v := range vectors {
							VFMADD231PS(spare(v), e, sum(r, v))
						}
					}
					ADDQ(pRow, p)
				}
				load(count, "k")
				SUBQ(U8(2), count)
				JL(LabelRef(label + part[0] + "rest"))
				Label(label + part[0])
				term()
				term()
				SUBQ(U8(2), count)
				JGE(LabelRef(label + part[0]))
				Label(label + part[0] + "rest")
				ADDQ(U8(2), count)
				JZ(LabelRef(label + part[0] + "end"))
				term()
				Label(label + part[0] + "end")
			}
			for r := range h {
				for v := range vectors {
					VMOVUPS(sum(r, v), at(c, cRow, r, v*s.bytes()))
				}
			}
			Comment("on to the next rows")
			for range h {
				ADDQ(cRow, c[0])
			}
			ADDQ(U8(4*h), column)
			SUBQ(U8(h), rowsLeft)
			JMP(LabelRef(name + "rows"))
		}
	})
}

// attendDots emits the products of rows, in parts.
func (s set) attendDots() {
	name := "attendDots" + s.name
	TEXT(name, NOSPLIT, "func(dst, x, y *float32, n, vectors int)")
	Pragma("noescape")
	Doc(name + " computes n dot products with a minus sign, of so many vectors of x and y each, one after another.")
	dst, x, y, n, vectors, left := Load(Param("dst"), reg.RDI), Load(Param("x"), reg.RSI), Load(Param("y"), reg.RBX), Load(Param("n"), reg.RCX), Load(Param("vectors"), reg.RDX), reg.RAX
	sum, t := s.vector(0), s.vector(1)
	Label("next")
	s.zero(sum)
	MOVQ(vectors, left)
	Label("vector")
	VMOVUPS(Mem{Base: x}, t)
	VFNMADD231PS(Mem{Base: y}, t, sum)
	ADDQ(U8(s.bytes()), x)
	ADDQ(U8(s.bytes()), y)
	DECQ(left)
	JNZ(LabelRef("vector"))
	s.fold(VADDPS, []reg.VecPhysical{sum}, []reg.VecPhysical{t})
	VMOVSS(sum.AsX(), Mem{Base: dst})
	ADDQ(U8(4), dst)
	DECQ(n)
	JNZ(LabelRef("next"))
	VZEROUPPER()
	RET()
}

// fetch emits the request for memory that will be read with large strides.
func fetch() {
	TEXT("attendFetch", NOSPLIT, "func(p *float32, lines int)")
	Pragma("noescape")
	Doc("attendFetch asks for lines of 64 bytes: what follows reads every sixth, and no processor would guess it.")
	p, n := Load(Param("p"), reg.RAX), Load(Param("lines"), reg.RCX)
	Label("line")
	PREFETCHT1(Mem{Base: p})
	ADDQ(U8(64), p)
	DECQ(n)
	JNZ(LabelRef("line"))
	RET()
}
