package data

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// ErrInUse says that a process of this machine uses a dataset.
var ErrInUse = errors.New("a process is using it")

// Cached is one dataset of a cache.
type Cached struct {
	Digest string    `json:"digest"`
	Bytes  int64     `json:"bytes"`
	Used   time.Time `json:"used"` // last
}

// leases is the folder of a file per dataset: its time says when the dataset was
// used last, and who uses it holds it locked, so that nobody removes what another
// process has mapped.
func (c *Cache) leases() string { return filepath.Join(c.Root, "leases") }

// lease notes that this process uses a dataset, until the cache is let go of or the
// process ends. Where that cannot be noted the dataset is used all the same.
func (c *Cache) lease(digest string) {
	path := filepath.Join(c.leases(), strings.TrimPrefix(digest, "sha256:"))
	now := time.Now()
	if c.held[digest] != nil {
		_ = os.Chtimes(path, now, now)
		return
	}
	if err := os.MkdirAll(c.leases(), 0o755); err != nil {
		return
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return
	}
	if lockFile(f, false) != nil {
		f.Close()
		return
	}
	_ = os.Chtimes(path, now, now)
	if c.held == nil {
		c.held = map[string]*os.File{}
	}
	c.held[digest] = f
}

// List returns the datasets of the cache, least recently used first.
func (c *Cache) List() ([]Cached, error) {
	entries, err := os.ReadDir(c.datasets())
	if err != nil {
		return nil, err
	}
	var out []Cached
	for _, e := range entries {
		sum, ok := strings.CutPrefix(e.Name(), "sha256-")
		if !ok || !e.IsDir() {
			continue
		}
		d := Cached{Digest: "sha256:" + sum}
		dir := filepath.Join(c.datasets(), e.Name())
		for _, path := range []string{dir, filepath.Join(c.leases(), sum)} {
			if info, err := os.Stat(path); err == nil && info.ModTime().After(d.Used) {
				d.Used = info.ModTime()
			}
		}
		err := filepath.WalkDir(dir, func(_ string, f fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := f.Info()
			if err == nil && info.Mode().IsRegular() {
				d.Bytes += info.Size() / links(info) // of a file that several share, a share
			}
			return err
		})
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed in this instant
		}
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b Cached) int { return cmp.Or(a.Used.Compare(b.Used), cmp.Compare(a.Digest, b.Digest)) })
	return out, nil
}

// Remove removes a dataset. The error is [ErrInUse] where another process uses it.
func (c *Cache) Remove(digest string) error {
	if !digestForm().MatchString(digest) {
		return fmt.Errorf("%q is no digest of a dataset", digest)
	}
	if err := os.MkdirAll(c.leases(), 0o755); err != nil {
		return err
	}
	path := filepath.Join(c.leases(), strings.TrimPrefix(digest, "sha256:"))
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	if lockFile(f, true) != nil {
		return ErrInUse
	}
	// Aside first, so that a kill leaves the dataset whole or gone.
	aside := filepath.Join(c.datasets(), "tmp-removed-"+filepath.Base(path))
	if err := os.Rename(c.Dir(digest), aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(os.RemoveAll(aside), os.Remove(path))
}
