// Package kernel holds the loops in which training spends its time: matrix
// products and element-wise, column-wise and row-wise arithmetic on float32,
// attention; for networks whose neurons fire or do not, counts of bits and the
// largest of many numbers; and, in double precision, what optimal transport does
// (double.go, sinkhorn.go, least.go). Most readers need MatMul, Workers and nothing
// else; methods use package nn.
//
// Every kernel exists as a portable Go definition (files *_generic.go), which
// stays for ever and is the fallback, and on amd64 as AVX2+FMA and AVX-512
// assembly, written by the programs in _asm. The widest set that the processor
// has is chosen when the program starts; ASSAY_KERNEL (generic, avx2 or avx512)
// asks for a narrower one, and the build tag purego leaves the assembly out.
//
// Reductions run in an order that depends on the shape alone: on one instruction
// set, equal inputs give equal bits, whatever the number of threads. Between
// instruction sets, sums and functions agree within the bounds that the tests
// derive. Wrong lengths panic with the name of the function.
package kernel

import (
	"fmt"
	"os"
)

// An ISA is a set of instructions for which the kernels exist.
type ISA int

// The instruction sets, from the one every machine has to the widest.
const (
	Generic ISA = iota
	AVX2
	AVX512
)

func (i ISA) String() string { return [...]string{"generic", "avx2", "avx512"}[i] }

// active is the set in use. It is a variable so that tests can walk through all
// that the machine has; outside tests it does not change after start.
var active = choose(os.Getenv("ASSAY_KERNEL"))

// Active returns the instruction set in use.
func Active() ISA { return active }

// choose returns the widest set of this machine, or the narrower one asked for.
// An unknown or unavailable name is no reason to compute with something else.
func choose(asked string) ISA {
	widest := detect()
	if asked == "" {
		return widest
	}
	for i := Generic; i <= widest; i++ {
		if i.String() == asked {
			return i
		}
	}
	panic(fmt.Sprintf("kernel: ASSAY_KERNEL=%s: this machine has generic to %v", asked, widest))
}

// A Matrix is Rows x Cols numbers in Data; row i begins at Data[i*Stride].
type Matrix struct {
	Rows, Cols, Stride int
	Data               []float32
}

// Of returns the matrix over data whose rows lie one after another.
func Of(rows, cols int, data []float32) Matrix {
	if len(data) < rows*cols {
		panic(fmt.Sprintf("kernel: %d numbers for a %d x %d matrix", len(data), rows, cols))
	}
	return Matrix{Rows: rows, Cols: cols, Stride: cols, Data: data}
}

// Row returns row i, without the numbers between rows.
func (m Matrix) Row(i int) []float32 { return m.Data[i*m.Stride : i*m.Stride+m.Cols] }
