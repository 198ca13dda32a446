package npy

import (
	"archive/zip"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/regular"
)

const maxMembers = 10000

// Zip is an open .npz archive. Nothing is unpacked to disk.
type Zip struct {
	files  map[string]*zip.File
	names  []string
	budget int64
	closer io.Closer
}

// OpenZip opens an .npz file. Over all calls of Read at most limit bytes of
// values are unpacked: that is what stands between memory and a zip bomb.
func OpenZip(path string, limit int64) (*Zip, error) {
	f, info, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	z, err := NewZip(f, info.Size(), limit)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	z.closer = f
	return z, nil
}

// NewZip is OpenZip of anything that can be read at an offset.
func NewZip(r io.ReaderAt, size, limit int64) (*Zip, error) {
	zr, err := zip.NewReader(r, size)
	if err != nil && zr == nil {
		return nil, fmt.Errorf("not an .npz file: %w", err)
	}
	if err := whole(r, size, len(zr.Comment)); err != nil {
		return nil, err
	}
	if len(zr.File) > maxMembers {
		return nil, fmt.Errorf("the archive has %d members; at most %d are read", len(zr.File), maxMembers)
	}
	z := &Zip{files: map[string]*zip.File{}, budget: limit}
	for _, f := range zr.File {
		name, isArray := strings.CutSuffix(f.Name, ".npy")
		switch {
		case !filepath.IsLocal(f.Name) || strings.ContainsAny(f.Name, "\\\x00"):
			return nil, fmt.Errorf("the archive has a member named %q, which is no plain name", f.Name)
		case !isArray:
			return nil, fmt.Errorf("the archive has a member %q, which is no .npy array", f.Name)
		case z.files[name] != nil:
			return nil, fmt.Errorf("the archive has %q twice", f.Name)
		case f.Flags&encrypted != 0:
			return nil, fmt.Errorf("the archive has a member %q that is encrypted: save it without a password", f.Name)
		}
		z.files[name] = f
		z.names = append(z.names, name)
	}
	slices.Sort(z.names)
	return z, apart(zr.File)
}

// encrypted are the flags of members behind a password: bit 0, and bits 6 and 13
// of strong encryption.
const encrypted = 1 | 1<<6 | 1<<13

// whole checks that an archive begins where the file does and ends where it
// ends: what NumPy itself insists on at the front, and junk nowhere.
func whole(r io.ReaderAt, size int64, comment int) error {
	var head [2]byte
	if _, err := r.ReadAt(head[:], 0); err != nil || string(head[:]) != "PK" {
		return fmt.Errorf("not an .npz file: it begins with %q", head)
	}
	const endLength = 22 // of the record that closes an archive, before its comment
	var end [4]byte
	at := size - endLength - int64(comment)
	if _, err := r.ReadAt(end[:], max(at, 0)); err != nil || string(end[:]) != "PK\x05\x06" {
		return fmt.Errorf("the file goes on behind the end of its archive")
	}
	return nil
}

// apart refuses members that share bytes: a few kilobytes could then be unpacked
// as gigabytes, each time under another name.
func apart(files []*zip.File) error {
	type span struct {
		name     string
		from, to int64
	}
	var spans []span
	for _, f := range files {
		from, err := f.DataOffset()
		if err != nil {
			return fmt.Errorf("member %q: %w", f.Name, err)
		}
		spans = append(spans, span{f.Name, from, from + int64(f.CompressedSize64)})
	}
	slices.SortFunc(spans, func(a, b span) int { return int(min(max(a.from-b.from, -1), 1)) })
	for i := 1; i < len(spans); i++ {
		if spans[i].from < spans[i-1].to {
			return fmt.Errorf("the members %q and %q of the archive overlap", spans[i-1].name, spans[i].name)
		}
	}
	return nil
}

// Names lists the arrays in alphabetical order, without ".npy".
func (z *Zip) Names() []string { return slices.Clone(z.names) }

// Has reports whether the archive has an array of that name.
func (z *Zip) Has(name string) bool { return z.files[name] != nil }

// Header reads the type and shape of an array, not its values. The type may be
// text, which [Zip.Texts] reads.
func (z *Zip) Header(name string) (Header, error) {
	h, values, err := z.open(name)
	if err != nil {
		return Header{}, err
	}
	return h, values.Close()
}

// Open returns the header of an array of numbers and a reader of its values, in
// the order of the file. They are those that were written only if reading them
// ended with io.EOF: length and checksum are compared there.
func (z *Zip) Open(name string) (Header, io.ReadCloser, error) {
	h, values, err := z.open(name)
	if err == nil && h.Type.Text() {
		values.Close()
		_, err = ParseType(h.Type.String())
		err = fmt.Errorf("array %s: %w", name, err)
	}
	if err != nil {
		return Header{}, nil, err
	}
	return h, values, nil
}

// Read unpacks an array of numbers.
func (z *Zip) Read(name string) (*Array, error) {
	h, values, err := z.Open(name)
	if err != nil {
		return nil, err
	}
	defer values.Close()
	a, err := h.read(values, z.budget)
	if err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	z.budget -= int64(len(a.raw))
	return a, nil
}

// Texts unpacks an array of text, in C order.
func (z *Zip) Texts(name string) ([]string, error) {
	h, values, err := z.open(name)
	if err != nil {
		return nil, err
	}
	defer values.Close()
	if !h.Type.Text() {
		return nil, fmt.Errorf("array %s: type %v holds no text", name, h.Type)
	}
	// A text of no characters takes no bytes in the file, and a pointer in memory.
	if n := int64(h.Count()); n > z.budget/16 {
		return nil, fmt.Errorf("array %s: %d texts need more than the %d bytes that are read", name, n, z.budget)
	}
	a, err := h.read(values, z.budget)
	if err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	out := make([]string, h.Count())
	z.budget -= int64(len(a.raw)) + 16*int64(len(out))
	if err := h.Type.texts(out, a.raw); err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	return out, nil
}

// open unpacks a member up to its first value.
func (z *Zip) open(name string) (Header, io.ReadCloser, error) {
	f, ok := z.files[name]
	if !ok {
		return Header{}, nil, fmt.Errorf("the archive has no array %q; it has %s", name, strings.Join(z.names, ", "))
	}
	m, err := openMember(f)
	if err != nil {
		return Header{}, nil, fmt.Errorf("array %s: %w", name, err)
	}
	h, err := readHeader(m)
	if err == nil && uint64(h.Offset+h.Bytes()) != f.UncompressedSize64 {
		err = fmt.Errorf("shape %v and type %v need %d bytes, the archive says %d", h.Shape, h.Type, h.Offset+h.Bytes(), f.UncompressedSize64)
	}
	if err != nil {
		m.Close()
		return Header{}, nil, fmt.Errorf("array %s: %w", name, err)
	}
	return h, m, nil
}

// Close closes the file.
func (z *Zip) Close() error {
	if z.closer == nil {
		return nil
	}
	return z.closer.Close()
}
