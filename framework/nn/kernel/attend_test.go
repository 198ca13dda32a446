package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// An attendCase is a batch of attention with gaps between rows.
type attendCase struct {
	z, norm, q, u, dz, dq, du Matrix
	heads, length             int
}

func newAttendCase(sequences, length, heads, d int, size float32) *attendCase {
	r := rand.New(rand.NewPCG(1, 2))
	rows := sequences * length
	c := &attendCase{heads: heads, length: length, u: randomMatrix(r, rows, d), norm: randomMatrix(r, rows, heads)}
	for _, m := range []*Matrix{&c.z, &c.q, &c.dz, &c.dq} {
		*m = randomMatrix(r, rows, heads*d)
	}
	Scale(c.q.Data, size/float32(math.Sqrt(float64(d))), c.q.Data)
	c.du = randomMatrix(r, rows, d)
	return c
}

// check compares with the definition in float64. The scores are as large as
// size, and what their rounding changes is relative to them and to the number of
// terms; 1e-5 is what the layers above promise.
func (c *attendCase) check(t *testing.T, w *Workers, add bool) {
	t.Helper()
	before := Matrix{Rows: c.du.Rows, Cols: c.du.Cols, Stride: c.du.Stride, Data: slices.Clone(c.du.Data)}
	w.Attend(c.z, c.norm, c.q, c.u, c.length)
	w.AttendGrad(c.dq, c.du, add, c.dz, c.z, c.norm, c.q, c.u, c.length)
	d, L := c.u.Cols, c.length
	at := func(m Matrix, i, j int) float64 { return float64(m.Row(i)[j]) }
	for first := 0; first < c.u.Rows; first += L {
		du := make([]float64, L*d)
		for j := range du {
			if add {
				du[j] = at(before, first+j/d, j%d)
			}
		}
		for h := range c.heads {
			for i := first; i < first+L; i++ {
				p, most, sum, size := make([]float64, L), math.Inf(-1), 0.0, 0.0
				for j := range p {
					s := 0.0
					for k := range d {
						s += at(c.q, i, h*d+k) * at(c.u, first+j, k)
					}
					p[j], most = s, max(most, s)
					size = max(size, math.Abs(s))
				}
				for j := range p {
					p[j] = math.Exp(p[j] - most)
					sum += p[j]
				}
				bound := 4e-7 * (10 + size)
				if L > 16 {
					near(t, "norm", c.norm.Row(i)[h], (most+math.Log(sum))/math.Ln2, bound)
				}
				z, dq, D := make([]float64, d), make([]float64, d), 0.0
				for j := range p {
					p[j] /= sum
					for k := range d {
						z[k] += p[j] * at(c.u, first+j, k)
					}
				}
				for k := range d {
					D += z[k] * at(c.dz, i, h*d+k)
				}
				for j := range p {
					ds := -D
					for k := range d {
						ds += at(c.dz, i, h*d+k) * at(c.u, first+j, k)
					}
					ds *= p[j]
					for k := range d {
						dq[k] += ds * at(c.u, first+j, k)
						du[j*d+k] += ds*at(c.q, i, h*d+k) + p[j]*at(c.dz, i, h*d+k)
					}
				}
				for k := range d {
					near(t, fmt.Sprintf("z of token %d", i), c.z.Row(i)[h*d+k], z[k], bound)
					near(t, fmt.Sprintf("dq of token %d", i), c.dq.Row(i)[h*d+k], dq[k], bound*float64(d))
				}
			}
		}
		for j := range du {
			near(t, fmt.Sprintf("du of token %d", first+j/d), c.du.Row(first + j/d)[j%d], du[j], 3e-6*float64(10+d)*math.Sqrt(float64(L)))
		}
	}
}

func TestAttend(t *testing.T) {
	everyISA(t, "Attend", func(t *testing.T) {
		w := NewWorkers(1)
		defer w.Close()
		for _, d := range []int{3, 8, 16, 24} {
			for _, length := range []int{1, 2, 5, 10, 17, 32, 50, 163} {
				heads := 1 + length%3
				newAttendCase(1+18/length, length, heads, d, 1).check(t, w, length%2 == 0)
			}
		}
		newAttendCase(2, 40, 2, 16, 30).check(t, w, false) // sharp
	})
}

// Scores so large that their exponentials would overflow.
func TestAttendOfLargeScores(t *testing.T) {
	everyISA(t, "Attend", func(t *testing.T) {
		w := NewWorkers(1)
		defer w.Close()
		for _, length := range []int{2, 5, 20, 163} {
			c := newAttendCase(3, length, 2, 16, 3000)
			w.Attend(c.z, c.norm, c.q, c.u, length)
			w.AttendGrad(c.dq, c.du, false, c.dz, c.z, c.norm, c.q, c.u, length)
			for _, m := range []Matrix{c.z, c.dq, c.du, c.norm} {
				for i := range m.Rows {
					for _, v := range m.Row(i) {
						if v-v != 0 {
							t.Fatalf("sequences of %d: %v", length, v)
						}
					}
				}
			}
		}
	})
}

// A NaN among the tokens must show.
func TestAttendPassesNaN(t *testing.T) {
	everyISA(t, "Attend", func(t *testing.T) {
		w := NewWorkers(1)
		defer w.Close()
		for _, length := range []int{2, 20} {
			c := newAttendCase(1, length, 1, 16, 1)
			c.u.Row(1)[3] = float32(math.NaN())
			w.Attend(c.z, c.norm, c.q, c.u, length)
			for i := range length {
				if v := c.z.Row(i)[3]; v == v {
					t.Errorf("sequence of %d: token %d has %v", length, i, v)
				}
			}
		}
	})
}

func TestAttendOnThreads(t *testing.T) {
	everyISA(t, "Attend", func(t *testing.T) {
		for _, length := range []int{2, 8, 50, 163} {
			var want *attendCase
			for _, threads := range []int{1, 2, 4} {
				w := NewWorkers(threads)
				c := newAttendCase(700/length, length, 3, 16, 1)
				w.Attend(c.z, c.norm, c.q, c.u, length)
				w.AttendGrad(c.dq, c.du, false, c.dz, c.z, c.norm, c.q, c.u, length)
				w.Close()
				if want == nil {
					want = c
				}
				for name, m := range map[string][2]Matrix{"z": {c.z, want.z}, "dq": {c.dq, want.dq}, "du": {c.du, want.du}} {
					if !slices.Equal(m[0].Data, m[1].Data) {
						t.Errorf("sequences of %d: %s differs on %d threads", length, name, threads)
					}
				}
			}
		}
	})
}
