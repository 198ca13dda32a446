package main

import (
	"math/bits"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// ours computes one shape with package kernel.
type ours struct {
	shape        shape
	w            *kernel.Workers
	c, a, b      kernel.Matrix
	aStep, bStep int
	at, bt       kernel.Trans
	free         []func()
}

func newOurs(s shape) *ours {
	o := &ours{shape: s, w: kernel.NewWorkers(1), at: s.form[0] == 'T', bt: s.form[1] == 'T', aStep: s.m * s.k, bStep: s.k * s.n}
	r := rand.New(rand.NewPCG(1, 2))
	matrix := func(rows, cols int, t kernel.Trans) kernel.Matrix {
		if t == kernel.T {
			rows, cols = cols, rows
		}
		data, free := floats(s.count * rows * cols)
		o.free = append(o.free, free)
		for i := range data {
			data[i] = float32(r.NormFloat64())
		}
		return kernel.Of(rows, cols, data)
	}
	o.a, o.b, o.c = matrix(s.m, s.k, o.at), matrix(s.k, s.n, o.bt), matrix(s.m, s.n, kernel.NoTrans)
	return o
}

func (o *ours) close() {
	o.w.Close()
	for _, free := range o.free {
		free()
	}
}

// time returns the seconds of one call, in the fastest of the series that fit in
// span: what interrupts a series is not the library's.
func (o *ours) time(span time.Duration) float64 {
	series := func(n int) time.Duration {
		start := time.Now()
		for range n {
			o.w.MatMulBatch(o.shape.count, o.c, o.shape.m*o.shape.n, o.a, o.aStep, o.at, o.b, o.bStep, o.bt, kernel.Epilogue{})
		}
		return time.Since(start)
	}
	once := series(1)
	n := max(1, int(span/20/max(once, 1)))
	best, end := series(n), time.Now().Add(span)
	for time.Now().Before(end) {
		best = min(best, series(n))
	}
	return best.Seconds() / float64(n)
}

// clockRate measures the processor's clock, in cycles per second: a rotation and
// an addition that wait for each other take two cycles.
func clockRate() float64 {
	const n = 500_000
	best := time.Duration(1 << 62)
	x := uint64(os.Getpid())
	for range 5 {
		start := time.Now()
		for range n {
			x = bits.RotateLeft64(x, 7) + 1
		}
		best = min(best, time.Since(start))
	}
	runtime.KeepAlive(x)
	return 2 * n / best.Seconds()
}

// flopsPerCycle is what the processor can do at most with the vectors in use: two
// fused multiply-adds, where AMD's family 19h halves those of 512 bits.
func flopsPerCycle() int {
	switch kernel.Active() {
	case kernel.AVX512:
		info, _ := os.ReadFile("/proc/cpuinfo")
		if strings.Contains(string(info), "AuthenticAMD") && strings.Contains(string(info), "cpu family\t: 25\n") {
			return 32
		}
		return 64
	case kernel.AVX2:
		return 32
	}
	return 4
}
