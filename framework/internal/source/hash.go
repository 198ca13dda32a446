package source

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/assaylab/assay/framework/internal/regular"
)

// hashOf returns the SHA-256 and the number of the bytes in a file. With
// unpacked > 0 they are those inside a .gz file, and counting ends just beyond
// unpacked.
func hashOf(path string, unpacked int64) (sum string, n int64, err error) {
	f, _, err := regular.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	return hashFrom(f, unpacked)
}

// hashFrom is hashOf of what a reader gives.
func hashFrom(r io.Reader, unpacked int64) (sum string, n int64, err error) {
	if unpacked > 0 {
		zr, err := gzip.NewReader(r)
		if err != nil {
			return "", 0, fmt.Errorf("not a .gz file: %w", err)
		}
		r = io.LimitReader(zr, unpacked+1)
	}
	h := sha256.New()
	if n, err = io.Copy(h, r); err != nil {
		return "", 0, fmt.Errorf("damaged: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), n, nil
}
