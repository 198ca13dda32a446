package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// three emits d = x op y, where y may be a number in memory.
func (m *machine) three(plain, broadcast func(...operand.Op), x, y V, d operand.Op) operand.Op {
	if n, ok := y.(num); ok {
		if r, ok := m.hoist[n]; ok {
			plain(r, m.reg(x), d)
		} else if m.wide {
			broadcast(m.constant(n), m.reg(x), d)
		} else {
			plain(m.constant(n), m.reg(x), d)
		}
		return d
	}
	plain(y.(operand.Op), m.reg(x), d)
	return d
}

func (m *machine) add(x, y V) V { return m.three(m.VADDPS, m.VADDPS_BCST, x, y, m.vec()) }
func (m *machine) sub(x, y V) V { return m.three(m.VSUBPS, m.VSUBPS_BCST, x, y, m.vec()) }
func (m *machine) mul(x, y V) V { return m.three(m.VMULPS, m.VMULPS_BCST, x, y, m.vec()) }
func (m *machine) div(x, y V) V { return m.three(m.VDIVPS, m.VDIVPS_BCST, x, y, m.vec()) }

// min and max return y where x and y are equal or one of them is NaN.
func (m *machine) min(x, y V) V { return m.three(m.VMINPS, m.VMINPS_BCST, x, y, m.vec()) }
func (m *machine) max(x, y V) V { return m.three(m.VMAXPS, m.VMAXPS_BCST, x, y, m.vec()) }

func (m *machine) and(x, y V) V { return m.three(m.VANDPS, m.VANDPS_BCST, x, y, m.vec()) }
func (m *machine) or(x, y V) V  { return m.three(m.VORPS, m.VORPS_BCST, x, y, m.vec()) }

// Lanes as 32-bit integers.
func (m *machine) addInt(x, y V) V { return m.three(m.VPADDD, m.VPADDD_BCST, x, y, m.vec()) }
func (m *machine) subInt(x, y V) V { return m.three(m.VPSUBD, m.VPSUBD_BCST, x, y, m.vec()) }

func (m *machine) shiftLeft(x V, n uint8) V {
	d := m.vec()
	m.VPSLLD(operand.U8(n), m.reg(x), d)
	return d
}

func (m *machine) shiftRight(x V, n uint8) V { // keeps the sign
	d := m.vec()
	m.VPSRAD(operand.U8(n), m.reg(x), d)
	return d
}

func (m *machine) toFloat(x V) V {
	d := m.vec()
	m.VCVTDQ2PS(m.reg(x), d)
	return d
}

func (m *machine) sqrt(x V) V {
	d := m.vec()
	m.VSQRTPS(m.reg(x), d)
	return d
}

// fma returns x y + z, rounded once.
func (m *machine) fma(x, y, z V) V {
	return m.three(m.VFMADD231PS, m.VFMADD231PS_BCST, x, y, m.move(z))
}

// fnma returns z - x y, rounded once.
func (m *machine) fnma(x, y, z V) V {
	return m.three(m.VFNMADD231PS, m.VFNMADD231PS_BCST, x, y, m.move(z))
}

// horner returns c[0] + x (c[1] + x (c[2] + ...)).
func (m *machine) horner(x V, c ...float32) V {
	p := m.broadcast(f(c[len(c)-1]))
	for i := len(c) - 2; i >= 0; i-- {
		m.three(m.VFMADD213PS, m.VFMADD213PS_BCST, x, f(c[i]), p)
	}
	return p
}

// Comparisons, false where one side is NaN.
const (
	less    = 0x11
	atLeast = 0x1d
	greater = 0x1e
	differ  = 0x0c
	equal   = 0x00
)

// compare returns a mask of lanes: a mask register, or a vector of ones and zeros.
func (m *machine) compare(x V, how uint8, y V) operand.Op {
	var d operand.Op
	if m.wide {
		d = m.K()
	} else {
		d = m.YMM()
	}
	imm := operand.U8(how)
	with := func(op func(...operand.Op)) func(...operand.Op) {
		return func(o ...operand.Op) { op(append([]operand.Op{imm}, o...)...) }
	}
	return m.three(with(m.VCMPPS), with(m.VCMPPS_BCST), x, y, d)
}

// choose returns x in the lanes of the mask, y in the others.
func (m *machine) choose(mask operand.Op, x, y V) V {
	d := m.vec()
	if !m.wide {
		v, ok := x.(operand.Op)
		if !ok {
			v = m.constant(x.(num))
		}
		m.VBLENDVPS(mask, v, m.reg(y), d)
	} else if n, ok := x.(num); ok {
		m.VBLENDMPS_BCST(m.constant(n), m.reg(y), mask, d)
	} else {
		m.VBLENDMPS(x.(operand.Op), m.reg(y), mask, d)
	}
	return d
}

// only returns x in the lanes of the mask, +0 in the others.
func (m *machine) only(mask operand.Op, x V) V {
	d := m.vec()
	if !m.wide {
		if n, ok := x.(num); ok {
			m.VANDPS(m.constant(n), mask, d)
		} else {
			m.VANDPS(x.(operand.Op), mask, d)
		}
	} else if n, ok := x.(num); ok {
		m.VBROADCASTSS_Z(m.constant(n), mask, d)
	} else {
		m.VMOVAPS_Z(x.(operand.Op), mask, d)
	}
	return d
}

// total folds vectors of partial results in halves into lane 0 of an XMM
// register, with an instruction that takes registers of any width.
func (m *machine) total(acc []operand.Op, op func(...operand.Op)) reg.Register {
	for h := len(acc) / 2; h > 0; h /= 2 {
		for j := range h {
			op(acc[j+h], acc[j], acc[j])
		}
	}
	v := acc[0].(reg.VecVirtual)
	if m.wide {
		t := m.YMM()
		m.VEXTRACTF64X4(operand.U8(1), v, t)
		op(t, v.AsY(), v.AsY())
	}
	t := m.XMM()
	x := v.AsX()
	if m.wide {
		m.VEXTRACTF32X4(operand.U8(1), v.AsY(), t)
	} else {
		m.VEXTRACTF128(operand.U8(1), v.AsY(), t)
	}
	op(t, x, x)
	m.VPERMILPS(operand.U8(0x0e), x, t)
	op(t, x, x)
	m.VPERMILPS(operand.U8(0x01), x, t)
	op(t, x, x)
	return x
}
