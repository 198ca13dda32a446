package source

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

func gz(b ...byte) []byte {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	w.Write(b)
	w.Close()
	return buf.Bytes()
}

func TestReadImages(t *testing.T) {
	images := gz(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 51, 102)
	labels := gz(0, 0, 8, 1, 0, 0, 0, 2, 7, 3)
	r, err := readImages([][]byte{images, labels, images, labels}, "digit")
	if err != nil {
		t.Fatal(err)
	}
	if r.Len() != 4 || r.Trials() != 4 || r.Samples.Row(0)[1] != 1 || r.Samples.Row(1)[0] != 51.0/255 || r.Targets[0].Labels[2] != 7 || r.Split[2] != "test" {
		t.Errorf("%+v", r)
	}
	for _, c := range []struct {
		name, want    string
		images, label []byte
	}{
		{"not packed", "not a .gz file", []byte("x"), labels},
		{"another format", "not an IDX file", gz(1, 2, 3, 4, 5), labels},
		{"floats", "not an IDX file", gz(0, 0, 0x0d, 1, 0, 0, 0, 1, 0, 0, 0, 0), labels},
		{"huge", "too large", gz(0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255), labels},
		{"too few values", "needs 4 values, it has 2", gz(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2), labels},
		{"too many values", "or more", gz(0, 0, 8, 1, 0, 0, 0, 1, 1, 2), labels},
		{"header ends", "truncated IDX header", gz(0, 0, 8, 3, 0, 0), labels},
		{"file ends", "truncated IDX file", images[:len(images)-9], labels},
		{"a wrong checksum", "checksum", flip(images, len(images)-8), labels},
		{"a wrong length", "checksum", flip(images, len(images)-1), labels},
		{"more behind the end", "truncated IDX file", append(bytes.Clone(images), "more"...), labels},
		{"other labels", "do not fit", images, gz(0, 0, 8, 1, 0, 0, 0, 1, 7)},
		{"label 12", "outside 0..9", images, gz(0, 0, 8, 1, 0, 0, 0, 2, 7, 12)},
	} {
		if _, err := readImages([][]byte{c.images, c.label, images, labels}, "digit"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not mention %q", c.name, err, c.want)
		}
	}
}

func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

// Whatever the bytes: no panic, an error or as many values as the shape says.
func FuzzIDX(f *testing.F) {
	f.Add(gz(0, 0, 8, 1, 0, 0, 0, 2, 7, 3))
	f.Add(gz(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 7, 3))
	f.Add(gz(0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255))
	f.Add(append(gz(0, 0, 8, 1, 0, 0, 0, 1, 7), "more"...))
	f.Fuzz(func(t *testing.T, b []byte) {
		shape, values, err := readIDX(b)
		if err != nil {
			return
		}
		n := 1
		for _, d := range shape {
			n *= d
		}
		if n != len(values) {
			t.Fatalf("shape %v with %d values", shape, len(values))
		}
	})
}
