package npy

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// file is a version 1 file with that header text and those values.
func file(header string, values []byte) []byte {
	out := append([]byte(magic), 1, 0)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(header)))
	return append(append(out, header...), values...)
}

func described(shape string) string {
	return "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }\n"
}

func TestHostileFilesAreRefused(t *testing.T) {
	for _, c := range []struct {
		name, want string
		bytes      []byte
	}{
		{"empty file", "first 8 bytes", nil},
		{"another format", "begins with", []byte("PK\x03\x04 something else")},
		{"unknown version", "version 9.0", append([]byte(magic), 9, 0, 0, 0, 0, 0)},
		{"header longer than the file", "ends within its header", file(described("(1,)"), nil)[:40]},
		{"header of 4 GB", "the header claims", append([]byte(magic), 2, 0, 255, 255, 255, 255)},
		{"negative length", "negative length", file(described("(-1,)"), nil)},
		{"huge shape", "at most 1048576 are read", file(described("(1000000000,)"), nil)},
		{"product wraps to 0", "larger than any file", file(described("(4294967296, 4294967296)"), nil)},
		{"length beyond int64", "no length", file(described("(99999999999999999999,)"), nil)},
		{"too many axes", "more than 64 axes", file(described("("+strings.Repeat("1,", 65)+")"), nil)},
		{"truncated", "truncated: it ends after 4", file(described("(2,)"), make([]byte, 4))},
		{"trailing bytes", "but more follow", file(described("(2,)"), make([]byte, 12))},
		{"no shape", `no "shape"`, file("{'descr': '<f4', 'fortran_order': False}", nil)},
		{"key twice", "twice", file("{'descr': '<f4', 'descr': '<f4'}", nil)},
		{"unknown key", "unknown key", file("{'code': 'x'}", nil)},
		{"no dictionary", "expected '{'", file("__import__('os')", nil)},
		{"text after the end", "after its end", file(described("(1,)")+"; x", make([]byte, 4))},
		{"16-byte floats", "not supported", file("{'descr': '<f16', 'fortran_order': False, 'shape': ()}", nil)},
		{"no such type", "not supported", file("{'descr': '<i3', 'fortran_order': False, 'shape': ()}", nil)},
	} {
		_, err := Read(bytes.NewReader(c.bytes), megabyte)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not mention %q", c.name, err, c.want)
		}
	}
}

// A header may claim anything below the limit: memory follows the bytes that are there.
func TestLyingHeaderCostsNoMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Read(bytes.NewReader(file(described("(4000000000,)"), make([]byte, 100))), 1<<40)
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "truncated") {
		t.Fatalf("error %v", err)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 8*megabyte {
		t.Fatalf("%d bytes were allocated for a file of 100", got)
	}
}

func archive(t testing.TB, members ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for i := 0; i < len(members); i += 2 {
		f, err := w.Create(members[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(members[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestZipReadsWhatNumPyWrote(t *testing.T) {
	z, err := OpenZip("testdata/arrays.npz", megabyte)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if d := cmp.Diff([]string{"counts", "vel"}, z.Names()); d != "" {
		t.Fatal(d)
	}
	h, err := z.Header("vel")
	if err != nil || h.Type.String() != "<f4" {
		t.Fatalf("header %+v, %v", h, err)
	}
	a, err := z.Read("vel")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]float32{0, 0.25, 0.5, 0.75, 25, 0.25}, a.Float32()); d != "" {
		t.Error(d)
	}
	if _, err := z.Read("velocity"); err == nil || !strings.Contains(err.Error(), "it has counts, vel") {
		t.Errorf("error of a missing array: %v", err)
	}
}

func TestHostileZips(t *testing.T) {
	good := string(file(described("(1,)"), make([]byte, 4)))
	for _, c := range []struct {
		name, want string
		bytes      []byte
	}{
		{"no zip", "not an .npz file", []byte("hello")},
		{"path upwards", "no plain name", archive(t, "../../evil.npy", good)},
		{"absolute path", "no plain name", archive(t, "/etc/evil.npy", good)},
		{"backslash", "no plain name", archive(t, `..\evil.npy`, good)},
		{"other members", "no .npy array", archive(t, "run.py", "import os")},
		{"the same twice", "twice", archive(t, "a.npy", good, "a.npy", good)},
		{"truncated", "not an .npz file", archive(t, "a.npy", good)[:60]},
		{"bytes behind its end", "goes on behind the end", append(archive(t, "a.npy", good), 0)},
		{"an archive behind its end", "goes on behind the end", append(archive(t, "a.npy", good), []byte("#!/bin/sh\nPK\x05\x06")...)},
		{"bytes in front", `begins with "#!"`, append([]byte("#!/bin/sh\n"), archive(t, "a.npy", good)...)},
		{"encrypted", "encrypted", raw(t, entry{name: "a.npy", flags: 1, body: good})},
		{"strongly encrypted", "encrypted", raw(t, entry{name: "a.npy", flags: 1 << 13, body: good})},
		{"members that overlap", "overlap", overlapping(t, good)},
	} {
		_, err := NewZip(bytes.NewReader(c.bytes), int64(len(c.bytes)), megabyte)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not mention %q", c.name, err, c.want)
		}
	}
}

// 64 MB of zeros pack into 64 kB. Each array alone and all together must respect the limit.
func TestZipBombStopsAtTheLimit(t *testing.T) {
	zeros := strings.Repeat("\x00", 64*megabyte)
	bomb := archive(t, "a.npy", string(file(described(fmt.Sprintf("(%d,)", 16*megabyte)), nil))+zeros)
	z, err := NewZip(bytes.NewReader(bomb), int64(len(bomb)), megabyte)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Read("a"); err == nil || !strings.Contains(err.Error(), "at most 1048576 are read") {
		t.Errorf("one large array: error %v", err)
	}
	small := string(file(described("(150000,)"), make([]byte, 600000)))
	two := archive(t, "a.npy", small, "b.npy", small)
	if z, err = NewZip(bytes.NewReader(two), int64(len(two)), megabyte); err != nil {
		t.Fatal(err)
	}
	if _, err := z.Read("a"); err != nil {
		t.Error(err)
	}
	if _, err := z.Read("b"); err == nil {
		t.Error("two arrays together exceeded the limit")
	}
	lie := archive(t, "a.npy", string(file(described("(2,)"), make([]byte, 100))))
	if z, err = NewZip(bytes.NewReader(lie), int64(len(lie)), megabyte); err != nil {
		t.Fatal(err)
	}
	if _, err := z.Header("a"); err == nil || !strings.Contains(err.Error(), "the archive says") {
		t.Errorf("header against member size: error %v", err)
	}
}
