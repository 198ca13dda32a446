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

// with emits d = y op x, where y is a number in memory.
func (s set) with(plain, broadcast func(...Op), y float32, x, d reg.VecPhysical) {
	if s.wide() {
		broadcast(constant(y), x, d)
	} else {
		plain(constant(y), x, d)
	}
}

func (s set) add(y float32, x, d reg.VecPhysical) { s.with(VADDPS, VADDPS_BCST, y, x, d) }
func (s set) sub(y float32, x, d reg.VecPhysical) { s.with(VSUBPS, VSUBPS_BCST, y, x, d) } // x - y
func (s set) max(y float32, x, d reg.VecPhysical) { s.with(VMAXPS, VMAXPS_BCST, y, x, d) }

// multiplyAdd is d = d x + y.
func (s set) multiplyAdd(y float32, x, d reg.VecPhysical) {
	s.with(VFMADD213PS, VFMADD213PS_BCST, y, x, d)
}

func (s set) broadcast(y float32, d reg.VecPhysical) { VBROADCASTSS(constant(y), d) }

// 2^f = 1 + f p(f), |f| ≤ ½; relative error 2^-23.4; by testdata/coefficients.py.
var exp2P = []float32{0.693147004, 0.240222469, 0.055507116, 0.00967130065, 0.00132692745}

const (
	magic  = 0x1.8p23 // adding it rounds to an integer, left in the low bits
	lowest = -126     // below, 2^y counts as 2^-126: no sum of attention would notice
)

// exp2 is d = 2^y, using t; y is lost. A NaN stays one.
func (s set) exp2(y, t, d reg.VecPhysical) {
	s.broadcast(lowest, d)
	VMAXPS(y, d, y) // of two operands, one NaN, the second: y
	s.add(magic, y, t)
	s.sub(magic, t, d)
	VSUBPS(d, y, y)
	s.broadcast(exp2P[4], d)
	for i := 3; i >= 0; i-- {
		s.multiplyAdd(exp2P[i], y, d)
	}
	s.multiplyAdd(1, y, d)
	VPSLLD(U8(23), t, t)
	VPADDD(t, d, d)
}

// fold joins all lanes of v in each of its lanes, by t.
func (s set) fold(join func(...Op), v, t reg.VecPhysical) {
	if s.wide() {
		VSHUFF32X4(U8(0x4e), v, v, t)
		join(t, v, v)
		VSHUFF32X4(U8(0xb1), v, v, t)
	} else {
		VPERM2F128(U8(1), v, v, t)
	}
	join(t, v, v)
	VPERMILPS(U8(0x4e), v, t)
	join(t, v, v)
	VPERMILPS(U8(0xb1), v, t)
	join(t, v, v)
}
