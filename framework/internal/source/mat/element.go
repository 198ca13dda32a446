package mat

import (
	"bufio"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/assaylab/assay/framework/data/npy"
)

// Types of data elements.
const (
	miINT8       = 1
	miUINT8      = 2
	miUINT16     = 4
	miINT32      = 5
	miUINT32     = 6
	miMATRIX     = 14
	miCOMPRESSED = 15
	miUTF8       = 16
	miUTF16      = 17
	miUTF32      = 18
)

// numberTypes are the types of numbers in elements.
var numberTypes = map[uint32]npy.Type{
	1: {Kind: 'i', Size: 1}, 2: {Kind: 'u', Size: 1}, 3: {Kind: 'i', Size: 2}, 4: {Kind: 'u', Size: 2}, 5: {Kind: 'i', Size: 4}, 6: {Kind: 'u', Size: 4},
	7: {Kind: 'f', Size: 4}, 9: {Kind: 'f', Size: 8}, 12: {Kind: 'i', Size: 8}, 13: {Kind: 'u', Size: 8},
}

// input reads the stream of a variable and counts.
type input struct {
	r     *bufio.Reader
	order binary.ByteOrder
	at    int64
	limit int64 // where it ends; beyond is an error

	packed *bufio.Reader // what a compressed variable is unpacked from
}

// open reads the stream of a variable from its start.
func (f *File) open(v *variable) (*input, error) {
	section := bufio.NewReaderSize(io.NewSectionReader(f.r, v.from, v.to-v.from), 1<<16)
	if !v.compressed {
		return &input{r: section, order: f.order, limit: v.to - v.from}, nil
	}
	z, err := zlib.NewReader(section)
	if err != nil {
		return nil, fmt.Errorf("damaged: %w", err)
	}
	return &input{r: bufio.NewReaderSize(z, 1<<16), order: f.order, limit: math.MaxInt64, packed: section}, nil
}

// end makes sure that nothing follows. There a compressed variable has its checksum.
func (in *input) end() error {
	for _, r := range []*bufio.Reader{in.r, in.packed} {
		if r == nil {
			continue
		}
		if _, err := r.ReadByte(); err == nil {
			return errors.New("damaged: bytes follow behind its end")
		} else if err != io.EOF {
			return fmt.Errorf("damaged: %w", err)
		}
	}
	return nil
}

func (in *input) read(p []byte) error {
	n, err := io.ReadFull(in.r, p)
	in.at += int64(n)
	return ended(err)
}

func (in *input) skip(n int64) error {
	done, err := io.CopyN(io.Discard, in.r, n)
	in.at += done
	return ended(err)
}

func ended(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errors.New("truncated")
	}
	if err != nil {
		return fmt.Errorf("damaged: %w", err)
	}
	return nil
}

// element is a tag. Its data begins at data, and the next element at next.
type element struct {
	typ        uint32
	size       uint32
	data, next int64
}

// element reads a tag: type and length of 4 bytes each, or, of up to 4 bytes of
// data, length and type of 2 each, with the data in the same 8 bytes. Data is
// padded to a multiple of 8 bytes. end is where the surrounding element ends.
func (in *input) element(end int64) (element, error) {
	var tag [8]byte
	if in.at+8 > end {
		return element{}, errors.New("damaged: an element runs over the end of what holds it")
	}
	if err := in.read(tag[:4]); err != nil {
		return element{}, err
	}
	word := in.order.Uint32(tag[:])
	e := element{typ: word & 0xffff, size: word >> 16, data: in.at, next: in.at + 4}
	if e.size > 4 {
		return e, fmt.Errorf("damaged: an element of %d bytes in a place for 4", e.size)
	}
	if e.size == 0 {
		if err := in.read(tag[4:]); err != nil {
			return e, err
		}
		e.typ, e.size, e.data = word, in.order.Uint32(tag[4:]), in.at
		e.next = in.at + int64(e.size)
		if e.typ != miCOMPRESSED && e.typ != miMATRIX {
			e.next = in.at + (int64(e.size)+7)&^7
		}
	}
	if e.data+int64(e.size) > end {
		return e, errors.New("damaged: an element runs over the end of what holds it")
	}
	e.next = min(e.next, end) // the last one may lack its padding
	return e, nil
}

// bytes reads the data of a short element and goes on to the next.
func (in *input) bytes(end int64, most uint32) (element, []byte, error) {
	e, err := in.element(end)
	if err != nil {
		return e, nil, err
	}
	if e.size > most {
		return e, nil, fmt.Errorf("damaged: %d bytes where at most %d belong", e.size, most)
	}
	b := make([]byte, e.size)
	if err := in.read(b); err != nil {
		return e, nil, err
	}
	return e, b, in.skip(e.next - in.at)
}

// numbers skips an element of numbers and remembers where they are.
func (in *input) numbers(end int64, v *variable) (part, error) {
	e, err := in.element(end)
	if err != nil {
		return part{}, err
	}
	t, ok := numberTypes[e.typ]
	if !ok {
		return part{}, fmt.Errorf("damaged: an element of type %d where numbers belong", e.typ)
	}
	t.Big = in.order == binary.BigEndian && t.Size > 1
	if int(e.size)%t.Size != 0 {
		return part{}, fmt.Errorf("damaged: %d bytes for numbers of %d each", e.size, t.Size)
	}
	return part{of: v, at: e.data, t: t, n: int(e.size) / t.Size}, in.skip(e.next - in.at)
}
