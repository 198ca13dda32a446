package main

import (
	"bytes"
	"fmt"
	"strings"
)

// dispatch prints the Go functions that choose between the implementations, or
// that call the portable definitions where there is no assembly.
func dispatch(warning string, assembly bool) []byte {
	var b bytes.Buffer
	constraint := "!amd64 || purego"
	if assembly {
		constraint = "amd64 && !purego"
	}
	fmt.Fprintf(&b, "// %s\n\n//go:build %s\n\npackage kernel\n", warning, constraint)
	for _, k := range kernels {
		k.dispatch(&b, assembly)
	}
	return b.Bytes()
}

func (k kernel) dispatch(b *bytes.Buffer, assembly bool) {
	matrices, vectors, scalars := k.args()
	var params, plain, asm []string
	for _, a := range matrices {
		params = append(params, a+" Matrix")
		plain = append(plain, a)
		asm = append(asm, a+".Data", "4*"+a+".Stride")
	}
	for _, a := range vectors {
		params = append(params, a+" []float32")
		plain = append(plain, a)
		asm = append(asm, a)
	}
	if len(matrices) > 0 {
		asm = append(asm, matrices[0]+".Rows", matrices[0]+".Cols")
	}
	for _, a := range scalars {
		params = append(params, a+" float32")
		plain = append(plain, a)
		asm = append(asm, a)
	}
	result, give := "", ""
	if k.reduce != "" {
		result, give = " float32", "return "
	}
	call := func(suffix string, args []string) string {
		return give + k.name + suffix + "(" + strings.Join(args, ", ") + ")"
	}
	fmt.Fprintf(b, "\nfunc %s(%s)%s {\n", k.name, strings.Join(params, ", "), result)
	if !assembly {
		fmt.Fprintf(b, "%s\n}\n", call("Generic", plain))
		return
	}
	fmt.Fprintf(b, "switch active {\ncase AVX512:\n%s\ncase AVX2:\n%s\ndefault:\n%s\n}\n}\n",
		call("AVX512", asm), call("AVX2", asm), call("Generic", plain))
}
