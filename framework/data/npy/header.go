package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

const (
	magic     = "\x93NUMPY"
	maxHeader = 1 << 16 // NumPy itself writes headers of about 100 bytes and reads at most 10000
	maxDims   = 64      // as NumPy 2
)

// ReadHeader reads the part before the values, which must be numbers or truth
// values. After it, r stands at the first value.
func ReadHeader(r io.Reader) (Header, error) {
	h, err := readHeader(r)
	if err == nil && h.Type.Text() {
		_, err = ParseType(h.Type.String())
		err = fmt.Errorf("bad .npy header: %w", err)
	}
	return h, err
}

// readHeader is ReadHeader of text, too.
func readHeader(r io.Reader) (Header, error) {
	var pre [12]byte
	if _, err := io.ReadFull(r, pre[:8]); err != nil {
		return Header{}, fmt.Errorf("not a .npy file: it ends within the first 8 bytes")
	}
	if string(pre[:6]) != magic {
		return Header{}, fmt.Errorf("not a .npy file: it begins with %q", pre[:6])
	}
	version, width := pre[6], 2
	switch version {
	case 1:
	case 2, 3:
		width = 4
	default:
		return Header{}, fmt.Errorf("version %d.%d of the .npy format is unknown", version, pre[7])
	}
	if _, err := io.ReadFull(r, pre[8:8+width]); err != nil {
		return Header{}, fmt.Errorf("the file ends within its header")
	}
	n := binary.LittleEndian.Uint32(pre[8:12])
	if n > maxHeader {
		return Header{}, fmt.Errorf("the header claims %d bytes; at most %d are read", n, maxHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return Header{}, fmt.Errorf("the file ends within its header")
	}
	h, err := parseHeader(string(text))
	if err != nil {
		return Header{}, fmt.Errorf("bad .npy header: %w", err)
	}
	h.Offset = int64(8 + width + int(n))
	return h, nil
}

// parseHeader reads the dictionary literal.
func parseHeader(text string) (Header, error) {
	l := &literal{rest: text}
	var h Header
	seen := map[string]bool{}
	if err := l.expect('{'); err != nil {
		return h, err
	}
	for !l.accept('}') {
		key, err := l.str()
		if err != nil {
			return h, err
		}
		if seen[key] {
			return h, fmt.Errorf("%q is there twice", key)
		}
		seen[key] = true
		if err := l.expect(':'); err != nil {
			return h, err
		}
		switch key {
		case "descr":
			h.Type, err = l.descr()
		case "fortran_order":
			h.Fortran, err = l.boolean()
		case "shape":
			h.Shape, err = l.shape()
		default:
			err = fmt.Errorf("unknown key %q", key)
		}
		if err != nil {
			return h, err
		}
		if !l.accept(',') {
			if err := l.expect('}'); err != nil {
				return h, err
			}
			break
		}
	}
	if rest := strings.TrimSpace(l.rest); rest != "" {
		return h, fmt.Errorf("%q after its end", clip(rest))
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return h, fmt.Errorf("no %q", key)
		}
	}
	return h, checkSize(h.Shape, h.Type.Size)
}

// checkSize refuses shapes whose bytes do not fit: size · Π shape must stay below 2⁶².
func checkSize(shape []int, size int) error {
	left := math.MaxInt / 2 / max(size, 1) // an empty text has size 0
	for _, d := range shape {
		if d == 0 {
			return nil // nothing at all, whatever the other lengths
		}
		if left /= d; left == 0 {
			return fmt.Errorf("shape %v is larger than any file", shape)
		}
	}
	return nil
}

// literal reads the few forms of Python literals that a header may hold.
type literal struct{ rest string }

func (l *literal) accept(c byte) bool {
	l.rest = strings.TrimLeft(l.rest, " \n\t")
	if l.rest == "" || l.rest[0] != c {
		return false
	}
	l.rest = l.rest[1:]
	return true
}

func (l *literal) expect(c byte) error {
	if !l.accept(c) {
		return fmt.Errorf("expected %q, found %q", c, clip(l.rest))
	}
	return nil
}

