package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// benchShapes are shapes that the methods use, and the two of the goals.
var benchShapes = []struct {
	m, n, k int
	forms   string
}{
	{512, 512, 512, "NN NT TN"}, {256, 163, 163, "NN NT TN"}, {163, 163, 256, "TN"}, {256, 128, 163, "NT"}, {256, 64, 64, "NN NT"}, {64, 64, 256, "TN"},
	{512, 64, 256, "NT"}, {512, 32, 256, "NT NN"}, {256, 1000, 784, "NT"}, {256, 784, 1000, "NN"}, {1000, 784, 256, "TN"},
	{5216, 384, 16, "NT"}, {5216, 16, 384, "NT NN"}, {384, 16, 5216, "TN"}, {16, 384, 5216, "TN"}, {5216, 24, 384, "NN"}, {5216, 384, 24, "NT"}, {5216, 32, 16, "NT"}, {32, 16, 5216, "TN"},
	{1024, 1, 256, "NN NT"}, {1024, 2, 256, "NT"}, {1, 256, 1024, "TN"}, {1, 256, 256, "NN NT"},
}

func BenchmarkMatMul(b *testing.B) {
	for _, s := range benchShapes {
		for _, form := range forms {
			if !containsWord(s.forms, form.name) {
				continue
			}
			b.Run(fmt.Sprintf("%s/%dx%dx%d", form.name, s.m, s.n, s.k), func(b *testing.B) {
				benchMatMul(b, 1, s.m, s.n, s.k, form.at, form.bt)
			})
		}
	}
}

func BenchmarkMatMulBatch(b *testing.B) {
	for _, l := range []int{2, 5, 8} {
		b.Run(fmt.Sprintf("NT/%dx%dx64", l, l), func(b *testing.B) { benchMatMul(b, 1000, l, l, 64, NoTrans, T) })
		b.Run(fmt.Sprintf("NN/%dx64x%d", l, l), func(b *testing.B) { benchMatMul(b, 1000, l, 64, l, NoTrans, NoTrans) })
		b.Run(fmt.Sprintf("TN/%dx64x%d", l, l), func(b *testing.B) { benchMatMul(b, 1000, l, 64, l, T, NoTrans) })
	}
	b.Run("NT/163x163x64", func(b *testing.B) { benchMatMul(b, 12, 163, 163, 64, NoTrans, T) })
	b.Run("NN/163x64x163", func(b *testing.B) { benchMatMul(b, 12, 163, 64, 163, NoTrans, NoTrans) })
	b.Run("TN/163x64x163", func(b *testing.B) { benchMatMul(b, 12, 163, 64, 163, T, NoTrans) })
}

func containsWord(words, word string) bool {
	for i := 0; i+2 <= len(words); i += 3 {
		if words[i:i+2] == word {
			return true
		}
	}
	return false
}

func benchMatMul(b *testing.B, count, m, n, k int, at, bt Trans) {
	w := NewWorkers(1)
	defer w.Close()
	r := rand.New(rand.NewPCG(1, 2))
	x, xStep := random(r, count, m, k, 0, at)
	y, yStep := random(r, count, k, n, 0, bt)
	c := Of(m, n, make([]float32, count*m*n))
	for b.Loop() {
		w.MatMulBatch(count, c, m*n, x, xStep, at, y, yStep, bt, Epilogue{})
	}
	b.ReportMetric(2e-9*float64(count)*float64(m)*float64(n)*float64(k)*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
}
