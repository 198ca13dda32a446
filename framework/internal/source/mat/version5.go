package mat

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/assaylab/assay/framework/data/npy"
)

const (
	headerLength = 128
	maxDepth     = 50      // of cells and structs in one another
	maxValues    = 500_000 // in a file
	maxAxes      = 64
	maxNames     = 1 << 20 // bytes of a variable's name, or of all names of a struct's fields
)

// Classes of arrays.
const (
	mxCELL     = 1
	mxSTRUCT   = 2
	mxOBJECT   = 3
	mxCHAR     = 4
	mxSPARSE   = 5
	mxDOUBLE   = 6
	mxFUNCTION = 16
	mxOPAQUE   = 17
)

// classTypes are the types of numbers as MATLAB has them; the file may hold them in
// a smaller one.
var classTypes = map[byte]npy.Type{
	6: {Kind: 'f', Size: 8}, 7: {Kind: 'f', Size: 4}, 8: {Kind: 'i', Size: 1}, 9: {Kind: 'u', Size: 1}, 10: {Kind: 'i', Size: 2},
	11: {Kind: 'u', Size: 2}, 12: {Kind: 'i', Size: 4}, 13: {Kind: 'u', Size: 4}, 14: {Kind: 'i', Size: 8}, 15: {Kind: 'u', Size: 8},
}

// version5 lists the variables: elements that are a matrix, or a compressed matrix.
func (f *File) version5() error {
	s := &scan{f: f}
	for at := int64(headerLength); at < f.size; {
		whole := &input{r: nil, order: f.order}
		var tag [8]byte
		if _, err := f.r.ReadAt(tag[:], at); err != nil {
			if err == io.EOF {
				err = errors.New("truncated: it ends within the tag of a variable")
			}
			return err
		}
		typ, size := whole.order.Uint32(tag[:]), int64(whole.order.Uint32(tag[4:]))
		v := &variable{from: at, to: at + 8 + size}
		switch typ {
		case miMATRIX:
		case miCOMPRESSED:
			v.from, v.compressed = at+8, true
		default:
			return fmt.Errorf("damaged: an element of type %d where a variable belongs", typ)
		}
		if v.to > f.size {
			return fmt.Errorf("truncated: a variable at byte %d has %d bytes, the file ends after %d", at, size, f.size-at-8)
		}
		value, err := s.variable(v)
		if err != nil {
			return fmt.Errorf("variable %d: %w", len(f.Vars)+1, err)
		}
		if value.Name != "" { // without a name: what MATLAB keeps beside its objects
			if err := f.add(value); err != nil {
				return err
			}
		}
		at = v.to
	}
	return nil
}

// scan walks over values.
type scan struct {
	f      *File
	v      *variable
	in     *input
	values int
}

func (s *scan) variable(v *variable) (*Value, error) {
	in, err := s.f.open(v)
	if err != nil {
		return nil, err
	}
	s.v, s.in = v, in
	value, err := s.matrix(in.limit, 0)
	if err != nil {
		return nil, err
	}
	return value, in.end()
}

// matrix reads one value up to its numbers: flags, axes, name, and what its class
// asks for.
func (s *scan) matrix(end int64, depth int) (*Value, error) {
	if s.values++; s.values > maxValues {
		return nil, fmt.Errorf("it has more than %d values", maxValues)
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("cells and structs are nested deeper than %d", maxDepth)
	}
	e, err := s.in.element(end)
	if err != nil {
		return nil, err
	}
	if e.typ != miMATRIX {
		return nil, fmt.Errorf("damaged: an element of type %d where a value belongs", e.typ)
	}
	if e.size == 0 {
		return &Value{Class: Number, Shape: []int{0, 0}, Type: classTypes[mxDOUBLE]}, nil
	}
	end = e.next
	v, err := s.value(end, depth)
	if err != nil {
		return nil, err
	}
	if v.Class == Opaque {
		return v, s.in.skip(end - s.in.at)
	}
	if s.in.at != end {
		return nil, fmt.Errorf("damaged: %d bytes are left over behind a value", end-s.in.at)
	}
	return v, nil
}

