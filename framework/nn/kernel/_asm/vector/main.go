// Command vector writes the element-wise, row and column kernels of package
// kernel: the assembly for AVX2 and AVX-512, its Go declarations, the dispatch
// and the polynomials' coefficients. A kernel is a line of the table in
// kernels.go; loops.go has the loops, formulas.go the functions, machine.go the
// instructions.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"log"
	"os"
	"path/filepath"
	"slices"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

func main() {
	out := flag.String("dir", "..", "folder to write to") // -out is taken by avo
	flag.Parse()
	log.SetFlags(0)
	for name, text := range generate() {
		if err := os.WriteFile(filepath.Join(*out, name), text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// generate returns the files by name.
func generate() map[string][]byte {
	ctx := build.NewContext()
	ctx.ConstraintExpr("amd64,!purego")
	m := &machine{Context: ctx, data: map[num]operand.Mem{}}
	for _, k := range kernels {
		for _, wide := range []bool{false, true} {
			m.wide = wide
			k.write(m)
		}
	}
	file, err := ctx.Result()
	if err == nil {
		err = pass.Concat(pass.Compile, pass.FunctionPass(dropMoves)).Execute(file)
	}
	if err != nil {
		log.Fatal(err)
	}
	cfg := printer.Config{Name: "go run -C _asm ./vector", Pkg: "kernel"}
	print := func(p printer.Printer) []byte {
		text, err := p.Print(file)
		if err != nil {
			log.Fatal(err)
		}
		return text
	}
	return map[string][]byte{
		"vec_amd64.s":         print(printer.NewGoAsm(cfg)),
		"vec_stubs_amd64.go":  gofmt(print(printer.NewStubs(cfg))),
		"vec_amd64.go":        gofmt(dispatch(cfg.GeneratedWarning(), true)),
		"vec_noasm.go":        gofmt(dispatch(cfg.GeneratedWarning(), false)),
		"vec_coefficients.go": gofmt(coefficients(cfg.GeneratedWarning())),
	}
}

// dropMoves removes moves that the register allocator has made idle.
func dropMoves(fn *ir.Function) error {
	fn.Nodes = slices.DeleteFunc(fn.Nodes, func(n ir.Node) bool {
		i, ok := n.(*ir.Instruction)
		return ok && i.Opcode == "VMOVAPS" && len(i.Operands) == 2 && i.Operands[0] == i.Operands[1]
	})
	return nil
}

func gofmt(text []byte) []byte {
	b, err := format.Source(text)
	if err != nil {
		log.Fatalf("%v in\n%s", err, text)
	}
	return b
}

// coefficients prints the polynomials for the portable definitions.
func coefficients(warning string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "// %s\n\npackage kernel\n\n", warning)
	for _, p := range []struct {
		name string
		c    []float32
	}{{"expQ", expQ}, {"expm1Q", expm1Q}, {"logP", logP}, {"erfP", erfP}, {"tailP", tailP}} {
		fmt.Fprintf(&b, "const (\n")
		for i, c := range p.c {
			fmt.Fprintf(&b, "%s%d = %v\n", p.name, i, c)
		}
		fmt.Fprintf(&b, ")\n\n")
	}
	return b.Bytes()
}
