package mat

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/assaylab/assay/framework/data/npy"
)

// Sparse passes over a sparse matrix and hands out all its numbers, zeros too, some
// at a time, column after column. Rows, starts of columns and numbers are read side
// by side, so that none of them is held.
func (f *File) Sparse(ctx context.Context, v *Value, put func([]float64) error) error {
	if v.Class != Sparse {
		return fmt.Errorf("a %s is not sparse", v.Class)
	}
	if v.rows.of == nil { // version 4
		return f.triplets(ctx, v, put)
	}
	var runs [3]*run
	for i, p := range []part{v.rows, v.starts, v.real} {
		var err error
		if runs[i], err = f.run(p); err != nil {
			return err
		}
	}
	rows, starts, numbers := runs[0], runs[1], runs[2]
	height, column := v.Shape[0], make([]float64, 0, 1<<13)
	from, err := starts.whole()
	if err == nil && from != 0 {
		err = errors.New("damaged: the first column does not start at 0")
	}
	if err != nil {
		return err
	}
	put0 := func(x float64) error {
		if column = append(column, x); len(column) < cap(column) {
			return nil
		}
		err := put(column)
		column = column[:0]
		return err
	}
	for range v.Shape[1] {
		if err := ctx.Err(); err != nil {
			return err
		}
		to, err := starts.whole()
		if err != nil {
			return err
		}
		if to < from || to > int64(v.real.n) || to > int64(v.rows.n) {
			return fmt.Errorf("damaged: a column from number %d to %d of %d", from, to, v.real.n)
		}
		next := 0 // row to be put
		for ; from < to; from++ {
			row, err := rows.whole()
			if err != nil {
				return err
			}
			x, err := numbers.number()
			if err != nil {
				return err
			}
			if row < int64(next) || row >= int64(height) {
				return fmt.Errorf("damaged: row %d of a matrix of %d rows, or rows out of order", row, height)
			}
			for ; next < int(row); next++ {
				if err := put0(0); err != nil {
					return err
				}
			}
			if err := put0(x); err != nil {
				return err
			}
			next++
		}
		for ; next < height; next++ {
			if err := put0(0); err != nil {
				return err
			}
		}
	}
	if len(column) == 0 {
		return nil
	}
	return put(column)
}

// run reads the numbers of a part one by one.
type run struct {
	in  io.Reader
	t   npy.Type
	raw []byte
	n   int
}

func (f *File) run(p part) (*run, error) {
	in, err := f.open(p.of)
	if err != nil {
		return nil, err
	}
	return &run{in: in, t: p.t, raw: make([]byte, p.t.Size), n: p.n}, in.skip(p.at)
}

func (r *run) next() error {
	if r.n--; r.n < 0 {
		return errors.New("damaged: a sparse matrix with too few numbers")
	}
	_, err := io.ReadFull(r.in, r.raw)
	return ended(err)
}

func (r *run) whole() (int64, error) {
	if err := r.next(); err != nil {
		return 0, err
	}
	var x [1]int64
	err := r.t.Ints(x[:], r.raw)
	return x[0], err
}

func (r *run) number() (float64, error) {
	if err := r.next(); err != nil {
		return 0, err
	}
	var x [1]float64
	r.t.Floats(x[:], r.raw)
	return x[0], nil
}
