package npy

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// Floats decodes len(dst) values of the type from raw, which holds Size bytes
// for each; true is 1. Whole numbers above 2⁵³ are rounded.
func (t Type) Floats(dst []float64, raw []byte) {
	switch {
	case t.Big && t.Size > 1: // of old machines: rare, so slowly
		little := make([]byte, t.Size)
		for i := range dst {
			reverse(little, raw[i*t.Size:])
			Type{Kind: t.Kind, Size: t.Size}.Floats(dst[i:i+1], little)
		}
	case t.Kind == 'f' && t.Size == 8:
		for i := range dst {
			dst[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
		}
	case t.Kind == 'f' && t.Size == 4:
		for i := range dst {
			dst[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])))
		}
	case t.Kind == 'f':
		for i := range dst {
			dst[i] = half(binary.LittleEndian.Uint16(raw[2*i:]))
		}
	case t.Kind == 'u' && t.Size == 8:
		for i := range dst {
			dst[i] = float64(binary.LittleEndian.Uint64(raw[8*i:]))
		}
	default:
		for i := range dst {
			dst[i] = float64(t.whole(raw[i*t.Size:]))
		}
	}
}

// Ints decodes len(dst) whole numbers or truth values of the type from raw.
func (t Type) Ints(dst []int64, raw []byte) error {
	if !t.Whole() {
		return fmt.Errorf("type %v does not hold whole numbers", t)
	}
	var little [8]byte
	for i := range dst {
		from := raw[i*t.Size:]
		if t.Big && t.Size > 1 {
			reverse(little[:t.Size], from)
			from = little[:]
		}
		dst[i] = t.whole(from)
		if t.Kind == 'u' && t.Size == 8 && dst[i] < 0 {
			return fmt.Errorf("value %d is %d, beyond a signed 64-bit number", i, uint64(dst[i]))
		}
	}
	return nil
}

// whole is the little-endian value at the head of raw; that of an unsigned
// 64-bit number may come out negative.
func (t Type) whole(raw []byte) int64 {
	switch {
	case t.Kind == 'b':
		return int64(min(raw[0], 1))
	case t.Size == 1 && t.Kind == 'u':
		return int64(raw[0])
	case t.Size == 1:
		return int64(int8(raw[0]))
	case t.Size == 2 && t.Kind == 'u':
		return int64(binary.LittleEndian.Uint16(raw))
	case t.Size == 2:
		return int64(int16(binary.LittleEndian.Uint16(raw)))
	case t.Size == 4 && t.Kind == 'u':
		return int64(binary.LittleEndian.Uint32(raw))
	case t.Size == 4:
		return int64(int32(binary.LittleEndian.Uint32(raw)))
	}
	return int64(binary.LittleEndian.Uint64(raw))
}

func reverse(dst, src []byte) {
	for i := range dst {
		dst[i] = src[len(dst)-1-i]
	}
}

// texts decodes len(dst) texts, which NumPy fills up with zeros.
func (t Type) texts(dst []string, raw []byte) error {
	for i := range dst {
		item := raw[i*t.Size : (i+1)*t.Size]
		if t.Kind == 'S' {
			dst[i] = strings.TrimRight(string(item), "\x00")
			if !utf8.ValidString(dst[i]) {
				return fmt.Errorf("text %d is not UTF-8", i)
			}
			continue
		}
		var order binary.ByteOrder = binary.LittleEndian
		if t.Big {
			order = binary.BigEndian
		}
		var s strings.Builder
		for ; len(item) > 0; item = item[4:] {
			r := order.Uint32(item)
			if r > utf8.MaxRune {
				return fmt.Errorf("text %d holds the code %d, which is no character", i, r)
			}
			s.WriteRune(rune(r))
		}
		dst[i] = strings.TrimRight(s.String(), "\x00")
	}
	return nil
}

// half is the value of an IEEE 754 binary16: (−1)^s · 2^(e−15) · 1.m, with e = 0
// for subnormals and e = 31 for infinity and NaN.
func half(h uint16) float64 {
	sign := 1.0
	if h>>15 == 1 {
		sign = -1
	}
	e, m := int(h>>10)&31, float64(h&0x3ff)
	switch {
	case e == 31 && m != 0:
		return math.NaN()
	case e == 31:
		return math.Inf(int(sign))
	case e == 0:
		return sign * math.Ldexp(m, -24)
	}
	return sign * math.Ldexp(1024+m, e-25)
}
