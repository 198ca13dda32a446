package npy

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		var z *Zip
		if z, err = NewZip(f, info.Size(), limit); err == nil {
			z.closer = f
			return z, nil
		}
	}
	f.Close()
	return nil, fmt.Errorf("%s: %w", path, err)
}

// NewZip is OpenZip of anything that can be read at an offset.
func NewZip(r io.ReaderAt, size, limit int64) (*Zip, error) {
	zr, err := zip.NewReader(r, size)
	if err != nil && zr == nil {
		return nil, fmt.Errorf("not an .npz file: %w", err)
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
		}
		z.files[name] = f
		z.names = append(z.names, name)
	}
	slices.Sort(z.names)
	return z, nil
}

// Names lists the arrays in alphabetical order, without ".npy".
func (z *Zip) Names() []string { return slices.Clone(z.names) }

// Has reports whether the archive has an array of that name.
func (z *Zip) Has(name string) bool { return z.files[name] != nil }

// Header reads the type and shape of an array, not its values.
func (z *Zip) Header(name string) (Header, error) {
	var h Header
	err := z.open(name, func(r io.Reader, size uint64) (err error) {
		if h, err = ReadHeader(r); err != nil {
			return err
		}
		if want := h.Offset + h.Bytes(); uint64(want) != size {
			return fmt.Errorf("shape %v and type %v need %d bytes, the archive says %d", h.Shape, h.Type, want, size)
		}
		return nil
	})
	return h, err
}

// Read unpacks an array.
func (z *Zip) Read(name string) (*Array, error) {
	var a *Array
	err := z.open(name, func(r io.Reader, _ uint64) (err error) {
		a, err = Read(r, z.budget)
		return err
	})
	if err != nil {
		return nil, err
	}
	z.budget -= int64(len(a.raw))
	return a, nil
}

func (z *Zip) open(name string, use func(r io.Reader, size uint64) error) error {
	f, ok := z.files[name]
	if !ok {
		return fmt.Errorf("the archive has no array %q; it has %s", name, strings.Join(z.names, ", "))
	}
	rc, err := f.Open()
	if err != nil {
		return fmt.Errorf("array %s: %w", name, err)
	}
	defer rc.Close()
	if err := use(bufio.NewReader(rc), f.UncompressedSize64); err != nil {
		return fmt.Errorf("array %s: %w", name, err)
	}
	return nil
}

// Close closes the file.
func (z *Zip) Close() error {
	if z.closer == nil {
		return nil
	}
	return z.closer.Close()
}
