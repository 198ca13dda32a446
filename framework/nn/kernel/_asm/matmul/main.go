// Matmul writes the assembly of the matrix product: the micro-kernels and the
// packing of panels.
//
//	go run -C _asm ./matmul -out ../matmul_amd64.s -stubs ../matmul_stub_amd64.go -pkg kernel
package main

import "github.com/mmcloughlin/avo/build"

func main() {
	build.ConstraintExpr("!purego")
	for _, k := range []microKernel{
		{set: avx512, vectors: 4, lanes: 16, rows: 6},
		{set: avx512, vectors: 2, lanes: 16, rows: 12},
		{set: avx512, vectors: 1, lanes: 16, rows: 12},
		{set: avx512, vectors: 2, lanes: 8, rows: 6, name: "Halves"},
		{set: avx512, vectors: 1, lanes: 8, rows: 12},
		{set: avx2, vectors: 2, lanes: 8, rows: 6},
		{set: avx2, vectors: 1, lanes: 8, rows: 12},
	} {
		k.write()
	}
	dotKernel{set: avx512, rows: 3}.write()
	dotKernel{set: avx2, rows: 2}.write()
	packTransposed()
	packRows()
	family()
	build.Generate()
}
