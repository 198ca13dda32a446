package mat

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var le = binary.LittleEndian

// element writes one: tag, data, padding.
func el(typ uint32, data string) string {
	head := le.AppendUint32(le.AppendUint32(nil, typ), uint32(len(data)))
	return string(head) + data + strings.Repeat("\x00", (8-len(data)%8)%8)
}

func ints(v ...int32) string {
	var b []byte
	for _, x := range v {
		b = le.AppendUint32(b, uint32(x))
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

// array writes a value of a class with flags: 0x200 logical, 0x800 complex.
func array(class uint32, name string, dims string, parts ...string) string {
	body := el(miUINT32, ints(int32(class), 0))
	if class&0xff != mxOPAQUE {
		body += el(miINT32, dims) + el(miINT8, name)
	}
	body += strings.Join(parts, "")
	return string(le.AppendUint32(le.AppendUint32(nil, miMATRIX), uint32(len(body)))) + body
}

func packed(text string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return string(le.AppendUint32(le.AppendUint32(nil, miCOMPRESSED), uint32(b.Len()))) + b.String()
}

// longer adds a byte behind the end of what is packed.
func longer(packed string) string {
	return string(le.AppendUint32([]byte(packed[:4]), uint32(len(packed)-8+1))) + packed[8:] + "x"
}

func file(variables ...string) []byte {
	head := "MATLAB 5.0 MAT-file" + strings.Repeat(" ", 97) + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01IM"
	return []byte(head + strings.Join(variables, ""))
}

var pair = array(mxDOUBLE, "x", ints(1, 2), el(9, doubles(1, 2)))

// dumpAll reads everything of a file in memory.
func dumpAll(b []byte) (map[string]dumped, error) {
	f, err := New(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	out := map[string]dumped{}
	for _, v := range f.Vars {
		if v.Count() > 1<<20 {
			continue // a sparse matrix may be large and empty
		}
		if out[v.Name], err = dump(f, v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func TestWhatTheTestsWriteIsRead(t *testing.T) {
	for _, b := range [][]byte{file(pair), file(packed(pair))} {
		got, err := dumpAll(b)
		want := map[string]dumped{"x": {Class: "number", Type: "f8", Shape: []int{1, 2}, Real: numbers{bits(1), bits(2)}}}
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%v %s", err, d)
		}
	}
}

func TestHostileFiles(t *testing.T) {
	deep := pair
	for range 60 {
		deep = array(mxCELL, "", ints(1, 1), deep)
	}
	names := el(miINT32, ints(8)) // the length of names in a struct
	sparse := func(dims, rows, starts, values string) string {
		return array(mxSPARSE, "s", dims, el(5, rows), el(5, starts), el(9, values))
	}
	v4 := func(mopt, rows, cols int32, rest string) []byte {
		return []byte(ints(mopt, rows, cols, 0, 2) + "x\x00" + rest)
	}
	for _, c := range []struct {
		name, want string
		bytes      []byte
	}{
		{"empty", "not a MATLAB file", nil},
		{"text", "not a MATLAB file", []byte(strings.Repeat("hello ", 30))},
		{"version 7.3", "save(\"day.mat\", \"-v7\")", append(file()[:124], 0x00, 0x02, 'I', 'M')},
		{"HDF5 behind a header", "version 7.3", append(append(file(), make([]byte, 384)...), hdf5...)},
		{"HDF5", "version 7.3", []byte(hdf5 + strings.Repeat("\x00", 100))},
		{"unknown version", "unknown version 0x0300", append(file()[:124], 0x00, 0x03, 'I', 'M')},
		{"no variable", "where a variable belongs", file(el(9, doubles(1)))},
		{"tag cut", "ends within the tag", file("\x0e\x00\x00\x00")},
		{"variable cut", "truncated: a variable at byte 128", file(pair)[:150]},
		{"longer than the file", "truncated", file("\x0e\x00\x00\x00\xff\xff\xff\x7f" + pair[8:])},
		{"negative axis", "negative length -2", file(array(mxDOUBLE, "x", ints(-2, 1), el(9, "")))},
		{"one axis", "lengths of its axes", file(array(mxDOUBLE, "x", ints(2), el(9, doubles(1, 2))))},
		{"axes beyond any file", "larger than any file", file(array(mxDOUBLE, "x", ints(1<<30, 1<<30, 1<<30), el(9, "")))},
		{"too few numbers", "shape [1 1000000], but 2 numbers", file(array(mxDOUBLE, "x", ints(1, 1_000_000), el(9, doubles(1, 2))))},
		{"too many numbers", "shape [1 1], but 2 numbers", file(array(mxDOUBLE, "x", ints(1, 1), el(9, doubles(1, 2))))},
		{"bytes behind a value", "left over behind a value", file(array(mxDOUBLE, "x", ints(1, 1), el(9, doubles(1)), el(9, doubles(2))))},
		{"bytes behind a packed value", "bytes follow behind its end", file(packed(pair + "12345678"))},
		{"packed bytes left over", "bytes follow behind its end", file(longer(packed(pair)))},
		{"an element over the end", "runs over the end", file(array(mxDOUBLE, "x", ints(1, 1), "\x09\x00\x00\x00\xff\x00\x00\x00"))},
		{"half a number", "9 bytes for numbers of 8", file(array(mxDOUBLE, "x", ints(1, 1), el(9, "123456789")))},
		{"numbers of no type", "where numbers belong", file(array(mxDOUBLE, "x", ints(1, 1), el(8, doubles(1))))},
		{"unknown class", "unknown class 99", file(array(99, "x", ints(1, 1), el(9, doubles(1))))},
		{"imaginary parts missing", "runs over the end", file(array(mxDOUBLE|0x800, "x", ints(1, 1), el(9, doubles(1))))},
		{"nested without end", "nested deeper than 50", file(deep)},
		{"cells that are not there", "runs over the end", file(array(mxCELL, "x", ints(1000, 1000), pair))},
		{"fields that are not there", "more than 500000 values", file(array(mxSTRUCT, "x", ints(1000, 1000), names, el(miINT8, "a\x00\x00\x00\x00\x00\x00\x00")))},
		{"names of length 0", "names of 0 each", file(array(mxSTRUCT, "x", ints(1, 1), el(miINT32, ints(0)), el(miINT8, "abc")))},
		{"a name in another alphabet", "MATLAB does not permit", file(array(mxDOUBLE, "\xff\xfe", ints(1, 1), el(9, doubles(1))))},
		{"text of no type", "where text belongs", file(array(mxCHAR, "x", ints(1, 1), el(9, doubles(1))))},
		{"more text than its shape", "3 characters for shape [1 2]", file(array(mxCHAR, "x", ints(1, 2), el(miUTF8, "abc")))},
		{"a row beyond the matrix", "row 9 of a matrix of 2 rows", file(sparse(ints(2, 1), ints(9), ints(0, 1), doubles(1)))},
		{"rows out of order", "out of order", file(sparse(ints(2, 1), ints(1, 0), ints(0, 2), doubles(1, 2)))},
		{"columns that fall", "a column from number 1 to 0", file(sparse(ints(2, 2), ints(0, 1), ints(0, 1, 0), doubles(1, 2)))},
		{"columns beyond the numbers", "a column from number 0 to 9 of 1", file(sparse(ints(2, 1), ints(0), ints(0, 9), doubles(1)))},
		{"columns without starts", "the starts of 0 columns", file(sparse(ints(2, 3), ints(0), ints(0), doubles(1)))},
		{"4: cut", "truncated: 1000 x 1000 numbers", v4(0, 1000, 1000, doubles(1))},
		{"4: rows and columns that wrap", "truncated", v4(0, math.MaxInt32, math.MaxInt32, doubles(1))},
		{"4: negative", "damaged", v4(0, -1, 1, doubles(1))},
		{"4: of a VAX", "VAX", v4(2000, 1, 1, doubles(1))},
		{"4: of no kind", "begins with the number 60", v4(60, 1, 1, doubles(1))},
		{"4: bytes behind", "truncated", append(v4(0, 1, 1, doubles(1)), 0, 0, 0)},
		{"4: a sparse place outside", "place 9, 1 in a sparse matrix", v4(2, 2, 3, doubles(9, 2, 1, 2, 5, 0))},
		{"4: a sparse axis of half a row", "an axis of 1.5", v4(2, 2, 3, doubles(1, 1.5, 1, 2, 5, 0))},
	} {
		_, err := dumpAll(c.bytes)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not mention %q", c.name, err, c.want)
		}
	}
}

// A compressed variable has a checksum, at its end, which is compared whenever
// numbers are read. (A1)
func TestDamageOfPackedVariables(t *testing.T) {
	good := file(packed(pair))
	want, err := dumpAll(good)
	if err != nil {
		t.Fatal(err)
	}
	for i := headerLength + 8; i < len(good); i++ {
		bad := bytes.Clone(good)
		bad[i] ^= 1 << (i % 8)
		if got, err := dumpAll(bad); err == nil && !cmp.Equal(want, got) { // some bits of deflate mean nothing
			t.Errorf("byte %d: read as %v", i, got)
		}
	}
	// The file changes after it was looked at.
	b := bytes.Clone(good)
	f, err := New(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-1] ^= 1
	if _, _, err := f.Floats(f.Vars[0]); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("error %v", err)
	}
}

func TestOpaqueValuesAreNamed(t *testing.T) {
	mcos := el(miINT8, "when") + el(miINT8, "MCOS") + el(miINT8, "datetime") + array(13, "", ints(1, 1), el(6, ints(1)))
	handle := array(mxFUNCTION, "f", ints(1, 1), array(mxCHAR, "", ints(1, 1), el(4, "@\x00")))
	object := array(mxOBJECT, "o", ints(1, 1), el(miINT8, "inline"), el(miINT32, ints(8)), el(miINT8, ""))
	b := file(array(mxOPAQUE, "", "", mcos), handle, object, pair)
	f, err := New(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"when: a datetime, which only MATLAB can read", "f: a function handle", "o: an object of class inline"} {
		if v := f.Vars[i]; v.Class != Opaque || !strings.HasPrefix(v.Name+": "+v.Why, want) {
			t.Errorf("%s: %s, want %s", v.Name, v.Why, want)
		}
	}
	if real, _, err := f.Floats(f.Vars[3]); err != nil || real[1] != 2 {
		t.Errorf("what stands beside them: %v, %v", real, err)
	}
	if _, _, err := f.Floats(f.Vars[0]); err == nil {
		t.Error("an opaque value has numbers")
	}
	if err := f.Sparse(context.Background(), f.Vars[3], nil); err == nil {
		t.Error("numbers are sparse")
	}
	if _, err := f.Texts(f.Vars[3]); err == nil {
		t.Error("numbers are text")
	}
}

// Whatever the bytes: no panic, and memory in proportion to them.
func FuzzMat(f *testing.F) {
	f.Add(file(pair))
	f.Add(file(packed(pair), pair))
	f.Add(file(array(mxCELL, "c", ints(1, 2), array(mxCHAR, "", ints(1, 2), el(miUTF8, "ab")), pair)))
	f.Add(file(array(mxSTRUCT, "s", ints(1, 1), el(miINT32, ints(8)), el(miINT8, "a\x00\x00\x00\x00\x00\x00\x00"), pair)))
	f.Add(file(array(mxSPARSE, "s", ints(2, 2), el(5, ints(0, 1)), el(5, ints(0, 1, 2)), el(9, doubles(1, 2)))))
	f.Add([]byte(ints(0, 1, 2, 0, 2) + "x\x00" + doubles(1, 2)))
	f.Add([]byte(ints(2, 2, 3, 0, 2) + "x\x00" + doubles(1, 2, 1, 2, 5, 0)))
	corpus, _ := filepath.Glob("../.venv/lib/python*/site-packages/scipy/io/matlab/tests/data/*.mat")
	for _, path := range corpus {
		if b, err := os.ReadFile(path); err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		dumpAll(b)
		runtime.ReadMemStats(&after)
		// Deflate packs at most 1032 bytes into one; a sparse matrix of 2²⁰ numbers may take no bytes at all.
		if got := after.TotalAlloc - before.TotalAlloc; got > uint64(len(b))*8000+256<<20 {
			t.Fatalf("%d bytes were allocated for a file of %d", got, len(b))
		}
	})
}
