package mat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/assaylab/assay/framework/data/npy"
)

// Numbers passes over the file and calls use for each of the values, which are
// numbers, in the order in which they lie there: i is the place of the value in
// vs, r holds its n numbers of type t, the first index varying fastest. Of complex
// ones it is the real parts. Each variable is read to its end once, where a
// compressed one has its checksum; only then may its numbers be used.
func (f *File) Numbers(ctx context.Context, vs []*Value, use func(i int, r io.Reader, t npy.Type, n int) error) error {
	parts := make([]part, len(vs))
	for i, v := range vs {
		if v.Class != Number {
			return fmt.Errorf("a %s is read otherwise", v.Class)
		}
		parts[i] = v.real
	}
	return f.parts(ctx, parts, use)
}

// parts is Numbers of runs.
func (f *File) parts(ctx context.Context, parts []part, use func(i int, r io.Reader, t npy.Type, n int) error) error {
	order := make([]int, 0, len(parts))
	for i, p := range parts {
		if p.of != nil { // an empty value in a cell lies nowhere
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := parts[a], parts[b]
		if x.of.from != y.of.from {
			return int(min(max(x.of.from-y.of.from, -1), 1))
		}
		return int(min(max(x.at-y.at, -1), 1))
	})
	var in *input
	var of *variable
	for _, i := range order {
		p := parts[i]
		if err := ctx.Err(); err != nil {
			return err
		}
		if of != p.of || in.at > p.at { // the same numbers once more: from the start
			if err := f.finish(in, of); err != nil {
				return err
			}
			var err error
			if in, err = f.open(p.of); err != nil {
				return err
			}
			of = p.of
		}
		if err := in.skip(p.at - in.at); err != nil {
			return err
		}
		r := &io.LimitedReader{R: in, N: int64(p.n) * int64(p.t.Size)}
		if err := use(i, r, p.t, p.n); err != nil {
			return err
		}
		if r.N > 0 {
			return errors.New("mat: numbers were left unread")
		}
	}
	return f.finish(in, of)
}

// Read implements io.Reader.
func (in *input) Read(p []byte) (int, error) {
	n, err := in.r.Read(p)
	in.at += int64(n)
	return n, err
}

// finish reads a compressed variable to its end.
func (f *File) finish(in *input, of *variable) error {
	if in == nil || !of.compressed {
		return nil
	}
	if _, err := io.Copy(io.Discard, in.r); err != nil {
		return fmt.Errorf("damaged: %w", err)
	}
	return nil
}

// Floats reads all numbers of a value, and the imaginary parts of complex ones.
func (f *File) Floats(v *Value) (real, imag []float64, err error) {
	if v.Class != Number {
		return nil, nil, fmt.Errorf("a %s has no numbers", v.Class)
	}
	if real, err = f.floats(v.real); err == nil && v.Complex {
		imag, err = f.floats(v.imag)
	}
	return real, imag, err
}

func (f *File) floats(p part) ([]float64, error) {
	var out []float64
	err := f.parts(context.Background(), []part{p}, func(_ int, r io.Reader, t npy.Type, n int) error {
		raw := make([]byte, n*t.Size) // the scan has seen that so many are there
		if _, err := io.ReadFull(r, raw); err != nil {
			return ended(err)
		}
		out = make([]float64, n)
		t.Floats(out, raw)
		return nil
	})
	return out, err
}
