package data

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/assaylab/assay/framework/data/npy"
)

// WriteArray writes an array as a float32 .npy file. The file appears at once
// and whole, or not at all; one that is there is replaced.
func WriteArray(path string, a Array) error {
	dir, name := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	tmpDir, err := os.MkdirTemp(dir, "."+name+"-")
	if err != nil {
		return fmt.Errorf("write array: %w", err)
	}
	defer os.RemoveAll(tmpDir)
	tmp := filepath.Join(tmpDir, name)
	if err := writeFile(tmp, func(w io.Writer) error { return npy.Write(w, a.Shape, a.Values) }); err != nil {
		return fmt.Errorf("write array %s: %w", path, err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("write array: %w", err)
	}
	return syncDir(dir)
}

// ReadArray maps a float32 .npy file into memory, read-only. Call the closer
// when nothing uses the array any more.
func ReadArray(path string) (Array, func() error, error) {
	shape, values, closer, err := npy.Map(path)
	if err != nil {
		return Array{}, nil, err
	}
	return Array{Shape: shape, Values: values}, closer, nil
}
