package data

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/assaylab/assay/framework/data/npy"
	"github.com/assaylab/assay/framework/internal/regular"
)

// leastShared is the size from which on datasets share an array: below, a file of
// their own costs them no more than a name.
const leastShared = 1 << 16

// share makes path a second name of a file of the cache that holds the same array, so
// that folds of a recording, and recipes that keep the same samples, take its room
// once. It reports false where there is none, or where the disk has no hard links.
func (c *Cache) share(f manifestFile, path string) bool {
	if f.bytes() < leastShared {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.where == nil {
		c.look()
	}
	old, ok := c.where[f.SHA256]
	if !ok {
		return false
	}
	// What is shared must be what it should be: the file may have been changed since.
	before, err := stampAt(old)
	if err != nil || c.linked[before] != f.SHA256 && c.hash(old, f.SHA256) != nil {
		delete(c.where, f.SHA256)
		return false
	}
	if before, err = stampAt(old); err != nil || os.Link(old, path) != nil {
		return false
	}
	after, err := stampAt(path)
	if err != nil || !after.sameBytes(before) {
		os.Remove(path)
		return false
	}
	if c.linked == nil {
		c.linked = map[stamp]string{}
	}
	c.linked[after] = f.SHA256
	return true
}

// bytes is about how long the file is.
func (f manifestFile) bytes() int {
	n := 1
	for _, d := range f.Shape {
		n *= d
	}
	t, err := npy.ParseType(f.Type)
	if err != nil {
		return 0
	}
	return n * t.Size
}

// look notes which arrays the datasets of the cache hold.
func (c *Cache) look() {
	c.where = map[string]string{}
	folders, _ := filepath.Glob(filepath.Join(c.datasets(), "sha256-*"))
	for _, dir := range folders {
		if m, _, err := readManifest(dir); err == nil {
			c.note(dir, m)
		}
	}
}

func (c *Cache) note(dir string, m *manifest) {
	for _, f := range m.files() {
		if f.bytes() >= leastShared {
			c.where[f.SHA256] = filepath.Join(dir, f.File)
		}
	}
}

// offer notes the arrays of a dataset that has just been made.
func (c *Cache) offer(digest string, m *manifest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.where != nil {
		c.note(c.Dir(digest), m)
	}
}

// Divide makes a dataset of one that is there: the same recordings, divided by split,
// which names for some roles the part of every sample. Nothing but these is written
// and no other array is read, however large: the datasets share them.
func (c *Cache) Divide(base string, split map[string][]Split) (digest string, err error) {
	m, got, err := readManifest(c.Dir(base))
	if err != nil {
		return "", err
	}
	if got != base {
		return "", &ChangedError{c.Dir(base), "it is that of " + got}
	}
	fresh := map[string]content{}
	for role, parts := range split {
		e, ok := m.Recordings[role]
		if !ok {
			return "", fmt.Errorf("the dataset has no recording in role %q", role)
		}
		if len(parts) != e.Samples.Shape[0] {
			return "", fmt.Errorf("role %s: parts of %d samples, the recording has %d", role, len(parts), e.Samples.Shape[0])
		}
		k := codes(parts)
		k.name = role + ".split.npy"
		sum, err := hashOnly(k)
		if err != nil {
			return "", err
		}
		fresh[k.name] = k
		e.Split = &manifestFile{File: k.name, Type: k.typ, Shape: k.shape, SHA256: sum}
		m.Recordings[role] = e
	}
	text, digest, err := m.encode()
	if err != nil || c.Has(digest) {
		return digest, err
	}
	return digest, c.fill(digest, text, m, func(dir string) error {
		for _, f := range m.files() {
			to := filepath.Join(dir, f.File)
			if k, ok := fresh[f.File]; ok {
				if _, err := writeContent(dir, k); err != nil {
					return err
				}
			} else if !c.share(f, to) {
				if err := copyFile(filepath.Join(c.Dir(base), f.File), to, f.SHA256); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// copyFile copies an array and makes sure that it is the one that is meant.
func copyFile(from, to, sum string) error {
	f, _, err := regular.OpenOwn(from)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if err := writeFile(to, func(w io.Writer) error { _, err := io.Copy(io.MultiWriter(w, h), f); return err }); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != sum {
		return &ChangedError{from, fmt.Sprintf("expected SHA-256 %s, got %s", sum, got)}
	}
	return nil
}
