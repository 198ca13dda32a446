//go:build unix

package drill

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
)

var le, be = binary.LittleEndian, binary.BigEndian

func str(x float32) string { return strconv.FormatFloat(float64(x), 'g', -1, 32) }

// npyOf is a file of version 1 with that header and those values.
func npyOf(header string, values []byte) []byte {
	out := append([]byte("\x93NUMPY"), 1, 0)
	out = le.AppendUint16(out, uint16(len(header)))
	return append(append(out, header...), values...)
}

func headerOf(descr, shape string) string {
	return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n"
}

// floats are values in float32.
func floats(v ...float32) (out []byte) {
	for _, x := range v {
		out = le.AppendUint32(out, math.Float32bits(x))
	}
	return out
}

var six = []float32{1, 2, 3, 4, 5, 6}

// goodNPY holds six in three rows.
var goodNPY = npyOf(headerOf("<f4", "(3, 2)"), floats(six...))

func lyingNPY() (out []hostile) {
	for _, shape := range []string{"(1000000000, 1000000000)", "(4294967296, 4294967296)", "(-3, 2)", "(300000000, 2)", "(2, 2)", "(4, 2)",
		"(99999999999999999999, 2)", "(9223372036854775807,)", "(" + strings.Repeat("2, ", 70) + ")"} {
		out = append(out, hostile{name: "shape " + shape, file: "lie.npy", bytes: npyOf(headerOf("<f4", shape), floats(six...))})
	}
	long := append([]byte("\x93NUMPY\x02\x00"), 255, 255, 255, 255)
	return append(out, hostile{name: "a header of 4 GB", file: "lie.npy", bytes: append(long, "{'descr': '<f4'"...)})
}

func cutNPY() (out []hostile) {
	for i := range 10 {
		n := len(goodNPY) * i / 10
		out = append(out, hostile{name: fmt.Sprintf("%d of %d bytes", n, len(goodNPY)), file: "cut.npy", bytes: goodNPY[:n]})
	}
	return out
}

// ordersNPY holds six in other types, which NumPy converts exactly.
func ordersNPY() (out []hostile) {
	for _, c := range []struct {
		descr string
		put   func(b []byte, x float32) []byte
	}{
		{">f4", func(b []byte, x float32) []byte { return be.AppendUint32(b, math.Float32bits(x)) }},
		{">f8", func(b []byte, x float32) []byte { return be.AppendUint64(b, math.Float64bits(float64(x))) }},
		{"<f8", func(b []byte, x float32) []byte { return le.AppendUint64(b, math.Float64bits(float64(x))) }},
		{">i2", func(b []byte, x float32) []byte { return be.AppendUint16(b, uint16(x)) }},
		{"<u8", func(b []byte, x float32) []byte { return le.AppendUint64(b, uint64(x)) }},
		{"|i1", func(b []byte, x float32) []byte { return append(b, byte(x)) }},
		{">u4", func(b []byte, x float32) []byte { return be.AppendUint32(b, uint32(x)) }},
		{"=f4", func(b []byte, x float32) []byte { return le.AppendUint32(b, math.Float32bits(x)) }},
		{"<c8", func(b []byte, x float32) []byte { return le.AppendUint64(b, uint64(math.Float32bits(x))) }},
		{"<f16", func(b []byte, x float32) []byte { return append(b, make([]byte, 16)...) }},
	} {
		var b []byte
		for _, x := range six {
			b = c.put(b, x)
		}
		truth := six
		if c.descr == "<f16" || c.descr == "<c8" { // no number of a recording
			truth = nil
		}
		out = append(out, hostile{name: c.descr, file: "order.npy", bytes: npyOf(headerOf(c.descr, "(3, 2)"), b), truth: truth})
	}
	return out
}

