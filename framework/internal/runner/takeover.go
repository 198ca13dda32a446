package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/data/npy"
	"github.com/assaylab/assay/framework/internal/bytesize"
	"github.com/assaylab/assay/framework/internal/regular"
	"github.com/assaylab/assay/framework/internal/trial"
)

// maxEmbedding bounds what is read of an embedding.
const maxEmbedding = 16 << 30

// takeOver copies what the method wrote to where only the host writes, and holds it
// against the contract. A file that its plugin could still cut off, or change after it
// was looked at, is neither mapped into memory nor hashed.
func (a *attempt) takeOver(path string, samples int) (e trial.Embedding, own string, err error) {
	own = filepath.Join(a.taken, filepath.Base(path))
	if e.SHA256, err = copyEmbedding(path, own, samples); err != nil {
		return e, "", err
	}
	x, unmap, err := data.ReadArray(own)
	if err != nil {
		return e, "", err
	}
	defer unmap()
	for i, v := range x.Values {
		if v-v != 0 {
			return e, "", fmt.Errorf("the value at [%d, %d] is %v", i/x.Cols(), i%x.Cols(), v)
		}
	}
	e.Shape = x.Shape
	return e, own, nil
}

// copyEmbedding copies a file of so many rows, once its head says that it is one, and
// returns the SHA-256 of what it copied.
func copyEmbedding(from, to string, samples int) (sum string, err error) {
	in, info, err := regular.OpenOwn(from)
	if err != nil {
		return "", err
	}
	defer in.Close()
	h, err := npy.ReadHeader(in)
	if err != nil {
		return "", err
	}
	if len(h.Shape) != 2 || h.Shape[0] != samples || h.Shape[1] == 0 {
		return "", fmt.Errorf("the array has shape %v; it should be [%d x dims]", h.Shape, samples)
	}
	if info.Size() > maxEmbedding {
		return "", fmt.Errorf("the file has %s; at most %s are read", bytesize.Format(info.Size()), bytesize.Format(maxEmbedding))
	}
	if want := h.Offset + h.Bytes(); info.Size() != want {
		return "", fmt.Errorf("shape %v needs a file of %d bytes, it has %d", h.Shape, want, info.Size())
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, hash), io.LimitReader(in, info.Size()))
	return hex.EncodeToString(hash.Sum(nil)), errors.Join(err, out.Close())
}
