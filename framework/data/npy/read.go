package npy

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/assaylab/assay/framework/internal/regular"
)

// Read reads one array, which must end where r ends. An array whose values
// need more than limit bytes is refused before any of them is read.
func Read(r io.Reader, limit int64) (*Array, error) {
	h, err := ReadHeader(r)
	if err != nil {
		return nil, err
	}
	return h.read(r, limit)
}

func (h Header) read(r io.Reader, limit int64) (*Array, error) {
	need := h.Bytes()
	if need > limit {
		return nil, fmt.Errorf("an array of shape %v and type %v needs %d bytes; at most %d are read", h.Shape, h.Type, need, limit)
	}
	raw, err := readExactly(r, need)
	if err == nil {
		err = ends(r)
	}
	if err != nil {
		return nil, fmt.Errorf("shape %v and type %v need %d bytes of values: %w", h.Shape, h.Type, need, err)
	}
	if h.Fortran {
		raw = rowMajor(raw, h.Shape, h.Type.Size)
	}
	return &Array{Shape: h.Shape, Type: h.Type, raw: raw}, nil
}

// ends looks beyond the last value. Only there do archives compare checksums, so
// that an error is as good as a wrong value.
func ends(r io.Reader) error {
	var one [1]byte
	n, err := io.ReadFull(r, one[:])
	if n > 0 {
		return errors.New("but more follow")
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// ReadFile is Read of a file, with the file's name in errors.
func ReadFile(path string, limit int64) (*Array, error) {
	h, values, err := OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer values.Close()
	a, err := h.read(values, limit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

// OpenFile opens a file of one array of numbers: its header, and a reader of its
// values in the order of the file. The file has as many bytes as the header says.
func OpenFile(path string) (Header, io.ReadCloser, error) {
	f, info, err := regular.Open(path)
	if err != nil {
		return Header{}, nil, err
	}
	r := bufio.NewReaderSize(f, 1<<16)
	h, err := ReadHeader(r)
	if err == nil {
		err = h.fits(info.Size())
	}
	if err != nil {
		f.Close()
		return Header{}, nil, fmt.Errorf("%s: %w", path, err)
	}
	return h, &stream{r, f}, nil
}

// fits compares the size of a file with what its header claims.
func (h Header) fits(size int64) error {
	switch have := size - h.Offset; {
	case have < h.Bytes():
		return fmt.Errorf("shape %v and type %v need %d bytes of values: the file is truncated: it ends after %d", h.Shape, h.Type, h.Bytes(), have)
	case have > h.Bytes():
		return fmt.Errorf("shape %v and type %v need %d bytes of values, but more follow: there are %d", h.Shape, h.Type, h.Bytes(), have)
	}
	return nil
}

type stream struct {
	io.Reader
	io.Closer
}

// readExactly reads need bytes and grows its buffer only as they arrive: a lie
// about the length costs at most twice the bytes there are.
func readExactly(r io.Reader, need int64) ([]byte, error) {
	const chunk = 1 << 20
	buf := make([]byte, 0, min(need, chunk))
	for int64(len(buf)) < need {
		old, want := len(buf), min(need, int64(max(2*len(buf), chunk)))
		if int64(cap(buf)) < want {
			buf = append(make([]byte, 0, want), buf...)
		}
		buf = buf[:want]
		n, err := io.ReadFull(r, buf[old:])
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil, fmt.Errorf("the file is truncated: it ends after %d", old+n)
		}
		if err != nil {
			return nil, err
		}
	}
	return buf, nil
}

// rowMajor turns values in Fortran order into C order.
func rowMajor(raw []byte, shape []int, size int) []byte {
	if len(shape) < 2 || len(raw) == 0 {
		return raw
	}
	// In Fortran order index (i₀ ... iₖ) lies at Σ iₐ·stride[a], stride[a] = Π_{b<a} shape[b].
	stride := make([]int, len(shape))
	stride[0] = size
	for a := 1; a < len(shape); a++ {
		stride[a] = stride[a-1] * shape[a-1]
	}
	out := make([]byte, 0, len(raw))
	index, at := make([]int, len(shape)), 0
	for len(out) < len(raw) {
		out = append(out, raw[at:at+size]...)
		for a := len(shape) - 1; a >= 0; a-- { // count up, last index first
			index[a]++
			at += stride[a]
			if index[a] < shape[a] {
				break
			}
			at -= index[a] * stride[a]
			index[a] = 0
		}
	}
	return out
}

// FromBytes makes an array of values that lie in memory; h.Offset is not used.
// The array shares raw where it can.
func FromBytes(h Header, raw []byte) (*Array, error) {
	for _, d := range h.Shape {
		if d < 0 {
			return nil, fmt.Errorf("negative length %d in the shape", d)
		}
	}
	if err := checkSize(h.Shape, h.Type.Size); err != nil {
		return nil, err
	}
	if int64(len(raw)) != h.Bytes() {
		return nil, fmt.Errorf("shape %v and type %v need %d bytes of values, got %d", h.Shape, h.Type, h.Bytes(), len(raw))
	}
	if h.Fortran {
		raw = rowMajor(raw, h.Shape, h.Type.Size)
	}
	return &Array{Shape: h.Shape, Type: h.Type, raw: raw}, nil
}
