package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestColumnSums(t *testing.T) {
	everyISA(t, "ColumnSums", func(t *testing.T) {
		r := rand.New(rand.NewPCG(21, 22))
		for _, rows := range []int{0, 1, 9, 300} {
			x := randomMatrix(r, rows, 45)
			sums, more := randoms(r, 45), ones(45)
			ColumnSums(sums, x)
			AddColumnSums(more, x)
			for j := range sums {
				var want, size float64
				for i := range rows {
					want += float64(x.Row(i)[j])
					size += math.Abs(float64(x.Row(i)[j]))
				}
				near(t, "sum", sums[j], want, float64(rows)*roundoff*size)
				near(t, "sum and one", more[j], want+1, float64(rows)*roundoff*(size+1))
			}
		}
	})
}

func TestColumnMomentsFarFromZero(t *testing.T) {
	everyISA(t, "ColumnMoments", func(t *testing.T) {
		x := offCentre(rand.New(rand.NewPCG(23, 24)), 4099, 19)
		mean, variance := make([]float32, 19), make([]float32, 19)
		ColumnMoments(mean, variance, x)
		for j := range mean {
			m, v := moments(x.Rows, func(i int) float32 { return x.Row(i)[j] })
			near(t, "mean", mean[j], m, 2*roundoff*m)
			near(t, "variance", variance[j], v, 0.001*v)
		}
	})
}

// BatchNorm put together from the kernels, with and without ReLU, against
// central differences of the same in float64.
func TestBatchNormFromColumns(t *testing.T) {
	const rows, cols, eps, h = 13, 11, 1e-5, 1e-5
	for name, act := range map[string]Activation{"Identity": Identity, "ReLU": ReLU} {
		everyISA(t, name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(25, 26))
			x, y, dx, dy := randomMatrix(r, rows, cols), randomMatrix(r, rows, cols), randomMatrix(r, rows, cols), randomMatrix(r, rows, cols)
			gamma, beta := randoms(r, cols), randoms(r, cols)
			mean, inv, a, b := ones(cols), ones(cols), ones(cols), ones(cols)
			ColumnMoments(mean, inv, x)
			for j := range inv {
				inv[j] = float32(1 / math.Sqrt(float64(inv[j])+eps))
				a[j] = gamma[j] * inv[j]
				b[j] = beta[j] - a[j]*mean[j]
			}
			AffineColumns(y, x, a, b, act)
			dbeta, dgamma := ones(cols), ones(cols)
			// dx = γ inv (dy - mean(dy) - x̂ mean(dy x̂))
			c1, c2 := ones(cols), ones(cols)
			coefficients := func() {
				for j := range c1 {
					c1[j] = -a[j] * inv[j] * dgamma[j] / rows
					c2[j] = -a[j]*dbeta[j]/rows - c1[j]*mean[j]
				}
			}
			if act == ReLU {
				ColumnSumsAndDotsRelu(dbeta, dgamma, dy, x, y, mean, inv)
				coefficients()
				AffineColumns2Relu(dx, dy, x, y, a, c1, c2)
			} else {
				ColumnSumsAndDots(dbeta, dgamma, dy, x, mean, inv)
				coefficients()
				AffineColumns2(dx, dy, x, a, c1, c2)
			}
			for j := range cols {
				forward := func(moved int, dx, dgamma, dbeta float64) (out [rows]float64, loss float64) {
					var z [rows]float64
					var m, v float64
					for i := range z {
						z[i] = float64(x.Row(i)[j])
						if i == moved {
							z[i] += dx
						}
						m += z[i] / rows
					}
					for i := range z {
						v += (z[i] - m) * (z[i] - m) / rows
					}
					for i := range z {
						out[i] = (float64(gamma[j])+dgamma)*(z[i]-m)/math.Sqrt(v+eps) + float64(beta[j]) + dbeta
						if act == ReLU {
							out[i] = max(out[i], 0)
						}
						loss += out[i] * float64(dy.Row(i)[j])
					}
					return out, loss
				}
				slope := func(moved int, dx, dgamma, dbeta float64) float64 {
					_, above := forward(moved, dx, dgamma, dbeta)
					_, below := forward(moved, -dx, -dgamma, -dbeta)
					return (above - below) / (2 * h)
				}
				out, _ := forward(-1, 0, 0, 0)
				for i := range rows {
					near(t, "y", y.Row(i)[j], out[i], 1e-5)
					near(t, "dx", dx.Row(i)[j], slope(i, h, 0, 0), 2e-5)
				}
				near(t, "dgamma", dgamma[j], slope(-1, 0, h, 0), 2e-5)
				near(t, "dbeta", dbeta[j], slope(-1, 0, 0, h), 2e-5)
			}
		})
	}
}
