package kernel

import "math"

func expDoubleGeneric(dst, x []float64) {
	for i, v := range x {
		dst[i] = expOfDouble(v)
	}
}

// expOfDouble is e^x as the assembly has it, operation by operation (_asm/double/exp.go
// says why): the same bits. math.Exp is off by more than one unit on some machines.
func expOfDouble(x float64) float64 {
	if x != x {
		return x
	}
	x = max(-746, min(710, x))
	n := math.FMA(expLog2e, x, expMagic) - expMagic
	x = math.FMA(-expLn2Hi, n, x)
	r := math.FMA(-expLn2Lo, n, x)
	c := math.FMA(-expLn2Lo, n, x-r)
	q := expDoubleQ[len(expDoubleQ)-1]
	for i := len(expDoubleQ) - 2; i >= 0; i-- {
		q = math.FMA(q, r, expDoubleQ[i])
	}
	q = math.FMA(float64(r*r), q, c)
	return math.Ldexp(1+(q+r), int(n))
}

const (
	expMagic = 0x1.8p52
	expLog2e = 0x1.71547652b82fep0
	expLn2Hi = 0x1.62e42fefa38p-1
	expLn2Lo = 0x1.ef35793c7673p-45
)

var expDoubleQ = [...]float64{0x1p-1, 0x1.5555555555557p-3, 0x1.5555555555556p-5, 0x1.11111111100dfp-7, 0x1.6c16c16c162d6p-10,
	0x1.a01a01abe62ddp-13, 0x1.a01a01a6d7808p-16, 0x1.71de023756534p-19, 0x1.27e4db67b42e3p-22, 0x1.af4ddd848f7dfp-26,
	0x1.1f72fc730f7c5p-29}

func quotientsGeneric(dst, x, y []float64) {
	for i := range dst {
		dst[i] = x[i] / y[i]
	}
}

func extentGeneric(x []float64) (least, most float64) {
	least, most = math.Inf(1), math.Inf(-1)
	for _, v := range x {
		least, most = min(least, v), max(most, v) // NaN where one is
	}
	return least, most
}

// mulVecGeneric takes eight rows together: their sums hide each other's latency.
func mulVecGeneric(dst, a, x []float64) {
	m := len(x)
	i := 0
	for ; i+8 <= len(dst); i += 8 {
		s := eightDots(a[i*m:][:8*m], x)
		copy(dst[i:], s[:])
	}
	for ; i < len(dst); i++ {
		s := 0.0
		for j, v := range a[i*m:][:m] {
			s += v * x[j]
		}
		dst[i] = s
	}
}

// eightDots are the products of eight rows with x.
func eightDots(k, x []float64) [8]float64 {
	m := len(x)
	k0, k1, k2, k3 := k[:m], k[m:][:m], k[2*m:][:m], k[3*m:][:m]
	k4, k5, k6, k7 := k[4*m:][:m], k[5*m:][:m], k[6*m:][:m], k[7*m:][:m]
	var s0, s1, s2, s3, s4, s5, s6, s7 float64
	for j, v := range x {
		s0 += k0[j] * v
		s1 += k1[j] * v
		s2 += k2[j] * v
		s3 += k3[j] * v
		s4 += k4[j] * v
		s5 += k5[j] * v
		s6 += k6[j] * v
		s7 += k7[j] * v
	}
	return [8]float64{s0, s1, s2, s3, s4, s5, s6, s7}
}

// squaredDistancesGeneric fills dst from its j-th element on. Coordinates go in
// fours, and every operation is rounded.
func squaredDistancesGeneric(dst, x, y []float64, from int) {
	n := len(dst)
	for j := from; j < n; j++ {
		sum, i := 0.0, 0
		square := func(i int) float64 {
			s := x[i] - y[i*n+j]
			return float64(s * s)
		}
		for ; i+4 <= len(x); i += 4 {
			sum += (square(i) + square(i+1)) + (square(i+2) + square(i+3))
		}
		for ; i < len(x); i++ {
			sum += square(i)
		}
		dst[j] = sum
	}
}
