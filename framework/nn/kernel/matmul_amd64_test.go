//go:build amd64 && !purego

package kernel

import (
	"fmt"
	"testing"
)

// The narrow tile has two forms, one per kind of processor; both work on all that
// have AVX-512, with the same bits.
func TestMatMulHalves(t *testing.T) {
	if detect() != AVX512 {
		t.Skip("this machine has no avx512")
	}
	defer func(isa ISA, h bool) { active, halves = isa, h }(active, halves)
	active = AVX512
	w := NewWorkers(1)
	defer w.Close()
	a, b := make([]float32, 27*70), make([]float32, 70*16)
	for i := range a {
		a[i] = float32(i%17) / 3
	}
	for i := range b {
		b[i] = float32(i%13) / 7
	}
	for cols := 9; cols <= 16; cols++ {
		var first []float32
		for _, halves = range []bool{false, true} {
			for m := 1; m <= 26; m++ {
				checkMatMul(t, w, productCase{m: m, n: cols, k: 30 + m, count: 1, bt: m%2 == 0, add: m%3 == 0, cGap: m % 2, seed: uint64(m)}, nil)
			}
			c := Of(27, cols, make([]float32, 27*cols))
			w.MatMul(c, Of(27, 70, a), NoTrans, Of(70, cols, b), NoTrans, Epilogue{})
			if first == nil {
				first = c.Data
			}
			sameBits(t, fmt.Sprintf("%d columns, halves %v", cols, halves), c.Data, first)
		}
	}
}
