package npy

import (
	"bytes"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const megabyte = 1 << 20

// What NumPy wrote is what is read, for every plain type and both byte orders.
func TestReadWhatNumPyWrote(t *testing.T) {
	types := "i1 u1 le-i2 be-i2 le-u2 be-u2 le-i4 be-i4 le-u4 be-u4 le-i8 be-i8 le-u8 be-u8 " +
		"le-f2 be-f2 le-f4 be-f4 le-f8 be-f8 version2 version3 b1"
	for name := range strings.FieldsSeq(types) {
		a, err := ReadFile("testdata/"+name+".npy", megabyte)
		if err != nil {
			t.Error(err)
			continue
		}
		want := []float64{0, 1, 2, 3, 100, 1}
		if name == "b1" {
			want = []float64{0, 1, 1, 1, 1, 1}
		}
		if d := cmp.Diff([]int{2, 3}, a.Shape) + cmp.Diff(want, a.Float64()); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		ints, err := a.Int64()
		if a.Type.Whole() != (err == nil) {
			t.Errorf("%s: Int64 gave error %v", name, err)
		}
		for i := range ints {
			if float64(ints[i]) != want[i] {
				t.Errorf("%s: integer %d is %d, want %v", name, i, ints[i], want[i])
			}
		}
	}
}

func TestReadShapesAndSpecialValues(t *testing.T) {
	for _, c := range []struct {
		name  string
		shape []int
		want  []float64
	}{
		{"scalar", []int{}, []float64{1.5}},
		{"empty", []int{0, 5}, []float64{}},
		{"negative", []int{3}, []float64{-1, -128, 127}},
		{"half", []int{9}, []float64{0, math.Copysign(0, -1), 1, -2.5, 65504, 1.0 / (1 << 24), 168.0 / (1 << 24), math.Inf(1), math.Inf(-1)}},
		{"fortran", []int{2, 3, 4}, []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}},
	} {
		a, err := ReadFile("testdata/"+c.name+".npy", megabyte)
		if err != nil {
			t.Error(err)
			continue
		}
		if d := cmp.Diff(c.shape, a.Shape) + cmp.Diff(c.want, a.Float64()); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
	if v := half(0x7e00); !math.IsNaN(v) {
		t.Errorf("half NaN is %v", v)
	}
}

func TestRefusedTypesSayWhy(t *testing.T) {
	for name, want := range map[string]string{
		"complex": "complex", "text": "text", "structured": "structured", "object": "Python objects",
	} {
		_, err := ReadFile("testdata/"+name+".npy", megabyte)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v does not mention %q", name, err, want)
		}
	}
}

func TestWriteReadsBack(t *testing.T) {
	check(t, []int{2, 2}, []float32{1, -2.5, float32(math.Inf(1)), 3e-40})
	check(t, []int{3}, []int32{-1, 0, math.MaxInt32})
	check(t, []int{1, 1, 3}, []int64{-1, 0, math.MinInt64})
	check(t, []int{}, []float64{math.Pi})
	check(t, []int{4, 0}, []uint8{})
	check(t, []int{100_003}, make([]float32, 100_003))
	if err := Write(io.Discard, []int{3}, []uint8{1}); err == nil {
		t.Error("a shape that does not fit was written")
	}
}

func check[T Element](t *testing.T, shape []int, values []T) {
	t.Helper()
	var buf bytes.Buffer
	if err := Write(&buf, shape, values); err != nil {
		t.Fatal(err)
	}
	a, err := Read(&buf, megabyte)
	if err != nil {
		t.Fatal(err)
	}
	if a.Type != TypeOf[T]() {
		t.Errorf("type %v, want %v", a.Type, TypeOf[T]())
	}
	want := make([]float64, len(values))
	for i := range want {
		want[i] = float64(values[i])
	}
	if d := cmp.Diff(shape, a.Shape) + cmp.Diff(want, a.Float64()); d != "" {
		t.Error(d)
	}
}

// The bytes are NumPy's own, so that equal arrays hash alike whoever wrote them.
func TestWriteGivesNumPysBytes(t *testing.T) {
	want, err := os.ReadFile("testdata/le-f4.npy")
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := Write(&buf, []int{2, 3}, []float32{0, 1, 2, 3, 100, 1}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(buf.Bytes(), want) {
		t.Errorf("got  %q\nwant %q", buf.Bytes(), want)
	}
}

func TestMap(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	var buf bytes.Buffer
	values := []float32{1, 2, 3, 4, 5, 6}
	if err := Write(&buf, []int{3, 2}, values); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	shape, got, unmap, err := Map(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]int{3, 2}, shape) + cmp.Diff(values, got); d != "" {
		t.Error(d)
	}
	if err := unmap(); err != nil {
		t.Error(err)
	}
	if _, got, _, err := Map("testdata/empty.npy"); err != nil || len(got) != 0 {
		t.Errorf("empty: %v, %v", got, err)
	}
	for _, name := range []string{"le-f8", "be-f4", "fortran"} {
		if _, _, _, err := Map("testdata/" + name + ".npy"); err == nil {
			t.Errorf("%s was mapped as <f4 in C order", name)
		}
	}
	for _, cut := range []int{1, 24} {
		if err := os.WriteFile(path, buf.Bytes()[:buf.Len()-cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := Map(path); err == nil {
			t.Errorf("a file short of %d bytes was mapped", cut)
		}
	}
}