func (s *scan) value(end int64, depth int) (*Value, error) {
	e, flags, err := s.in.bytes(end, 8)
	if err != nil {
		return nil, err
	}
	if e.typ != miUINT32 || len(flags) != 8 {
		return nil, errors.New("damaged: a value without flags")
	}
	word := s.in.order.Uint32(flags)
	class := byte(word)
	v := &Value{Complex: word>>11&1 == 1}
	if class == mxOPAQUE {
		return s.opaque(v, end)
	}
	if v.Shape, err = s.axes(end); err != nil {
		return nil, err
	}
	if v.Name, err = s.text(end); err != nil {
		return nil, err
	}
	switch class {
	case mxCELL:
		v.Class = Cell
		return v, s.items(v, v.Count(), end, depth)
	case mxSTRUCT:
		return v, s.fields(v, end, depth)
	case mxOBJECT:
		v.Class = Opaque
		name, err := s.text(end)
		v.Why = fmt.Sprintf("an object of class %s, which only MATLAB can read: save what it holds as a struct", name)
		return v, err
	case mxFUNCTION:
		v.Class, v.Why = Opaque, "a function handle, which is code"
		return v, nil
	case mxCHAR:
		v.Class = Char
		return v, s.chars(v, end)
	case mxSPARSE:
		return v, s.sparse(v, end, word>>9&1 == 1)
	}
	t, ok := classTypes[class]
	if !ok {
		return nil, fmt.Errorf("damaged: a value of unknown class %d", class)
	}
	v.Class, v.Type = Number, t
	if word>>9&1 == 1 {
		v.Type = npy.Type{Kind: 'b', Size: 1}
	}
	if v.real, err = s.in.numbers(end, s.v); err == nil && v.Complex {
		v.imag, err = s.in.numbers(end, s.v)
	}
	if err == nil && (v.real.n != v.Count() || v.Complex && v.imag.n != v.Count()) {
		err = fmt.Errorf("damaged: shape %v, but %d numbers", v.Shape, v.real.n)
	}
	return v, err
}

// opaque is a value of a class that MATLAB keeps elsewhere: names of the variable,
// of the kind (MCOS, java) and of the class, then a reference.
func (s *scan) opaque(v *Value, end int64) (*Value, error) {
	v.Class = Opaque
	var names [3]string
	var err error
	for i := range names {
		if names[i], err = s.text(end); err != nil {
			return nil, err
		}
	}
	v.Name = names[0]
	v.Why = fmt.Sprintf("a %s, which only MATLAB can read: save numbers, text, cells or structs (table2struct, cellstr, datenum)", names[2])
	return v, nil
}

func (s *scan) axes(end int64) ([]int, error) {
	e, b, err := s.in.bytes(end, 4*maxAxes)
	if err != nil {
		return nil, err
	}
	if e.typ != miINT32 && e.typ != miUINT32 || len(b)%4 != 0 || len(b) < 8 {
		return nil, errors.New("damaged: a value without the lengths of its axes")
	}
	var shape []int
	left := math.MaxInt / 16
	for ; len(b) > 0; b = b[4:] {
		d := int(int32(s.in.order.Uint32(b)))
		if d < 0 {
			return nil, fmt.Errorf("damaged: a negative length %d", d)
		}
		shape = append(shape, d)
		if left /= max(d, 1); left == 0 {
			return nil, fmt.Errorf("damaged: shape %v is larger than any file", shape)
		}
	}
	return shape, nil
}

// text reads a name.
func (s *scan) text(end int64) (string, error) {
	e, b, err := s.in.bytes(end, maxNames)
	if err != nil {
		return "", err
	}
	if e.typ != miINT8 && e.typ != miUINT8 && e.typ != miUTF8 || bytes.ContainsFunc(b, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return "", errors.New("damaged: a name that MATLAB does not permit")
	}
	return string(bytes.TrimRight(b, "\x00")), nil
}

func (s *scan) items(v *Value, n int, end int64, depth int) error {
	for range n { // each has a tag of its own, so that n ends where the bytes do
		item, err := s.matrix(end, depth+1)
		if err != nil {
			return err
		}
		v.Items = append(v.Items, item)
	}
	return nil
}

