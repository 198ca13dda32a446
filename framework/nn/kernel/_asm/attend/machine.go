package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A set is an instruction set: how many numbers a vector holds, and how many rows
// of scores, two vectors each, a tile keeps in registers.
type set struct {
	name        string
	lanes, rows int
}

func (s set) wide() bool { return s.lanes == 16 }
func (s set) bytes() int { return 4 * s.lanes }

// vector returns register i in the width of the set.
func (s set) vector(i int) reg.VecPhysical {
	if s.wide() {
		return []reg.VecPhysical{reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10,
			reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15, reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23,
			reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31}[i]
	}
	return []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7, reg.Y8, reg.Y9, reg.Y10,
		reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15}[i]
}

// heights are the tiles that there are, the highest first.
func (s set) heights() []int {
	if s.wide() {
		return []int{12, 8, 4, 2, 1}
	}
	return []int{6, 4, 2, 1}
}

func (s set) zero(v reg.VecPhysical) {
	if s.wide() {
		VPXORD(v, v, v)
	} else {
		VXORPS(v, v, v)
	}
}

var constants = map[uint32]Mem{}

// constant returns eight copies of a number in memory.
func constant(x float32) Mem {
	bits := math.Float32bits(x)
	m, ok := constants[bits]
	if !ok {
		m = GLOBL(fmt.Sprintf("attend%08x", bits), RODATA|NOPTR)
		for i := range 8 {
			DATA(4*i, U32(bits))
		}
		constants[bits] = m
	}
	return m
}

func (s set) broadcast(y float32, d reg.VecPhysical) { VBROADCASTSS(constant(y), d) }

// 2^f = 1 + f p(f), |f| ≤ ½; relative error 2^-23.4; by testdata/coefficients.py.
var exp2P = []float32{0.693147004, 0.240222469, 0.055507116, 0.00967130065, 0.00132692745}

const (
	magic  = 0x1.8p23 // adding it rounds to an integer, left in the low bits
	lowest = -126     // below, 2^y counts as 2^-126: no sum of attention would notice
)

// exp2 is d = 2^y for vectors in step: one after the other they would wait for
// their own results. c holds one constant after another, t what is between; if
// there are no registers for t, it waits in memory, where the result will be. y
// is lost; a NaN stays one.
func (s set) exp2(c reg.VecPhysical, y, t, d []reg.VecPhysical, to []Mem) {
	s.broadcast(lowest, c)
	for i := range y {
		VMAXPS(y[i], c, y[i]) // of two operands, one NaN, the second: y
	}
	s.broadcast(magic, c)
	Comment("y = n + f, n the nearest integer, left in the low bits of t")
	for i := range y {
		if t != nil {
			VADDPS(c, y[i], t[i])
			VSUBPS(c, t[i], d[i])
		} else {
			VADDPS(c, y[i], d[i])
			VMOVUPS(d[i], to[i])
			VSUBPS(c, d[i], d[i])
		}
	}
	for i := range y {
		VSUBPS(d[i], y[i], y[i])
	}
	Comment("2^f")
	s.broadcast(exp2P[4], c)
	for i := range y {
		VMOVAPS(c, d[i])
	}
	for _, x := range []float32{exp2P[3], exp2P[2], exp2P[1], exp2P[0], 1} {
		s.broadcast(x, c)
		for i := range y {
			VFMADD213PS(c, y[i], d[i])
		}
	}
	Comment("times 2^n")
	for i := range y {
		if t != nil {
			VPSLLD(U8(23), t[i], t[i])
			VPADDD(t[i], d[i], d[i])
		} else {
			VMOVUPS(to[i], y[i])
			VPSLLD(U8(23), y[i], y[i])
			VPADDD(y[i], d[i], d[i])
		}
	}
}

// vectors returns n registers from the i-th.
func (s set) vectors(i, n int) (v []reg.VecPhysical) {
	for ; n > 0; n-- {
		v = append(v, s.vector(i))
		i++
	}
	return v
}

// fold joins all lanes of each v in each of its lanes, by t.
func (s set) fold(join func(...Op), v, t []reg.VecPhysical) {
	step := func(shuffle func(v, t reg.VecPhysical)) {
		for i := range v {
			shuffle(v[i], t[i])
		}
		for i := range v {
			join(t[i], v[i], v[i])
		}
	}
	if s.wide() {
		step(func(v, t reg.VecPhysical) { VSHUFF32X4(U8(0x4e), v, v, t) })
		step(func(v, t reg.VecPhysical) { VSHUFF32X4(U8(0xb1), v, v, t) })
	} else {
		step(func(v, t reg.VecPhysical) { VPERM2F128(U8(1), v, v, t) })
	}
	step(func(v, t reg.VecPhysical) { VPERMILPS(U8(0x4e), v, t) })
	step(func(v, t reg.VecPhysical) { VPERMILPS(U8(0xb1), v, t) })
}
