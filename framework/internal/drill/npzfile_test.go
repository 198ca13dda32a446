//go:build unix

package drill

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
)

// A member of an archive, written as told, lies included.
type member struct {
	name, body string
	packed     string // instead of the body; deflated
	deflate    bool
	flags      uint16
	sum        func(uint32) uint32 // of the CRC-32
	size       func(int) uint64    // of the size unpacked
	extra      string
}

func zipOf(members ...member) []byte {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, m := range members {
		h := &zip.FileHeader{Name: m.name, Flags: m.flags, CRC32: crc32.ChecksumIEEE([]byte(m.body)), UncompressedSize64: uint64(len(m.body))}
		text := m.body
		if m.packed != "" {
			text, h.Method = m.packed, zip.Deflate
		} else if m.deflate {
			text, h.Method = deflated(m.body), zip.Deflate
		}
		text += m.extra
		h.CompressedSize64 = uint64(len(text))
		if m.sum != nil {
			h.CRC32 = m.sum(h.CRC32)
		}
		if m.size != nil {
			h.UncompressedSize64 = m.size(len(m.body))
		}
		f, err := w.CreateRaw(h)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			panic(err) // into memory
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

func deflated(body string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestSpeed) // the level is good
	_, _ = io.WriteString(w, body)
	_ = w.Close()
	return b.String()
}

// zeros is head and then so many MB of zeros, deflated: a block for one MB, over and
// over.
func zeros(head string, megabytes int) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestSpeed)
	_, _ = io.WriteString(w, head)
	_ = w.Flush()
	at := b.Len()
	block := make([]byte, 1<<20)
	for range 2 { // the second does not refer to the head
		at = b.Len()
		_, _ = w.Write(block)
		_ = w.Flush()
	}
	one := b.String()[at:]
	end := deflated("")
	return b.String() + strings.Repeat(one, megabytes-2) + end
}

func sixIn(name string) member { return member{name: name, body: string(goodNPY)} }

// patched is an archive with a field of its directory's nth entry changed.
func patched(b []byte, nth, offset int, to ...byte) []byte {
	b = bytes.Clone(b)
	at := 0
	for range nth + 1 {
		at += 1 + bytes.Index(b[at+1:], []byte("PK\x01\x02"))
	}
	copy(b[at+offset:], to)
	return b
}

// atEnd is an archive with a field of its end changed.
func atEnd(b []byte, offset int, to ...byte) []byte {
	b = bytes.Clone(b)
	copy(b[bytes.LastIndex(b, []byte("PK\x05\x06"))+offset:], to)
	return b
}

// overlapNPZ: entries of the directory that share bytes, as in bombs of 46 MB that
// unpack to petabytes.
func overlapNPZ() (out []hostile) {
	add := func(name string, b []byte) {
		out = append(out, hostile{name: name, file: "overlap.npz", bytes: b})
	}
	two := zipOf(sixIn("samples.npy"), sixIn("other.npy"))
	one := len(zipOf(sixIn("samples.npy"))) // the second begins before
	for _, at := range []int{0, 1, 8, 30, 60} {
		add(fmt.Sprintf("the second at byte %d", at), patched(two, 1, 42, byte(at), byte(at>>8), 0, 0))
	}
	for _, n := range []int{10, 100, 1000} {
		var many []member
		for i := range n {
			many = append(many, member{name: fmt.Sprintf("a%04d.npy", i), body: string(goodNPY)})
		}
		b := zipOf(many...)
		for i := range min(n, 20) {
			b = patched(b, i, 42, 0, 0, 0, 0)
		}
		add(fmt.Sprintf("of %d, some at one place", n), b)
	}
	add("the first reaches into the second", patched(two, 0, 20, byte(one), byte(one>>8), 0, 0))
	add("into the directory", patched(zipOf(sixIn("samples.npy")), 0, 20, 0xff, 0x01, 0, 0))
	return out
}

