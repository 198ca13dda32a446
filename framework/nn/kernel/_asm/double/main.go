// Double writes the assembly of the double-precision kernels: those of
// Sinkhorn's iteration and of exact transport.
//
//	go run -C _asm ./double -out ../double_amd64.s -stubs ../double_stub_amd64.go -pkg kernel
package main

import "github.com/mmcloughlin/avo/build"

func main() {
	build.ConstraintExpr("!purego")
	for _, s := range []set{avx512, avx2} {
		s.exp()
		s.gibbs()
		s.sinkhornRows()
		s.mulVec()
		s.quotients()
		s.extent()
		s.planRow()
		s.squaredDistances()
		s.relax()
		s.argLeast()
		s.twoLeast()
	}
	build.Generate()
}
