//go:build amd64 && !purego

package kernel

import "math"

// first is a pointer that the assembly may take where there is nothing.
func first[T any](x []T) *T {
	if len(x) == 0 {
		return nil
	}
	return &x[0]
}

func expDouble(dst, x []float64) {
	switch active {
	case AVX512:
		expDoubleAVX512(first(dst), first(x), len(x))
	case AVX2:
		expDoubleAVX2(first(dst), first(x), len(x))
	default:
		expDoubleGeneric(dst, x)
	}
}

func quotients(dst, x, y []float64) {
	switch active {
	case AVX512:
		quotientsAVX512(first(dst), first(x), first(y), len(x))
	case AVX2:
		quotientsAVX2(first(dst), first(x), first(y), len(x))
	default:
		quotientsGeneric(dst, x, y)
	}
}

func extent(x []float64) (least, most float64) {
	var nan int
	switch {
	case active == AVX512 && len(x) >= 8:
		least, most, nan = extentAVX512(&x[0], len(x))
	case active == AVX2 && len(x) >= 4:
		least, most, nan = extentAVX2(&x[0], len(x))
	default:
		return extentGeneric(x)
	}
	if nan != 0 {
		return undefined, undefined
	}
	return least, most
}

func mulVec(dst, a, x []float64) {
	switch active {
	case AVX512:
		mulVecAVX512(&dst[0], &a[0], &x[0], len(dst), len(x))
	case AVX2:
		mulVecAVX2(&dst[0], &a[0], &x[0], len(dst), len(x))
	default:
		mulVecGeneric(dst, a, x)
	}
}

func gibbs(dst, c, g []float64, f, least, beta float64) {
	switch active {
	case AVX512:
		gibbsAVX512(first(dst), first(c), first(g), len(c), f, least, beta)
	case AVX2:
		gibbsAVX2(first(dst), first(c), first(g), len(c), f, least, beta)
	default:
		gibbsGeneric(dst, c, g, f, least, beta)
	}
}

func sinkhornRows(col, a, k, b, p []float64) (off, least float64) {
	switch {
	case active == Generic || len(a) == 0 || len(b) == 0:
		return sinkhornRowsGeneric(col, a, k, b, p)
	case active == AVX2:
		return sinkhornRowsAVX2(&col[0], &a[0], &k[0], &b[0], &p[0], len(a), len(b))
	default:
		return sinkhornRowsAVX512(&col[0], &a[0], &k[0], &b[0], &p[0], len(a), len(b))
	}
}

func planRow(dst, k, b, c []float64, a float64) (sum, cost float64) {
	switch active {
	case AVX512:
		return planRowAVX512(first(dst), first(k), first(b), first(c), len(c), a)
	case AVX2:
		return planRowAVX2(first(dst), first(k), first(b), first(c), len(c), a)
	default:
		return planRowGeneric(dst, k, b, c, a)
	}
}

// whole is how many of n numbers fill vectors.
func whole(n int) int {
	switch {
	case active == Generic || uint64(n) > math.MaxInt32:
		return 0
	case active == AVX2:
		return n &^ 3
	default:
		return n &^ 7
	}
}

func squaredDistances(dst, x, y []float64) {
	n := whole(len(dst))
	if len(x) == 0 {
		n = 0
	}
	if n > 0 && active == AVX512 {
		squaredDistancesAVX512(&dst[0], &x[0], &y[0], len(x), n, len(dst))
	} else if n > 0 {
		squaredDistancesAVX2(&dst[0], &x[0], &y[0], len(x), n, len(dst))
	}
	squaredDistancesGeneric(dst, x, y, n)
}

func relax(dist []float64, pred []int32, c, w []float64, h float64, k int32) (least float64, at int) {
	n := whole(len(c))
	if n == 0 {
		return relaxGeneric(dist, pred, c, w, h, k)
	}
	if active == AVX512 {
		least, at = relaxAVX512(&dist[0], &pred[0], &c[0], &w[0], n, h, k)
	} else {
		least, at = relaxAVX2(&dist[0], &pred[0], &c[0], &w[0], n, h, k)
	}
	if l, a := relaxGeneric(dist[n:], pred[n:], c[n:], w[n:], h, k); l < least {
		return l, n + a
	}
	return least, at
}

func argLeast(x []float64) (least float64, at int) {
	n := whole(len(x))
	if n == 0 {
		return argLeastGeneric(x)
	}
	if active == AVX512 {
		least, at = argLeastAVX512(&x[0], n)
	} else {
		least, at = argLeastAVX2(&x[0], n)
	}
	if l, a := argLeastGeneric(x[n:]); l < least {
		return l, n + a
	}
	return least, at
}

func twoLeast(c, v []float64) (u1, u2 float64, j1, j2 int) {
	t, n := noPlaces(), whole(len(c))
	if n > 0 {
		var u [16]float64
		var at [16]int64
		lanes := 8
		if active == AVX512 {
			twoLeastAVX512(&u[0], &at[0], &c[0], &v[0], n)
		} else {
			twoLeastAVX2(&u[0], &at[0], &c[0], &v[0], n)
			lanes = 4
		}
		for i, h := range u[:2*lanes] {
			t.join(h, int(at[i]))
		}
	}
	t = twoLeastGeneric(t, c, v, n)
	return t.u1, t.u2, t.j1, t.j2
}
