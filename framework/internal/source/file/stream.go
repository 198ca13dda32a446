package file

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/assaylab/assay/framework/data/npy"
)

const piece = 1 << 13 // values that are handed out at a time

// stream hands out n numbers of a type as they come. r need not end there.
func (w *want) stream(ctx context.Context, r io.Reader, t npy.Type, n int) error {
	raw := make([]byte, min(n, piece)*t.Size)
	var floats []float64
	var wholes []int64
	if w.exact && t.Whole() {
		wholes = make([]int64, min(n, piece))
	} else {
		floats = make([]float64, min(n, piece))
	}
	for ; n > 0; n -= piece {
		if err := ctx.Err(); err != nil {
			return err
		}
		k := min(n, piece)
		if got, err := io.ReadFull(r, raw[:k*t.Size]); err != nil {
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				err = fmt.Errorf("truncated: %d values are missing", n-got/t.Size)
			}
			return err
		}
		var v values
		if wholes != nil {
			v.wholes = wholes[:k]
			if err := t.Ints(v.wholes, raw); err != nil {
				return err
			}
		} else {
			v.floats = floats[:k]
			t.Floats(v.floats, raw)
		}
		if err := w.put(v); err != nil {
			return err
		}
	}
	return nil
}

// atEnd looks beyond the last value: only there are lengths and checksums compared.
func atEnd(r io.Reader) error {
	var one [1]byte
	switch n, err := io.ReadFull(r, one[:]); {
	case n > 0:
		return errors.New("more follows behind its values")
	case err != io.EOF:
		return err
	}
	return nil
}
