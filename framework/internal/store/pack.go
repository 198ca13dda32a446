package store

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/assaylab/assay/framework/metric"
)

// Packed columns: what nobody searches by.

// key is the form of a key in the database: 32 bytes instead of 64 digits.
func packKey(key string) ([]byte, error) {
	b, err := hex.DecodeString(key)
	if err != nil || len(b) != 32 {
		return nil, fmt.Errorf("%q is no key: a key is a SHA-256 in hexadecimal digits", key)
	}
	return b, nil
}

func packFloats(values []float64) []byte {
	out := make([]byte, 0, 8*len(values))
	for _, v := range values {
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(v))
	}
	return out
}

func unpackFloats(b []byte) []float64 {
	out := make([]float64, len(b)/8)
	for i := range out {
		out[i] = floatAt(b, i)
	}
	return out
}

func floatAt(b []byte, i int) float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
}

// compressor and decompressor may be used from several goroutines at once.
var compressor = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderCRC(false), zstd.WithWindowSize(1<<20))
	if err != nil {
		panic("store: " + err.Error())
	}
	return e
})

// maxUnpacked bounds a column unpacked: curves of 20,000 points are 400 kB.
const maxUnpacked = 256 << 20

var decompressor = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxUnpacked))
	if err != nil {
		panic("store: " + err.Error())
	}
	return d
})

func compress(b []byte) []byte { return compressor().EncodeAll(b, nil) }

func decompress(b []byte) ([]byte, error) { return decompressor().DecodeAll(b, nil) }

// shuffled puts the first bytes of all numbers before the second bytes of all, and
// so on: signs and exponents are alike and pack well. Short lists of few different
// values pack better as they are, so packNumbers tries both.
func shuffled(b []byte) []byte {
	n := len(b) / 8
	out := make([]byte, len(b))
	for i := range n {
		for j := range 8 {
			out[j*n+i] = b[8*i+j]
		}
	}
	return out
}

func unshuffled(b []byte) []byte {
	n := len(b) / 8
	out := make([]byte, len(b))
	for i := range n {
		for j := range 8 {
			out[8*i+j] = b[j*n+i]
		}
	}
	return out
}

// The first byte of packed numbers says how they are packed.
const (
	plainNumbers    = 0
	zippedNumbers   = 1
	shuffledNumbers = 2
)

func packNumbers(values []float64) []byte {
	raw := packFloats(values)
	best := append([]byte{plainNumbers}, raw...)
	if z := compress(raw); len(z)+1 < len(best) {
		best = append([]byte{zippedNumbers}, z...)
	}
	if z := compress(shuffled(raw)); len(z)+1 < len(best) {
		best = append([]byte{shuffledNumbers}, z...)
	}
	return best
}

func unpackNumbers(b []byte) ([]float64, error) {
	if len(b) == 0 {
		return nil, fmt.Errorf("packed numbers are empty")
	}
	raw := b[1:]
	if b[0] != plainNumbers {
		var err error
		if raw, err = decompress(raw); err != nil {
			return nil, err
		}
	}
	if b[0] == shuffledNumbers {
		raw = unshuffled(raw)
	}
	if b[0] > shuffledNumbers || len(raw)%8 != 0 {
		return nil, fmt.Errorf("packed numbers are of %d bytes in form %d", len(raw), b[0])
	}
	return unpackFloats(raw), nil
}

// packCurves writes points metric by metric, in the order in which the metrics
// appear:
//
//	name's length, name, number of points, steps (each less the one before), values
//
// with lengths and steps as variable-length integers, all of it compressed.
func packCurves(points []metric.Point) []byte {
	first := map[string]int{}
	for _, p := range points {
		if _, ok := first[p.Name]; !ok {
			first[p.Name] = len(first)
		}
	}
	points = slices.Clone(points)
	slices.SortStableFunc(points, func(a, b metric.Point) int { return first[a.Name] - first[b.Name] })
	var out []byte
	for len(points) > 0 {
		n := 1
		for n < len(points) && points[n].Name == points[0].Name {
			n++
		}
		out = binary.AppendUvarint(out, uint64(len(points[0].Name)))
		out = append(out, points[0].Name...)
		out = binary.AppendUvarint(out, uint64(n))
		var before int64
		values := make([]float64, n)
		for i, p := range points[:n] {
			out = binary.AppendVarint(out, p.Step-before)
			before, values[i] = p.Step, p.Value
		}
		out = append(out, shuffled(packFloats(values))...)
		points = points[n:]
	}
	return compress(out)
}

func unpackCurves(b []byte) ([]metric.Point, error) {
	b, err := decompress(b)
	if err != nil {
		return nil, err
	}
	var out []metric.Point
	cut := fmt.Errorf("packed curves end early")
	for len(b) > 0 {
		size, k := binary.Uvarint(b)
		if k <= 0 || size > uint64(len(b)-k) {
			return nil, cut
		}
		name := string(b[k : k+int(size)])
		b = b[k+int(size):]
		n, k := binary.Uvarint(b)
		if k <= 0 || n > uint64(len(b)) {
			return nil, cut
		}
		b = b[k:]
		from, step := len(out), int64(0)
		for range n {
			d, k := binary.Varint(b)
			if k <= 0 {
				return nil, cut
			}
			b, step = b[k:], step+d
			out = append(out, metric.Point{Name: name, Step: step})
		}
		if uint64(len(b)) < 8*n {
			return nil, cut
		}
		for i, v := range unpackFloats(unshuffled(b[:8*n])) {
			out[from+i].Value = v
		}
		b = b[8*n:]
	}
	return out, nil
}
