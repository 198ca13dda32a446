package source

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// hashOf returns the SHA-256 and the number of the bytes in a file. With
// unpacked > 0 they are those inside a .gz file, and counting ends just beyond
// unpacked.
func hashOf(path string, unpacked int64) (sum string, n int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	var r io.Reader = f
	if unpacked > 0 {
		zr, err := gzip.NewReader(f)
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
