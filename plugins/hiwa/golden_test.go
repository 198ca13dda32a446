package hiwa

import (
	"context"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// golden is a worked example in the plane: two clusters a side, the target
// turned by 0.7 rad and its clusters in the other order. Its numbers were
// computed by two independent programs with plain Sinkhorn iterations of fixed
// length and R̃ starting at I.
func golden(t *testing.T, tol float64) *problem {
	t.Helper()
	s := decode(t, map[string]any{"normalise": "none", "mu": 5e-3, "tol": 1e-3, "sinkhorn_tol": tol})
	rot := turn(0.7)
	source := labelled{mat.NewDense(7, 2, []float64{2, 0, 2.5, 0.5, 3, 0.1, 2.2, -0.4, 0, 1, 0.3, 1.6, -0.2, 2.1}), []int32{0, 0, 0, 0, 1, 1, 1}}
	target := labelled{mat.NewDense(6, 2, []float64{0.1, 1.05, 0.35, 1.5, -0.15, 2.0, 2.1, 0.05, 2.4, 0.45, 2.9, 0}), []int32{0, 0, 0, 1, 1, 1}}
	p, err := prepare(s, source, labelled{turned(target.points, rot), target.labels})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func turn(angle float64) *mat.Dense {
	c, s := math.Cos(angle), math.Sin(angle)
	return mat.NewDense(2, 2, []float64{c, -s, s, c})
}

func angle(R *mat.Dense) float64 { return math.Atan2(R.At(1, 0), R.At(0, 0)) }

// The example must come out to 1e-9 in all columns, and stop after exactly 23
// iterations; an early stop of Sinkhorn at 1e-12 must not show.
func TestGoldenExample(t *testing.T) {
	for _, tol := range []float64{0, 1e-12} {
		checkGolden(t, golden(t, tol))
	}
}

func checkGolden(t *testing.T, p *problem) {
	columns := map[int]struct {
		C, P            []float64
		angle, residual float64
		residualTol     float64 // half a unit of the last digit known
	}{
		1: {
			[]float64{0.5786378959, 0.1546076292, 0.1373367448, 0.5591721645},
			[]float64{0.0538398429, 0.4461601571, 0.4461601571, 0.0538398429}, 0.2536562298, 0.3577631518, 1e-9,
		},
		2: {
			[]float64{0.6164991180, 0.1259282724, 0.0920700699, 0.5985751158},
			[]float64{0.0381861244, 0.4618138756, 0.4618138756, 0.0381861244}, 1.4755568384, 1.6225162355, 1e-9,
		},
		23: {
			[]float64{6.4273781803, 0.1192825288, 0.0827785050, 6.6921469869},
			[]float64{0, 0.5, 0.5, 0}, 0.7014264293, 1.17862e-5, 1e-10,
		},
	}
	st := p.start(mat.NewDense(2, 2, []float64{1, 0, 0, 1}))
	for !p.done(st) {
		if err := p.step(context.Background(), st); err != nil {
			t.Fatal(err)
		}
		if st.n == 1 {
			for ij, n := range st.used {
				if n != 2 {
					t.Errorf("pair %d took %d alternations, want 2", ij, n)
				}
			}
			for ij, want := range []float64{2.2301767864, 0.7428127503, 0.6542045105, -0.7812309923} {
				if got := angle(st.Rs[ij]); !(math.Abs(got-want) <= 1e-9) {
					t.Errorf("angle of pair %d is %.10f, want %.10f", ij, got, want)
				}
			}
			if d := mat.Det(st.Rs[0]); d > 0 {
				t.Errorf("pair 0 should be a reflection, its determinant is %v", d)
			}
		}
		if d := mat.Det(st.R); st.n == 3 && d > 0 {
			t.Errorf("a reflection is passed at iteration 3; got determinant %v", d)
		}
		want, ok := columns[st.n]
		if !ok {
			continue
		}
		for ij := range want.C {
			if !(math.Abs(st.C[ij]-want.C[ij]) <= 1e-9) {
				t.Errorf("n=%d: C[%d] = %.10f, want %.10f", st.n, ij, st.C[ij], want.C[ij])
			}
			if !(math.Abs(st.P[ij]-want.P[ij]) <= 1e-9) {
				t.Errorf("n=%d: P[%d] = %.10f, want %.10f", st.n, ij, st.P[ij], want.P[ij])
			}
		}
		if got := angle(st.R); !(math.Abs(got-want.angle) <= 1e-9) {
			t.Errorf("n=%d: angle %.10f, want %.10f", st.n, got, want.angle)
		}
		if !(math.Abs(st.residual-want.residual) <= want.residualTol) {
			t.Errorf("n=%d: residual %.10g, want %.10g", st.n, st.residual, want.residual)
		}
		if d := mat.Det(st.R); math.Abs(d-1) > 1e-9 {
			t.Errorf("n=%d: determinant %v, want 1", st.n, d)
		}
	}
	if st.n != 23 {
		t.Errorf("stopped after %d iterations, want 23", st.n)
	}
}
