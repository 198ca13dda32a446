package source

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/assaylab/assay/framework/data"
)

const maxIDXBytes = 1 << 30

// readIDX reads a gzipped IDX file of bytes: zero, zero, 0x08, number of axes,
// the big-endian lengths, the values.
func readIDX(gz []byte) (shape []int, values []byte, err error) {
	zr, err := gzip.NewReader(bytes.NewReader(gz))
	if err != nil {
		return nil, nil, fmt.Errorf("not a .gz file: %w", err)
	}
	head := make([]byte, 4)
	if _, err := io.ReadFull(zr, head); err != nil {
		return nil, nil, fmt.Errorf("truncated IDX header: %w", err)
	}
	if head[0] != 0 || head[1] != 0 || head[2] != 0x08 || head[3] == 0 || head[3] > 4 {
		return nil, nil, fmt.Errorf("not an IDX file of bytes: it begins with % x", head)
	}
	n := int64(1)
	for range head[3] {
		if _, err := io.ReadFull(zr, head); err != nil {
			return nil, nil, fmt.Errorf("truncated IDX header: %w", err)
		}
		d := int64(binary.BigEndian.Uint32(head))
		if d == 0 || n > maxIDXBytes/d {
			return nil, nil, fmt.Errorf("an IDX file of shape %v x %d is empty or too large", shape, d)
		}
		shape = append(shape, int(d))
		n *= d
	}
	// One byte more than the header says: the file must end there. ReadAll grows as bytes arrive.
	values, err = io.ReadAll(io.LimitReader(zr, n+1))
	if err != nil {
		return nil, nil, fmt.Errorf("truncated IDX file: %w", err)
	}
	if int64(len(values)) != n {
		return nil, nil, fmt.Errorf("an IDX file of shape %v needs %d values, it has %d or more", shape, n, len(values))
	}
	return shape, values, nil
}

// readImages joins train images, train labels, test images and test labels.
// Samples are grey values / 255, so 0..1; every picture is a trial of its own.
func readImages(files [][]byte, target string) (*data.Recording, error) {
	r := &data.Recording{Unit: "intensity"}
	labels := []int32{}
	pixels := 0
	for i, split := range []data.Split{data.Train, data.Test} {
		shape, grey, err := readIDX(files[2*i])
		if err != nil {
			return nil, fmt.Errorf("%s images: %w", split, err)
		}
		labelShape, classes, err := readIDX(files[2*i+1])
		if err != nil {
			return nil, fmt.Errorf("%s labels: %w", split, err)
		}
		if len(shape) != 3 || len(labelShape) != 1 || shape[0] != labelShape[0] || i > 0 && shape[1]*shape[2] != pixels {
			return nil, fmt.Errorf("%s images of shape %v do not fit labels of shape %v", split, shape, labelShape)
		}
		pixels = shape[1] * shape[2]
		for _, g := range grey {
			r.Samples.Values = append(r.Samples.Values, float32(g)/255)
		}
		for _, c := range classes {
			r.Trial = append(r.Trial, int32(len(r.Trial)))
			r.Split = append(r.Split, split)
			labels = append(labels, int32(c))
		}
	}
	r.Samples.Shape = []int{len(r.Trial), pixels}
	r.Targets = []data.Target{{Name: target, Labels: labels, Classes: 10}}
	return r, r.Check()
}
