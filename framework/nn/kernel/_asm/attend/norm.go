package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// LayerNorm of rows of 1 to 4 vectors of 8 numbers, in the order of the sums of
// rows: as there, so that the bits are the same, products are rounded before they
// are added.

var ymm = set{name: "AVX2", lanes: 8, rows: 6}

// shortRows emits a function on such rows. The body gets the number of vectors
// of a row and emits what comes before the loop; what it returns, one row.
func shortRows(name, signature string, doc []string, body func(vectors int) (row func())) {
	TEXT(name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(append([]string{name + " computes, for each of some rows of 1 to 4 vectors of 8 numbers,", ""}, append(doc, "", "Strides are in bytes.")...)...)
	Load(Param("vectors"), work)
	for vectors := 1; vectors < 4; vectors++ {
		CMPQ(work, U8(vectors))
		JE(LabelRef(fmt.Sprintf("vectors%d", vectors)))
	}
	for _, vectors := range []int{4, 1, 2, 3} {
		Label(fmt.Sprintf("vectors%d", vectors))
		row := body(vectors)
		label := fmt.Sprintf("row%d", vectors)
		Label(label)
		row()
		DECQ(rowsLeft)
		JNZ(LabelRef(label))
		VZEROUPPER()
		RET()
	}
}

// total leaves in each lane of v[0] the sum of all, by t, adding in halves of 32
// parts.
func total(v []reg.VecPhysical, t reg.VecPhysical) {
	for _, h := range []int{2, 1} {
		for i := h; i < min(len(v), 2*h); i++ {
			VADDPS(v[i], v[i-h], v[i-h])
		}
	}
	ymm.fold(VADDPS, v[:1], []reg.VecPhysical{t})
}

func load(to reg.Register, name string) { Load(Param(name), to) }

func vectorAt(base reg.Register, v int) Mem { return Mem{Base: base, Disp: 32 * v} }

// moments emits mean and variance.
func moments() {
	x, xRow, mean, variance := reg.RAX, reg.RSI, reg.RBX, reg.RCX
	shortRows("shortMomentsAVX2", "func(mean, variance, x *float32, xRow, rows, vectors int, n float32)",
		[]string{"  mean = sum of x / n,  variance = sum of (x - mean)^2 / n"}, func(vectors int) func() {
			load(x, "x")
			load(xRow, "xRow")
			load(mean, "mean")
			load(variance, "variance")
			load(rowsLeft, "rows")
			values, sums, t, n := ymm.vectors(0, vectors), ymm.vectors(4, vectors), ymm.vector(8), ymm.vector(9)
			VBROADCASTSS(paramAddr("n"), n)
			return func() {
				for i, v := range values {
					VMOVUPS(vectorAt(x, i), v)
					VMOVAPS(v, sums[i])
				}
				total(sums, t)
				m := ymm.vector(10)
				VDIVPS(n, sums[0], m)
				VMOVSS(m.AsX(), Mem{Base: mean})
				for i, v := range values {
					VSUBPS(m, v, v)
					VMULPS(v, v, sums[i])
				}
				total(sums, t)
				VDIVPS(n, sums[0], t)
				VMOVSS(t.AsX(), Mem{Base: variance})
				ADDQ(xRow, x)
				ADDQ(U8(4), mean)
				ADDQ(U8(4), variance)
			}
		})
}

// normalise emits the forward pass.
func normalise() {
	dst, x, dstRow, xRow, mean, inv, scale, shift := reg.RDI, reg.RAX, reg.R8, reg.RSI, reg.RBX, reg.RCX, reg.R12, reg.R13
	shortRows("shortNormaliseAVX2", "func(dst, x, mean, inv, scale, shift *float32, dstRow, xRow, rows, vectors int)",
		[]string{"  dst = (x - mean) inv scale + shift"}, func(vectors int) func() {
			load(dst, "dst")
			load(x, "x")
			load(dstRow, "dstRow")
			load(xRow, "xRow")
			load(mean, "mean")
			load(inv, "inv")
			load(scale, "scale")
			load(shift, "shift")
			load(rowsLeft, "rows")
			a, b, m, r := ymm.vectors(0, vectors), ymm.vectors(4, vectors), ymm.vector(8), ymm.vector(9)
			for i := range vectors {
				VMOVUPS(vectorAt(scale, i), a[i])
				VMOVUPS(vectorAt(shift, i), b[i])
			}
			return func() {
				VBROADCASTSS(Mem{Base: mean}, m)
				VBROADCASTSS(Mem{Base: inv}, r)
				for i := range vectors {
					v := ymm.vector(10 + i)
					VMOVUPS(vectorAt(x, i), v)
					VSUBPS(m, v, v)
					VMULPS(r, v, v)
					VMULPS(a[i], v, v)
					VADDPS(b[i], v, v)
					VMOVUPS(v, vectorAt(dst, i))
				}
				ADDQ(dstRow, dst)
				ADDQ(xRow, x)
				ADDQ(U8(4), mean)
				ADDQ(U8(4), inv)
			}
		})
}

// normaliseGrad emits the backward pass. A row is read twice, so that what it
// needs fits the registers.
func normaliseGrad() {
	dx, dy, x, dxRow, dyRow, xRow, mean, inv := reg.RDI, reg.RAX, reg.RDX, reg.R8, reg.R12, reg.RSI, reg.RBX, reg.RCX
	scale, dscale, dshift := reg.R13, reg.R14, reg.R15
	shortRows("shortNormaliseGradAVX2", "func(dx, dscale, dshift, dy, x, mean, inv, scale *float32, dxRow, dyRow, xRow, rows, vectors int, n float32)",
		[]string{"  dx = inv (g - a - (x - mean) b),  g = dy scale,  a = sum of g / n,  b = sum of g (x - mean) / n inv^2",
			"  dscale += dy (x - mean) inv,  dshift += dy"}, func(vectors int) func() {
			load(dx, "dx")
			load(dscale, "dscale")
			load(dshift, "dshift")
			load(dy, "dy")
			load(x, "x")
			load(mean, "mean")
			load(inv, "inv")
			load(scale, "scale")
			load(dxRow, "dxRow")
			load(dyRow, "dyRow")
			load(xRow, "xRow")
			load(rowsLeft, "rows")
			sumA, sumB, t, m, r, n, g, d := ymm.vectors(0, vectors), ymm.vectors(4, vectors), ymm.vector(8), ymm.vector(9), ymm.vector(10), ymm.vector(11), ymm.vector(12), ymm.vector(13)
			VBROADCASTSS(paramAddr("n"), n)
			return func() {
				VBROADCASTSS(Mem{Base: mean}, m)
				VBROADCASTSS(Mem{Base: inv}, r)
				for i := range vectors {
					VMOVUPS(vectorAt(dy, i), g)
					VADDPS(vectorAt(dshift, i), g, t)
					VMOVUPS(t, vectorAt(dshift, i))
					VMOVUPS(vectorAt(x, i), d)
					VSUBPS(m, d, d)
					VMULPS(r, d, t)
					VMULPS(g, t, t)
					VADDPS(vectorAt(dscale, i), t, t)
					VMOVUPS(t, vectorAt(dscale, i))
					VMULPS(vectorAt(scale, i), g, sumA[i])
					VMULPS(d, sumA[i], sumB[i])
				}
				total(sumA, t)
				total(sumB, t)
				a, b := sumA[0], sumB[0]
				VDIVPS(n, a, a)
				VDIVPS(n, b, b)
				VMULPS(r, b, b)
				VMULPS(r, b, b)
				for i := range vectors {
					VMOVUPS(vectorAt(dy, i), g)
					VMULPS(vectorAt(scale, i), g, g)
					VSUBPS(a, g, g)
					VMOVUPS(vectorAt(x, i), d)
					VSUBPS(m, d, d)
					VMULPS(b, d, d)
					VSUBPS(d, g, g)
					VMULPS(r, g, g)
					VMOVUPS(g, vectorAt(dx, i))
				}
				ADDQ(dxRow, dx)
				ADDQ(dyRow, dy)
				ADDQ(xRow, x)
				ADDQ(U8(4), mean)
				ADDQ(U8(4), inv)
			}
		})
}
