package npy

import (
	"bytes"
	"os"
	"testing"
)

// Whatever the bytes: an error or an array that agrees with its header.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"le-f4", "fortran", "object", "structured", "version3", "scalar"} {
		b, err := os.ReadFile("testdata/" + name + ".npy")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add(file(described("(3L, -2L)"), nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := Read(bytes.NewReader(b), megabyte)
		if err != nil {
			return
		}
		n := 1
		for _, d := range a.Shape {
			n *= d
		}
		if n != a.Len() || len(a.Float64()) != n {
			t.Fatalf("shape %v with %d values", a.Shape, a.Len())
		}
	})
}

func FuzzZip(f *testing.F) {
	b, err := os.ReadFile("testdata/arrays.npz")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(archive(f, "../x.npy", "y"))
	f.Add(archive(f, "a.npy", string(file("{'descr': '<U2', 'fortran_order': False, 'shape': (1,)}", []byte("a\x00\x00\x00b\x00\x00\x00")))))
	f.Add(overlapping(f, string(file(described("(1,)"), make([]byte, 4)))))
	f.Fuzz(func(t *testing.T, b []byte) {
		z, err := NewZip(bytes.NewReader(b), int64(len(b)), megabyte)
		if err != nil {
			return
		}
		total := 0
		for _, name := range z.Names() {
			if h, err := z.Header(name); err == nil && h.Type.Text() {
				texts, err := z.Texts(name)
				if err == nil && len(texts) != h.Count() {
					t.Fatalf("%d texts of shape %v", len(texts), h.Shape)
				}
			}
			if a, err := z.Read(name); err == nil {
				total += a.Len()
			}
		}
		if total > megabyte {
			t.Fatalf("%d values were read with a limit of %d bytes", total, megabyte)
		}
	})
}
