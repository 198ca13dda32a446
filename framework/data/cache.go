package data

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Cache is the folder where datasets lie under the digest of their contents:
// ROOT/datasets/sha256-HEX. Several processes may use one cache at once.
type Cache struct {
	Root string

	mu     sync.Mutex
	seen   map[string]map[string]string // digest -> files that were read -> their SHA-256
	sound  map[stamp]string             // what was read -> its SHA-256
	linked map[stamp]string             // the same, just after a link of ours to it
	where  map[string]string            // SHA-256 of an array -> a file that should hold it; nil before the first look
	held   map[string]*os.File          // leases, by digest
}

// OpenCache opens the cache in that folder and makes the folder where needed;
// "" means $ASSAY_CACHE, and where that is unset the user's cache folder.
func OpenCache(root string) (*Cache, error) {
	if root == "" {
		root = os.Getenv("ASSAY_CACHE")
	}
	if root == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("no folder for the cache: %w; set ASSAY_CACHE", err)
		}
		root = filepath.Join(base, "assay")
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	c := &Cache{Root: root}
	if err := os.MkdirAll(c.datasets(), 0o755); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	c.sweepOut(time.Now().Add(-24 * time.Hour))
	return c, nil
}

// sweepOut removes what processes that were killed within Put left before that
// time. What cannot be removed stays until the next time.
func (c *Cache) sweepOut(before time.Time) {
	left, _ := filepath.Glob(filepath.Join(c.datasets(), "tmp-*"))
	for _, path := range left {
		if info, err := os.Stat(path); err == nil && info.ModTime().Before(before) {
			os.RemoveAll(path)
		}
	}
}

func (c *Cache) datasets() string { return filepath.Join(c.Root, "datasets") }

// Dir is the folder of the dataset with that digest, whether it exists or not.
// A digest is "sha256:" and 64 hexadecimal digits; of another text Dir is a
// folder that never exists.
func (c *Cache) Dir(digest string) string {
	if !digestForm().MatchString(digest) {
		return filepath.Join(c.datasets(), "no-digest")
	}
	return filepath.Join(c.datasets(), strings.Replace(digest, ":", "-", 1))
}

// Open opens the dataset with that digest, after [Cache.Verify]. Close it when
// nothing uses it.
func (c *Cache) Open(digest string) (*Dataset, error) {
	if err := c.Verify(digest); err != nil {
		return nil, err
	}
	return Open(c.Dir(digest))
}

// Has reports whether the dataset is there, and is what its digest says.
func (c *Cache) Has(digest string) bool { return c.Verify(digest) == nil }

// Put writes the recordings as a dataset and returns its digest. A dataset that
// is there already is left as it is; a damaged one is replaced. The folder
// appears at once and whole, or not at all.
func (c *Cache) Put(recs map[string]*Recording) (digest string, err error) {
	if len(recs) == 0 {
		return "", errors.New("a dataset needs at least one recording")
	}
	m, err := describe(recs, hashOnly)
	if err != nil {
		return "", err
	}
	text, digest, err := m.encode()
	if err != nil {
		return "", err
	}
	if c.Has(digest) {
		return digest, nil
	}
	sums := map[string]manifestFile{}
	for _, f := range m.files() {
		sums[f.File] = f
	}
	return digest, c.fill(digest, text, m, func(dir string) error {
		_, err := describe(recs, func(k content) (string, error) {
			if f := sums[k.name]; c.share(f, filepath.Join(dir, k.name)) {
				return f.SHA256, nil
			}
			return writeContent(dir, k)
		})
		return err
	})
}

// fill makes the folder of a dataset: write puts its arrays there.
func (c *Cache) fill(digest string, text []byte, m *manifest, write func(dir string) error) error {
	tmp, err := os.MkdirTemp(c.datasets(), "tmp-")
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	defer os.RemoveAll(tmp) // after the rename there is nothing under this name
	if err := write(tmp); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if err := writeFile(filepath.Join(tmp, manifestName), func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if err := os.Chmod(tmp, 0o755); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if err := syncDir(tmp); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if err := c.install(tmp, digest); err != nil {
		return err
	}
	c.offer(digest, m)
	return nil
}

// install renames the finished folder to its place. Another process may have
// been faster: then its folder stays. What is damaged is moved away first.
func (c *Cache) install(tmp, digest string) error {
	dir := c.Dir(digest)
	err := os.Rename(tmp, dir)
	if err == nil {
		return syncDir(c.datasets())
	}
	if c.Has(digest) {
		return nil
	}
	aside := tmp + "-damaged"
	defer os.RemoveAll(aside)
	if os.Rename(dir, aside) == nil {
		err = os.Rename(tmp, dir)
	}
	if err != nil && !c.Has(digest) {
		return fmt.Errorf("cache: %w", err)
	}
	return syncDir(c.datasets())
}

func hashOnly(k content) (string, error) {
	h := sha256.New()
	if err := k.write(h); err != nil {
		return "", fmt.Errorf("%s: %w", k.name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func writeContent(dir string, k content) (string, error) {
	h := sha256.New()
	err := writeFile(filepath.Join(dir, k.name), func(w io.Writer) error { return k.write(io.MultiWriter(w, h)) })
	return hex.EncodeToString(h.Sum(nil)), err
}

// writeFile writes a new file to the disk itself and makes it read-only: mapped
// files must not change.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o444)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<18)
	err = errors.Join(write(w), w.Flush())
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
