//go:build unix

package drill

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"math"
	"strings"
)

// What the drill needs of MATLAB's format, version 5.

func element(typ uint32, data string) string {
	head := le.AppendUint32(le.AppendUint32(nil, typ), uint32(len(data)))
	return string(head) + data + strings.Repeat("\x00", (8-len(data)%8)%8)
}

func int32s(v ...int) string {
	var b []byte
	for _, x := range v {
		b = le.AppendUint32(b, uint32(int32(x)))
	}
	return string(b)
}

func doubles(v ...float64) string {
	var b []byte
	for _, x := range v {
		b = le.AppendUint64(b, math.Float64bits(x))
	}
	return string(b)
}

// Classes of values.
const (
	mxCell, mxStruct, mxChar, mxSparse, mxDouble = 1, 2, 4, 5, 6
)

func value(class int, name, shape string, parts ...string) string {
	body := element(6, int32s(class, 0)) + element(5, shape) + element(1, name) + strings.Join(parts, "")
	return string(le.AppendUint32(le.AppendUint32(nil, 14), uint32(len(body)))) + body
}

func packed(text string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return string(le.AppendUint32(le.AppendUint32(nil, 15), uint32(b.Len()))) + b.String()
}

func matOf(name string, truth []float32, variables ...string) hostile {
	head := "MATLAB 5.0 MAT-file" + strings.Repeat(" ", 97) + strings.Repeat("\x00", 8) + "\x00\x01IM"
	return hostile{name: name, file: "day.mat", bytes: []byte(head + strings.Join(variables, "")), truth: truth}
}

// sixMat is six in three rows; MATLAB's first index varies fastest.
var sixMat = value(mxDouble, "samples", int32s(3, 2), element(9, doubles(1, 3, 5, 2, 4, 6)))

func lyingMAT() []hostile {
	nine := element(9, doubles(1, 3, 5, 2, 4, 6))
	sparse := func(rows, starts string) string {
		return value(mxSparse, "samples", int32s(3, 2), element(5, rows), element(5, starts), element(9, doubles(1, 2)))
	}
	return []hostile{
		matOf("too few numbers", nil, value(mxDouble, "samples", int32s(3, 1000000), nine)),
		matOf("too many numbers", nil, value(mxDouble, "samples", int32s(2, 2), nine)),
		matOf("axes beyond any file", nil, value(mxDouble, "samples", int32s(1<<30, 1<<30, 1<<30), nine)),
		matOf("a negative axis", nil, value(mxDouble, "samples", int32s(-3, -2), nine)),
		matOf("an unknown class", nil, value(99, "samples", int32s(3, 2), nine)),
		matOf("a sparse row outside", nil, sparse(int32s(0, 9), int32s(0, 1, 2))),
		matOf("sparse columns that fall", nil, sparse(int32s(0, 1), int32s(0, 2, 1))),
		matOf("a variable longer than the file", nil, "\x0e\x00\x00\x00\xff\xff\xff\x7f"+sixMat[8:]),
		matOf("the same twice", nil, sixMat, value(mxDouble, "samples", int32s(3, 2), element(9, doubles(6, 5, 4, 3, 2, 1)))),
		matOf("a function", nil, value(16, "samples", int32s(1, 1), value(mxChar, "", int32s(1, 2), element(4, "@\x00x\x00")))),
	}
}

func cutMAT() (out []hostile) {
	whole := matOf("", nil, packed(sixMat))
	for i := range 5 {
		n := 128 + (len(whole.bytes)-128)*(i+1)/6
		out = append(out, hostile{name: fmt.Sprintf("%d of %d bytes", n, len(whole.bytes)), file: "cut.mat", bytes: whole.bytes[:n]})
	}
	for i := range 5 { // within the packed bytes and their checksum
		b := bytes.Clone(whole.bytes)
		at := len(b) - 1 - i*7
		b[at] ^= 4
		out = append(out, hostile{name: fmt.Sprintf("byte %d flipped", at), file: "flipped.mat", bytes: b, truth: six})
	}
	return out
}

// bomb is a compressed element of so many MB of zeros behind a head.
func bomb(head string, megabytes int) string {
	z := "\x78\x01" + zeros(head, megabytes) + "\x00\x00\x00\x00" // its checksum is wrong, and is not come to
	return string(le.AppendUint32(le.AppendUint32(nil, 15), uint32(len(z)))) + z
}

func deepMAT() []hostile {
	nested := func(depth int) string {
		v := sixMat
		for range depth {
			v = value(mxCell, "samples", int32s(1, 1), v)
		}
		return v
	}
	begin := func(size int, rest string) string {
		return string(le.AppendUint32(le.AppendUint32(nil, 14), uint32(size))) + rest
	}
	huge := element(6, int32s(mxDouble, 0)) + element(5, int32s(1<<15, 1<<14)) + element(1, "samples") + string(le.AppendUint32(le.AppendUint32(nil, 9), 1<<31-1))
	lie := element(6, int32s(mxDouble, 0)) + element(5, int32s(3, 2)) + element(1, "samples") + string(le.AppendUint32(le.AppendUint32(nil, 9), 48)) + doubles(1, 3, 5, 2, 4, 6)
	fields := element(5, int32s(8)) + element(1, strings.Repeat("a\x00\x00\x00\x00\x00\x00\x00", 100000))
	many := make([]string, 5000)
	for i := range many {
		many[i] = value(mxDouble, fmt.Sprint("v", i), int32s(1, 1), element(9, doubles(1)))
	}
	return []hostile{
		matOf("60 deep", nil, nested(60)),
		matOf("2000 deep", nil, nested(2000)),
		matOf("2 GiB that are not there", nil, packed(begin(1<<31-1, huge))),
		matOf("1 GiB behind a matrix", nil, bomb(begin(len(lie), lie), 1024)),
		matOf("1 GiB of nothing", nil, bomb("", 1024)),
		matOf("100000 fields", nil, value(mxStruct, "samples", int32s(1, 1), fields)),
		matOf("cells of 10^12", nil, value(mxCell, "samples", int32s(1000000, 1000000), sixMat)),
		matOf("a sparse matrix of 10^12", nil, value(mxSparse, "samples", int32s(1000000, 1000000), element(5, int32s(0)), element(5, int32s(0, 1)), element(9, doubles(1)))),
		matOf("5000 variables", six, append([]string{sixMat}, many...)...),
		matOf("packed in packed", nil, packed(packed(sixMat))),
	}
}
