package bundle

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"

	"github.com/klauspost/compress/zstd"
)

// content is what will be in a bundle, by path.
type content map[string][]byte

// write writes the archive: the manifest, then all members by name. Times, owners and
// modes are those of nobody, so that equal contents give equal bytes.
func write(w io.Writer, m *Manifest, c content) error {
	m.Members = nil
	names := slices.Sorted(maps.Keys(c))
	for _, name := range names {
		sum := sha256.Sum256(c[name])
		m.Members = append(m.Members, Member{Path: name, Size: int64(len(c[name])), SHA256: hex.EncodeToString(sum[:])})
	}
	var head bytes.Buffer
	enc := json.NewEncoder(&head)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(m); err != nil {
		return err
	}
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedBetterCompression))
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	add := func(name string, text []byte) error {
		if err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(text)), Mode: 0o644}); err != nil {
			return err
		}
		_, err := t.Write(text)
		return err
	}
	err = add(manifestName, head.Bytes())
	for _, name := range names {
		err = errors.Join(err, add(name, c[name]))
	}
	return errors.Join(err, t.Close(), z.Close())
}
