package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// randomMatrix has a stride above its columns.
func randomMatrix(r *rand.Rand, rows, cols int) Matrix {
	return Matrix{Rows: rows, Cols: cols, Stride: cols + 3, Data: randoms(r, rows*(cols+3))}
}

func near(t *testing.T, what string, got float32, want, bound float64) {
	t.Helper()
	if !(math.Abs(float64(got)-want) <= bound) {
		t.Fatalf("%s: got %v, want %v ± %.1e", what, got, want, bound)
	}
}

// The error of e^a is |a| times the relative error of a, two roundings, and that
// of Exp; the sum's is that of Sum.
func TestSoftmaxRows(t *testing.T) {
	everyISA(t, "SoftmaxRows", func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		for _, cols := range []int{1, 2, 10, 33, 163} {
			x, y := randomMatrix(r, 7, cols), randomMatrix(r, 7, cols)
			Scale(x.Data, 20, x.Data)
			SoftmaxRows(y, x, 0.5)
			for i := range x.Rows {
				most, sum := float64(Max(x.Row(i))), 0.0
				for _, v := range x.Row(i) {
					sum += math.Exp(0.5 * (float64(v) - most))
				}
				for j, v := range x.Row(i) {
					a := 0.5 * (float64(v) - most)
					want := math.Exp(a) / sum
					near(t, "softmax", y.Row(i)[j], want, want*roundoff*(2*math.Abs(a)+40+float64(cols/32+6))+0x1p-149)
				}
			}
		}
	})
}

func TestSoftmaxRowsOfInfinities(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct{ x, softmax, sumExp []float32 }{
		{[]float32{-inf, 0, 0}, []float32{0, 0.5, 0.5}, []float32{math.Ln2}},
		{[]float32{-inf, -inf}, []float32{nan, nan}, []float32{-inf}},
		{[]float32{-inf, nan}, []float32{nan, nan}, []float32{nan}},
		{[]float32{0, nan}, []float32{nan, nan}, []float32{nan}},
		{[]float32{inf, 0}, []float32{nan, nan}, []float32{inf}},
		{[]float32{3e38, -3e38}, []float32{1, 0}, []float32{3e38}},
	} {
		everyISA(t, "SoftmaxRows", func(t *testing.T) {
			got := make([]float32, len(c.x))
			SoftmaxRows(Of(1, len(got), got), Of(1, len(c.x), c.x), 1)
			for i := range got {
				if !(ulps(got[i], float64(c.softmax[i])) <= 2) {
					t.Errorf("softmax(%v) = %v", c.x, got)
				}
			}
			LogSumExpRows(got[:1], Of(1, len(c.x), c.x))
			if !(ulps(got[0], float64(c.sumExp[0])) <= 2) {
				t.Errorf("logsumexp(%v) = %v", c.x, got[0])
			}
		})
	}
}

func TestSoftmaxRowsRefusesNegativeScale(t *testing.T) {
	defer func() {
		if s, _ := recover().(string); s != "kernel.SoftmaxRows: scale -0.5 is negative" {
			t.Errorf("panic %q", s)
		}
	}()
	SoftmaxRows(Of(1, 2, ones(2)), Of(1, 2, ones(2)), -0.5)
}

func TestRowsComputeTheirFormula(t *testing.T) {
	everyISA(t, "rows", func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		for _, cols := range []int{1, 10, 33, 163} {
			x, y := randomMatrix(r, 5, cols), randomMatrix(r, 5, cols)
			sums, dots, logs, scaled := make([]float32, 5), make([]float32, 5), make([]float32, 5), randomMatrix(r, 5, cols)
			RowSums(sums, x)
			RowDots(dots, x, y)
			LogSumExpRows(logs, x)
			ScaleRows(scaled, sums, x)
			depth := roundoff * float64(cols/32+8)
			for i := range x.Rows {
				var sum, sumSize, dot, dotSize, exps float64
				for j, v := range x.Row(i) {
					p := float64(v) * float64(y.Row(i)[j])
					sum, sumSize = sum+float64(v), sumSize+math.Abs(float64(v))
					dot, dotSize = dot+p, dotSize+math.Abs(p)
					exps += math.Exp(float64(v))
					near(t, "scaled", scaled.Row(i)[j], float64(sums[i])*float64(v), roundoff*math.Abs(float64(sums[i])*float64(v)))
				}
				near(t, "sum", sums[i], sum, depth*sumSize)
				near(t, "dot", dots[i], dot, depth*dotSize)
				near(t, "log sum exp", logs[i], math.Log(exps), depth+16*roundoff*(1+math.Abs(math.Log(exps))))
			}
		}
	})
}

// moments returns mean and biased variance in float64.
func moments(n int, x func(i int) float32) (mean, variance float64) {
	for i := range n {
		mean += float64(x(i)) / float64(n)
	}
	for i := range n {
		d := float64(x(i)) - mean
		variance += d * d / float64(n)
	}
	return mean, variance
}

// offCentre has columns and rows whose mean is 10⁶ times their deviation.
func offCentre(r *rand.Rand, rows, cols int) Matrix {
	x := randomMatrix(r, rows, cols)
	for i := range x.Data {
		x.Data[i] = 1000 + 0.001*x.Data[i]
	}
	return x
}