// valuesNPY holds numbers at the edge of their types. Where float32 cannot hold one,
// what NumPy's astype gives is no number that was measured: it must be refused.
func valuesNPY() (out []hostile) {
	small := []float32{math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, float32(math.Copysign(0, -1)), math.MaxFloat32, -math.MaxFloat32, 1 << 24}
	inf := float32(math.Inf(1))
	f4 := func(name string, truth []float32, v ...float32) {
		out = append(out, hostile{name: name, file: "edge.npy", bytes: npyOf(headerOf("<f4", "(3, 2)"), floats(v...)), truth: truth})
	}
	f8 := func(name string, truth []float32, v ...float64) {
		var b []byte
		for _, x := range v {
			b = le.AppendUint64(b, math.Float64bits(x))
		}
		out = append(out, hostile{name: name, file: "edge.npy", bytes: npyOf(headerOf("<f8", "(3, 2)"), b), truth: truth})
	}
	f4("denormal and largest", small, small...)
	f4("NaN", nil, 1, 2, math.Float32frombits(0x7fc00000), 4, 5, 6)
	f4("NaN with a message", nil, 1, 2, math.Float32frombits(0xffc0dead), 4, 5, 6)
	f4("all NaN", nil, math.Float32frombits(0x7f800001), math.Float32frombits(0x7fffffff), math.Float32frombits(0xffffffff), math.Float32frombits(0x7fc00000), math.Float32frombits(0x7fc00000), math.Float32frombits(0x7fc00000))
	f4("infinite", nil, 1, 2, inf, -inf, 5, 6)
	f8("beyond float32", nil, 1e39, 2, 3, 4, 5, 6)
	f8("largest double", nil, math.MaxFloat64, -math.MaxFloat64, 3, 4, 5, 6)
	f8("rounded to float32", []float32{.1, 1. / 3, 2, 3, 4, 16777216}, .1, 1./3, 2, 3, 4, 16777217)
	f8("smaller than float32", []float32{0, 0, 3, 4, 5, 6}, 1e-300, math.SmallestNonzeroFloat64, 3, 4, 5, 6)
	var b []byte
	for _, x := range []uint64{math.MaxUint64, 1<<53 + 1, 3, 4, 5, 6} {
		b = le.AppendUint64(b, x)
	}
	return append(out, hostile{name: "whole numbers beyond 2^53", file: "edge.npy", bytes: npyOf(headerOf("<u8", "(3, 2)"), b), truth: []float32{1 << 32 * 1 << 32, 1 << 53, 3, 4, 5, 6}})
}

func programNPY() (out []hostile) {
	call := "__import__('os').system('touch canary')"
	for _, h := range []string{
		call, "{'descr': " + call + ", 'fortran_order': False, 'shape': (3, 2)}",
		"{'descr': '<f4', 'fortran_order': " + call + ", 'shape': (3, 2)}",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (lambda: " + call + ")()}",
		"{'descr': '<f4', 'descr': '<i4', 'fortran_order': False, 'shape': (3, 2)}",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), 'code': " + call + "}",
		"{'descr': '<f4', 'fortran_order': False, 'shape': " + strings.Repeat("(", 30000) + "}",
		"{'descr': [('a', '<f4'), ('b', '|O')], 'fortran_order': False, 'shape': (3,)}",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2)}; " + call + "\n",
		"{'descr': '" + strings.Repeat("\\x41", 15000) + "', 'fortran_order': False, 'shape': (3, 2)}",
	} {
		out = append(out, hostile{name: first(h[:min(len(h), 40)]), file: "program.npy", bytes: npyOf(h, floats(six...))})
	}
	return out
}

// objectsNPY are arrays of Python objects: pickles that would run a command.
func objectsNPY() (out []hostile) {
	run := []string{
		"cos\nsystem\n(S'touch canary'\ntR.",
		"\x80\x02cposix\nsystem\nq\x00X\x0c\x00\x00\x00touch canaryq\x01\x85q\x02Rq\x03.",
		"\x80\x03cposix\nsystem\nX\x0c\x00\x00\x00touch canary\x85R.",
		"\x80\x04\x95\x27\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x8c\x06system\x93\x8c\x0ctouch canary\x85R.",
		"c__builtin__\neval\n(S'__import__(\"os\").system(\"touch canary\")'\ntR.",
		"csubprocess\nPopen\n((S'touch'\nS'canary'\nltR.",
		"(S'touch canary'\nios\nsystem\n.",
		"(cos\nsystem\nS'touch canary'\no.",
		"\x80\x02" + strings.Repeat("(", 20000) + ".",
		"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.",
	}
	for i, p := range run {
		body := npyOf(headerOf("|O", "(3, 2)"), []byte(p))
		if i%2 == 0 {
			out = append(out, hostile{name: fmt.Sprintf("pickle %d", i), file: "objects.npy", bytes: body})
		} else {
			out = append(out, hostile{name: fmt.Sprintf("pickle %d", i), file: "objects.npz", bytes: zipOf(member{name: "samples.npy", body: string(body)})})
		}
	}
	return out
}