func (l *literal) str() (string, error) {
	for _, quote := range []byte(`'"`) {
		if l.accept(quote) {
			s, rest, ok := strings.Cut(l.rest, string(quote))
			if !ok || strings.Contains(s, `\`) {
				return "", fmt.Errorf("bad text at %q", clip(l.rest))
			}
			l.rest = rest
			return s, nil
		}
	}
	return "", fmt.Errorf("expected text in quotes, found %q", clip(l.rest))
}

func (l *literal) boolean() (bool, error) {
	l.accept(' ')
	for word, v := range map[string]bool{"True": true, "False": false} {
		if rest, ok := strings.CutPrefix(l.rest, word); ok {
			l.rest = rest
			return v, nil
		}
	}
	return false, fmt.Errorf("fortran_order must be True or False, found %q", clip(l.rest))
}

// shape reads (), (3,), (3, 4), and Python 2's (3L, 4L).
func (l *literal) shape() ([]int, error) {
	if err := l.expect('('); err != nil {
		return nil, err
	}
	shape := []int{}
	for !l.accept(')') {
		l.accept(' ')
		end := strings.IndexAny(l.rest, ",) L")
		if end < 0 {
			return nil, fmt.Errorf("the shape does not end")
		}
		d, err := strconv.Atoi(l.rest[:end])
		if err != nil {
			return nil, fmt.Errorf("%q in the shape is no length", clip(l.rest[:end]))
		}
		if d < 0 {
			return nil, fmt.Errorf("negative length %d in the shape", d)
		}
		if shape = append(shape, d); len(shape) > maxDims {
			return nil, fmt.Errorf("the shape has more than %d axes", maxDims)
		}
		l.rest = l.rest[end:]
		l.accept('L')
		if !l.accept(',') {
			if err := l.expect(')'); err != nil {
				return nil, err
			}
			break
		}
	}
	return shape, nil
}

func (l *literal) descr() (Type, error) {
	if l.accept('[') || l.accept('(') {
		return Type{}, &TypeError{"the array is structured (a table of fields): save its columns as plain arrays"}
	}
	s, err := l.str()
	if err != nil {
		return Type{}, err
	}
	if t, ok := textType(s); ok {
		return t, nil
	}
	return ParseType(s)
}

// textType reads "<U5" and "|S5": at most five characters of 4 bytes, or of 1.
func textType(s string) (Type, bool) {
	if len(s) < 3 || strings.IndexByte("<>|=", s[0]) < 0 {
		return Type{}, false
	}
	n, err := strconv.ParseUint(s[2:], 10, 28)
	if err != nil {
		return Type{}, false
	}
	switch s[1] {
	case 'U':
		return Type{Kind: 'U', Size: 4 * int(n), Big: s[0] == '>'}, true
	case 'S', 'a':
		return Type{Kind: 'S', Size: int(n)}, true
	}
	return Type{}, false
}

// TypeError says that an array is sound, but of a type that is not read.
type TypeError struct{ Reason string }

func (e *TypeError) Error() string { return e.Reason }

// ParseType reads the type of numbers or truth values as NumPy writes it, such as "<f4".
func ParseType(s string) (Type, error) {
	if len(s) < 2 || strings.IndexByte("<>|=", s[0]) < 0 {
		return Type{}, fmt.Errorf("unknown type %q", clip(s))
	}
	t := Type{Kind: s[1], Big: s[0] == '>'}
	switch t.Kind {
	case 'O':
		return Type{}, &TypeError{fmt.Sprintf("type %q holds Python objects, which only running code could read: save numbers instead", clip(s))}
	case 'S', 'U', 'a':
		return Type{}, &TypeError{fmt.Sprintf("type %q holds text: save numbers instead", clip(s))}
	case 'c':
		return Type{}, &TypeError{fmt.Sprintf("type %q is complex: save real and imaginary parts as two arrays", clip(s))}
	case 'V':
		return Type{}, &TypeError{fmt.Sprintf("type %q is structured: save its columns as plain arrays", clip(s))}
	case 'M', 'm':
		return Type{}, &TypeError{fmt.Sprintf("type %q holds dates or durations: save them as numbers", clip(s))}
	}
	sizes := map[byte]string{'b': "1", 'i': "1248", 'u': "1248", 'f': "248"}[t.Kind]
	if len(s) != 3 || strings.IndexByte(sizes, s[2]) < 0 {
		return Type{}, &TypeError{fmt.Sprintf("type %q is not supported: bool, integers of 1 to 8 bytes and floats of 2 to 8 bytes are", clip(s))}
	}
	t.Size = int(s[2] - '0')
	return t, nil
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "..."
	}
	return s
}