func lyingNPZ() (out []hostile) {
	add := func(name string, b []byte) {
		out = append(out, hostile{name: name, file: "lie.npz", bytes: b})
	}
	good := zipOf(sixIn("samples.npy"))
	zero := func(uint32) uint32 { return 0 }
	add("a checksum of 0", zipOf(member{name: "samples.npy", body: string(goodNPY), sum: zero}))
	add("a checksum of 0, packed", zipOf(member{name: "samples.npy", body: string(goodNPY), sum: zero, deflate: true}))
	add("encrypted", zipOf(member{name: "samples.npy", body: string(goodNPY), flags: 1}))
	add("larger than it is", zipOf(member{name: "samples.npy", body: string(goodNPY), deflate: true, size: func(n int) uint64 { return uint64(n) + 8 }}))
	add("smaller than it is", zipOf(member{name: "samples.npy", body: string(goodNPY), deflate: true, size: func(n int) uint64 { return uint64(n) - 8 }}))
	add("4 GB", zipOf(member{name: "samples.npy", body: string(goodNPY), deflate: true, size: func(int) uint64 { return 1<<32 - 2 }}))
	add("another method", patched(good, 0, 10, 99, 0))
	add("beyond the file", patched(good, 0, 42, 0xff, 0xff, 0xff, 0x7f))
	add("65535 entries", atEnd(good, 8, 0xff, 0xfe, 0xff, 0xfe))
	add("packed bytes left over", zipOf(member{name: "samples.npy", body: string(goodNPY), deflate: true, extra: "more of it"}))
	return out
}

func bombNPZ() (out []hostile) {
	add := func(name string, members ...member) {
		out = append(out, hostile{name: name, file: "bomb.npz", bytes: zipOf(members...)})
	}
	gb := func(head string, says uint64) member {
		return member{name: "samples.npy", packed: zeros(head, 1024), size: func(int) uint64 { return says }}
	}
	lie := string(npyOf(headerOf("<f4", "(3, 2)"), nil))
	add("1 GiB for 24 bytes", gb(lie, 1<<30+uint64(len(lie))))
	add("1 GiB for 24 bytes, and the directory lies", gb(lie, uint64(len(lie))+24))
	huge := string(npyOf(headerOf("<f4", "(1000000000, 100)"), nil))
	add("400 GB in 1 MB", gb(huge, 1<<30+uint64(len(huge))))
	bytes := string(npyOf(headerOf("|u1", "(1073741824, 8)"), nil))
	add("8 GiB of bytes", gb(bytes, 1<<30+uint64(len(bytes))))
	text := string(npyOf(headerOf("<U100000000", "(4,)"), nil))
	add("text of 400 MB", sixIn("samples.npy"), member{name: "trial.npy", packed: zeros(text, 512), size: func(int) uint64 { return 1600000000 + uint64(len(text)) }})
	none := string(npyOf(headerOf("<U0", "(2000000000,)"), nil))
	add("two billion texts of nothing", sixIn("samples.npy"), member{name: "trial.npy", body: none, deflate: true})
	empty := string(npyOf(headerOf("<f4", "(2000000000, 0)"), nil))
	add("two billion rows of nothing", member{name: "samples.npy", body: empty})
	add("no numbers, 1 GiB", gb("", 1<<30))
	add("an archive in an archive", member{name: "samples.npy", body: string(zipOf(gb(lie, 1<<30))), deflate: true})
	head := "\x93NUMPY\x02\x00\xff\xff\xff\x3f{'descr': '<f4', "
	add("a header of 1 GiB", gb(head, 1<<30+uint64(len(head))))
	return out
}

func namesNPZ() (out []hostile) {
	add := func(name string, truth []float32, members ...member) {
		out = append(out, hostile{name: name, file: "names.npz", bytes: zipOf(members...), truth: truth})
	}
	add("the same twice", nil, sixIn("samples.npy"), sixIn("samples.npy"))
	add("twice, but for .npy", nil, sixIn("samples.npy"), sixIn("samples"))
	add("upwards", nil, sixIn("../../samples.npy"))
	add("absolute", nil, sixIn("/etc/samples.npy"))
	add("backslashes", nil, sixIn(`..\..\samples.npy`))
	add("a zero in it", nil, sixIn("samples.npy\x00.txt"))
	add("nothing", six, sixIn(".npy"))
	add("the terminal", six, sixIn("samples.npy"), sixIn("\x1b[2J\u202etrial.npy"))
	add("64 kB", six, sixIn(strings.Repeat("s", 65000)+".npy"))
	many := []member{sixIn("samples.npy")}
	for i := range 20000 {
		many = append(many, member{name: fmt.Sprintf("a%d.npy", i), body: string(npyOf(headerOf("<f4", "(1,)"), floats(1)))})
	}
	add("20000 arrays", six, many...)
	return out
}

// flippedNPZ: one bit of an archive is another. What says nothing, such as a time, may
// be so; what is read is as it was.
func flippedNPZ() (out []hostile) {
	good := zipOf(member{name: "samples.npy", body: string(goodNPY), deflate: true})
	for i := range 10 {
		b := bytes.Clone(good)
		at := len(b) * (2*i + 1) / 20
		b[at] ^= 1 << (i % 8)
		out = append(out, hostile{name: fmt.Sprintf("bit %d of byte %d", i%8, at), file: "flipped.npz", bytes: b, truth: six})
	}
	return out
}