// fields reads a struct: the length that names have in the file, the names, and
// each field of each element.
func (s *scan) fields(v *Value, end int64, depth int) error {
	v.Class = Struct
	e, b, err := s.in.bytes(end, 4)
	if err != nil {
		return err
	}
	if e.typ != miINT32 || len(b) != 4 {
		return errors.New("damaged: a struct without the length of its names")
	}
	length := int(int32(s.in.order.Uint32(b)))
	if _, b, err = s.in.bytes(end, maxNames); err != nil {
		return err
	}
	if length <= 0 && len(b) > 0 || length > 0 && len(b)%length != 0 {
		return fmt.Errorf("damaged: %d bytes for names of %d each", len(b), length)
	}
	for ; len(b) > 0; b = b[length:] {
		name, _, _ := bytes.Cut(b[:length], []byte{0})
		if !utf8.Valid(name) {
			return errors.New("damaged: a name that is no text")
		}
		v.Fields = append(v.Fields, string(name))
	}
	if n := v.Count(); len(v.Fields) > 0 && n > maxValues/len(v.Fields) {
		return fmt.Errorf("a struct of %d elements with %d fields has more than %d values", n, len(v.Fields), maxValues)
	}
	return s.items(v, v.Count()*len(v.Fields), end, depth)
}

// chars remembers where the text is: of one or two bytes a character, or encoded.
func (s *scan) chars(v *Value, end int64) error {
	e, err := s.in.element(end)
	if err != nil {
		return err
	}
	size := map[uint32]int{miINT8: 1, miUINT8: 1, miUINT16: 2, miUTF8: 1, miUTF16: 2, miUTF32: 4}[e.typ]
	if size == 0 || int(e.size)%size != 0 {
		return fmt.Errorf("damaged: an element of type %d where text belongs", e.typ)
	}
	v.real = part{of: s.v, at: e.data, t: npy.Type{Kind: 'u', Size: size, Big: s.in.order == binary.BigEndian && size > 1}, n: int(e.size) / size, typ: e.typ}
	return s.in.skip(e.next - s.in.at)
}

// sparse is a matrix in compressed columns: the row of each number, the number of
// the first of each column, the numbers.
func (s *scan) sparse(v *Value, end int64, logical bool) (err error) {
	v.Class, v.Type = Sparse, classTypes[mxDOUBLE]
	if logical {
		v.Type = npy.Type{Kind: 'b', Size: 1}
	}
	for _, p := range []*part{&v.rows, &v.starts} {
		if *p, err = s.in.numbers(end, s.v); err != nil {
			return err
		}
	}
	if v.real, err = s.truths(v, end, logical); err != nil {
		return err
	}
	if v.Complex {
		if v.imag, err = s.in.numbers(end, s.v); err != nil {
			return err
		}
	}
	if len(v.Shape) != 2 || v.starts.n != v.Shape[1]+1 || !v.rows.t.Whole() || !v.starts.t.Whole() || slices.Contains(v.Shape, 0) && v.real.n > 0 {
		return fmt.Errorf("damaged: a sparse matrix of shape %v with the starts of %d columns", v.Shape, v.starts.n-1)
	}
	return nil
}

// truths are the numbers of a sparse matrix. MATLAB writes truth values as single
// bytes and calls them doubles.
func (s *scan) truths(v *Value, end int64, logical bool) (part, error) {
	if !logical {
		return s.in.numbers(end, s.v)
	}
	e, err := s.in.element(end)
	if err != nil {
		return part{}, err
	}
	t, ok := numberTypes[e.typ]
	if int(e.size) == v.rows.n {
		t = npy.Type{Kind: 'u', Size: 1}
	}
	t.Big = s.in.order == binary.BigEndian && t.Size > 1
	if !ok || int(e.size)%t.Size != 0 {
		return part{}, fmt.Errorf("damaged: %d bytes for %d truth values", e.size, v.rows.n)
	}
	return part{of: s.v, at: e.data, t: t, n: int(e.size) / t.Size}, s.in.skip(e.next - s.in.at)
}
