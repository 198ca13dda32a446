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
		{"other labels", "do not fit", images, gz(0, 0, 8, 1, 0, 0, 0, 1, 7)},
		{"label 12", "outside 0..9", images, gz(0, 0, 8, 1, 0, 0, 0, 2, 7, 12)},
	} {
		if _, err := readImages([][]byte{c.images, c.label, images, labels}, "digit"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not mention %q", c.name, err, c.want)
		}
	}
}
