package mat

import (
	"context"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/assaylab/assay/framework/data/npy"
)

const maxText = 64 << 20 // bytes that are read at a time

// Texts reads text: a line for each row. MATLAB's characters are of two bytes, and
// an array of them has its first index varying fastest.
func (f *File) Texts(v *Value) ([]string, error) {
	lines, err := f.AllTexts(context.Background(), []*Value{v})
	if err != nil {
		return nil, err
	}
	return lines[0], nil
}

// AllTexts is Texts of many values in one pass over the file.
func (f *File) AllTexts(ctx context.Context, vs []*Value) ([][]string, error) {
	parts, size := make([]part, len(vs)), 0
	for i, v := range vs {
		if v.Class != Char {
			return nil, fmt.Errorf("a %s is no text", v.Class)
		}
		parts[i] = v.real
		if size += max(v.real.n*v.real.t.Size, v.Count()); size > maxText {
			return nil, fmt.Errorf("text of more than the %d characters that are read", maxText)
		}
	}
	out := make([][]string, len(vs))
	err := f.parts(ctx, parts, func(i int, r io.Reader, t npy.Type, n int) error {
		raw := make([]byte, n*t.Size)
		if _, err := io.ReadFull(r, raw); err != nil {
			return ended(err)
		}
		var err error
		out[i], err = vs[i].lines(raw)
		return err
	})
	return out, err
}

// lines cuts the characters into rows.
func (v *Value) lines(raw []byte) ([]string, error) {
	chars, err := v.real.characters(raw)
	if err != nil {
		return nil, err
	}
	n := v.Count()
	if n == 0 {
		return nil, nil
	}
	if len(chars) == 0 { // MATLAB writes none where all are blank
		chars = []rune(strings.Repeat(" ", n))
	}
	for len(chars) < n { // an encoding may have fewer characters than MATLAB's words
		chars = append(chars, ' ')
	}
	if len(chars) > n {
		return nil, fmt.Errorf("damaged: %d characters for shape %v", len(chars), v.Shape)
	}
	out := make([]string, v.Shape[0])
	for i := range out {
		var line strings.Builder
		for k := i; k < n; k += len(out) {
			line.WriteRune(chars[k])
		}
		out[i] = line.String()
	}
	return out, nil
}

// characters decodes text as its element says.
func (p part) characters(raw []byte) ([]rune, error) {
	if p.typ == miUTF8 || p.typ == miINT8 || p.typ == miUINT8 {
		if !utf8.Valid(raw) && p.typ != miUTF8 {
			return latin1(raw), nil
		}
		return []rune(string(raw)), nil // a broken character becomes U+FFFD
	}
	codes := make([]int64, p.n)
	if !p.t.Whole() { // version 4 keeps characters in numbers of any type
		numbers := make([]float64, p.n)
		p.t.Floats(numbers, raw)
		for i, x := range numbers {
			if codes[i] = int64(x); float64(codes[i]) != x || x < 0 || x > 0xffff {
				return nil, fmt.Errorf("damaged: %v is no character", x)
			}
		}
	} else if err := p.t.Ints(codes, raw); err != nil {
		return nil, err
	}
	if p.typ == miUTF32 {
		out := make([]rune, len(codes))
		for i, c := range codes {
			if out[i] = rune(c); !utf8.ValidRune(out[i]) {
				return nil, fmt.Errorf("damaged: %d is no character", c)
			}
		}
		return out, nil
	}
	words := make([]uint16, len(codes))
	for i, c := range codes {
		words[i] = uint16(c)
	}
	return utf16.Decode(words), nil
}

func latin1(raw []byte) []rune {
	out := make([]rune, len(raw))
	for i, b := range raw {
		out[i] = rune(b)
	}
	return out
}