func TestRowMomentsFarFromZero(t *testing.T) {
	everyISA(t, "RowMoments", func(t *testing.T) {
		x := offCentre(rand.New(rand.NewPCG(9, 10)), 5, 4099)
		mean, variance := make([]float32, 5), make([]float32, 5)
		RowMoments(mean, variance, x)
		for i := range x.Rows {
			m, v := moments(x.Cols, func(j int) float32 { return x.Row(i)[j] })
			near(t, "mean", mean[i], m, 2*roundoff*m)
			near(t, "variance", variance[i], v, 0.001*v)
		}
	})
}

// LayerNorm with its gradients: the forward pass against float64, the backward
// pass against central differences of a float64 forward pass.
func TestNormaliseRows(t *testing.T) {
	const rows, cols, eps = 4, 37, 1e-5
	everyISA(t, "NormaliseRows", func(t *testing.T) {
		r := rand.New(rand.NewPCG(11, 12))
		x, dy := randomMatrix(r, rows, cols), randomMatrix(r, rows, cols)
		scale, shift := randoms(r, cols), randoms(r, cols)
		y, dx := randomMatrix(r, rows, cols), randomMatrix(r, rows, cols)
		mean, inv := make([]float32, rows), make([]float32, rows)
		dscale, dshift := ones(cols), ones(cols)
		RowMoments(mean, inv, x)
		for i := range inv {
			inv[i] = float32(1 / math.Sqrt(float64(inv[i])+eps))
		}
		NormaliseRows(y, x, mean, inv, scale, shift)
		NormaliseRowsGrad(dx, dscale, dshift, dy, x, mean, inv, scale)
		forward := func(i, j int, of func(i, j int) float64) float64 {
			var m, v float64
			for k := range cols {
				m += of(i, k) / cols
			}
			for k := range cols {
				v += (of(i, k) - m) * (of(i, k) - m) / cols
			}
			return (of(i, j) - m) / math.Sqrt(v+eps)
		}
		plain := func(i, j int) float64 { return float64(x.Row(i)[j]) }
		for j := range cols {
			wantScale, wantShift := 1.0, 1.0 // they are added to
			for i := range rows {
				z := forward(i, j, plain)
				near(t, "y", y.Row(i)[j], z*float64(scale[j])+float64(shift[j]), 1e-5)
				wantScale += z * float64(dy.Row(i)[j])
				wantShift += float64(dy.Row(i)[j])
				const h = 1e-5
				var slope float64
				for _, side := range []float64{-1, 1} {
					moved := func(a, b int) float64 {
						if b == j {
							return plain(a, b) + side*h
						}
						return plain(a, b)
					}
					for k := range cols {
						slope += side * forward(i, k, moved) * float64(scale[k]) * float64(dy.Row(i)[k]) / (2 * h)
					}
				}
				near(t, "dx", dx.Row(i)[j], slope, 1e-5)
			}
			near(t, "dscale", dscale[j], wantScale, 1e-5)
			near(t, "dshift", dshift[j], wantShift, 1e-5)
		}
		// Without scale and shift the same comes out as with ones and zeros.
		a, b := randomMatrix(r, rows, cols), randomMatrix(r, rows, cols)
		NormaliseRows(a, x, mean, inv, nil, nil)
		NormaliseRows(b, x, mean, inv, ones(cols), make([]float32, cols))
		da, db := randomMatrix(r, rows, cols), randomMatrix(r, rows, cols)
		NormaliseRowsGrad(da, nil, nil, dy, x, mean, inv, nil)
		NormaliseRowsGrad(db, nil, nil, dy, x, mean, inv, ones(cols))
		for i := range rows {
			for j := range cols {
				near(t, "plain y", a.Row(i)[j], float64(b.Row(i)[j]), 0)
				near(t, "plain dx", da.Row(i)[j], float64(db.Row(i)[j]), 0)
			}
		}
	})
}

func TestSoftmaxRowsGrad(t *testing.T) {
	const rows, cols, scale = 3, 21, 0.6
	everyISA(t, "SoftmaxRowsGrad", func(t *testing.T) {
		r := rand.New(rand.NewPCG(13, 14))
		x, dy := randomMatrix(r, rows, cols), randomMatrix(r, rows, cols)
		y, dx := randomMatrix(r, rows, cols), randomMatrix(r, rows, cols)
		SoftmaxRows(y, x, scale)
		SoftmaxRowsGrad(dx, y, dy, scale)
		loss := func(i, moved int, h float64) float64 {
			var sum, dot float64
			for k, v := range x.Row(i) {
				a := float64(v)
				if k == moved {
					a += h
				}
				e := math.Exp(scale * a)
				sum += e
				dot += e * float64(dy.Row(i)[k])
			}
			return dot / sum
		}
		for i := range rows {
			for j := range cols {
				near(t, "dx", dx.Row(i)[j], (loss(i, j, 1e-5)-loss(i, j, -1e-5))/2e-5, 1e-6)
			}
		}
	})
}
