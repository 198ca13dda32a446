package npy

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// entry is a member written exactly as told, lies included.
type entry struct {
	name, body string
	flags      uint16
	sum        uint32 // the CRC-32 in the directory, where bad
	bad        bool
	extra      string // packed bytes behind the end
	deflate    bool
}

func raw(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, e := range entries {
		packed, method := e.body, zip.Store
		if e.deflate {
			packed, method = deflated(t, e.body), zip.Deflate
		}
		packed += e.extra
		h := &zip.FileHeader{Name: e.name, Method: method, Flags: e.flags, CRC32: crc32.ChecksumIEEE([]byte(e.body)),
			CompressedSize64: uint64(len(packed)), UncompressedSize64: uint64(len(e.body))}
		if e.bad {
			h.CRC32 = e.sum
		}
		f, err := w.CreateRaw(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, packed); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// deflated packs with the library's own writer, by way of an archive.
func deflated(t testing.TB, body string) string {
	t.Helper()
	b := archive(t, "x", body)
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := r.File[0].OpenRaw()
	if err != nil {
		t.Fatal(err)
	}
	packed, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(packed)
}

// overlapping has two members in its directory that are one in the file.
func overlapping(t testing.TB, body string) []byte {
	t.Helper()
	b := raw(t, entry{name: "a.npy", body: body}, entry{name: "b.npy", body: body})
	directory := bytes.Index(b, []byte("PK\x01\x02"))
	second := directory + 1 + bytes.Index(b[directory+1:], []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(b[second+42:], 0) // where the second begins: where the first does
	return b
}

func open(t *testing.T, b []byte) *Zip {
	t.Helper()
	z, err := NewZip(bytes.NewReader(b), int64(len(b)), megabyte)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// Every bit of every value is covered by a checksum that is looked at. (A1)
func TestOneFlippedBitIsFound(t *testing.T) {
	values := make([]byte, 400)
	binary.LittleEndian.PutUint32(values, math.Float32bits(1))
	body := string(file(described("(100,)"), values))
	good := raw(t, entry{name: "a.npy", body: body})
	if _, err := open(t, good).Read("a"); err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(good, values)
	for i := range values {
		bad := bytes.Clone(good)
		bad[at+i] ^= 1 << (i % 8)
		_, err := open(t, bad).Read("a")
		if err == nil || !strings.Contains(err.Error(), "array a") || !strings.Contains(err.Error(), "checksum") {
			t.Fatalf("byte %d of the values: error %v", i, err)
		}
	}
}

func TestDamageAtTheEndOfAMember(t *testing.T) {
	body := string(file(described("(2,)"), []byte{1, 2, 3, 4, 5, 6, 7, 8}))
	for _, c := range []struct {
		name, want string
		e          entry
	}{
		{"checksum of 0 in the directory", "checksum", entry{body: body, bad: true}},
		{"checksum of 0 in the directory, packed", "checksum", entry{body: body, bad: true, deflate: true}},
		{"wrong checksum", "checksum", entry{body: body, bad: true, sum: 1, deflate: true}},
		{"packed bytes left over", "left over", entry{body: body, deflate: true, extra: "more"}},
		{"stored bytes left over", "stored as it is", entry{body: body, extra: "more"}},
		{"values left over", "bytes, the archive says", entry{body: body + "more"}},
		{"too few values", "bytes, the archive says", entry{body: body[:len(body)-1]}},
	} {
		c.e.name = "a.npy"
		_, err := open(t, raw(t, c.e)).Read("a")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not mention %q", c.name, err, c.want)
		}
	}
	// The values piece by piece: reading does not end well either.
	_, values, err := open(t, raw(t, entry{name: "a.npy", body: body, bad: true})).Open("a")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(values); err == nil {
		t.Errorf("%d bytes were read to the end", len(b))
	}
}

func TestTexts(t *testing.T) {
	utf32 := func(s string) string {
		var b []byte
		for _, r := range s {
			b = binary.LittleEndian.AppendUint32(b, uint32(r))
		}
		return string(b)
	}
	text := "{'descr': '%', 'fortran_order': False, 'shape': (2,)}"
	z := open(t, archive(t,
		"u.npy", string(file(strings.ReplaceAll(text, "%", "<U3"), []byte(utf32("N\x00\x00Süd")))),
		"s.npy", string(file(strings.ReplaceAll(text, "%", "|S2"), []byte("a\x00bc"))),
		"none.npy", string(file(strings.ReplaceAll(text, "%", "<U0"), nil)),
		"bad.npy", string(file(strings.ReplaceAll(text, "%", "<U1"), []byte(utf32("a")+"\xff\xff\xff\xff"))),
		"latin.npy", string(file(strings.ReplaceAll(text, "%", "|S1"), []byte("a\xff"))),
		"objects.npy", string(file(strings.ReplaceAll(text, "%", "|O"), []byte("xx"))),
	))
	for name, want := range map[string][]string{"u": {"N", "Süd"}, "s": {"a", "bc"}, "none": {"", ""}} {
		got, err := z.Texts(name)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, d)
		}
		if h, err := z.Header(name); err != nil || !h.Type.Text() || h.Count() != 2 {
			t.Errorf("%s: header %+v, %v", name, h, err)
		}
		if _, err := z.Read(name); err == nil || !strings.Contains(err.Error(), "holds text") {
			t.Errorf("%s as numbers: error %v", name, err)
		}
	}
	for name, want := range map[string]string{"bad": "no character", "latin": "not UTF-8", "objects": "Python objects"} {
		if _, err := z.Texts(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v does not mention %q", name, err, want)
		}
	}
	many := archive(t, "many.npy", string(file("{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000,)}", nil)))
	if _, err := open(t, many).Texts("many"); err == nil || !strings.Contains(err.Error(), "need more than") {
		t.Errorf("a billion texts of nothing: error %v", err)
	}
}
