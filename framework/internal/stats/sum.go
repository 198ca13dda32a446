package stats

import "math"

// exact is a sum without rounding: its value is that of the parts, which do not
// overlap (Shewchuk 1997). The order of what is added never decides.
type exact []float64

func (e *exact) add(x float64) {
	kept := (*e)[:0]
	for _, y := range *e {
		if math.Abs(x) < math.Abs(y) {
			x, y = y, x
		}
		hi := x + y
		if lo := y - (hi - x); lo != 0 {
			kept = append(kept, lo)
		}
		x = hi
	}
	*e = append(kept, x)
}

// value rounds once: from the largest part down until one is lost, and half a unit
// away from where the rest pulls.
func (e exact) value() float64 {
	i := len(e) - 1
	if i < 0 {
		return 0
	}
	hi := e[i]
	var lo float64
	for i > 0 {
		i--
		x, y := hi, e[i]
		hi = x + y
		if lo = y - (hi - x); lo != 0 {
			break
		}
	}
	if i > 0 && (lo < 0 && e[i-1] < 0 || lo > 0 && e[i-1] > 0) {
		if y := lo * 2; y == (hi+y)-hi {
			hi += y
		}
	}
	return hi
}

// sum is correctly rounded; x must not overflow on the way (see unit).
func sum(x []float64) float64 {
	var e exact
	for _, v := range x {
		e.add(v)
	}
	return e.value()
}

// Mean returns the mean of x, which must not be empty: correctly rounded but for
// the last division, equal to v where every value is v, the same in any order,
// and finite for finite x.
func Mean(x []float64) float64 {
	s := unit(x)
	n := float64(len(x))
	var e exact
	for _, v := range x {
		e.add(v * s)
	}
	q := e.value() / n
	// What the division has left over: Σx − n·q, without rounding.
	hi := q * n
	e.add(-hi)
	e.add(-math.FMA(q, n, -hi))
	return (q + e.value()/n) / s
}

// unit is a power of two that brings the largest of x to about 1, so that squares
// neither overflow nor vanish. Multiplying by it does not round.
func unit(samples ...[]float64) float64 {
	var largest float64
	for _, x := range samples {
		for _, v := range x {
			largest = max(largest, math.Abs(v))
		}
	}
	if largest == 0 {
		return 1
	}
	_, e := math.Frexp(largest)
	return math.Ldexp(1, max(-1000, min(1000, -e)))
}

// Tied reports whether two values differ by rounding only: by 2⁻⁴⁰ of the larger.
func Tied(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 0x1p-40*max(math.Abs(a), math.Abs(b))
}

// variance of x, which has at least two values, denominator n−1; 0 where they are
// equal. x is of unit scale.
func variance(x []float64) float64 {
	m := Mean(x)
	var ss float64
	for _, v := range x {
		ss += (v - m) * (v - m)
	}
	return ss / float64(len(x)-1)
}

func scaled(x []float64, s float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = v * s
	}
	return out
}
