// Bits writes the assembly that counts bits, raises counts of bits and picks the largest numbers: what
// networks of neurons that fire or do not spend their time with.
//
//	go run -C _asm ./bits -out ../bits_amd64.s -stubs ../bits_stub_amd64.go -pkg kernel
package main

import "github.com/mmcloughlin/avo/build"

func main() {
	build.ConstraintExpr("!purego")
	countBits()
	raiseBits()
	weighCounts()
	addCounts()
	countAtLeast()
	indicesAtLeast()
	build.Generate()
}
