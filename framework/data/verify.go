package data

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/assaylab/assay/framework/internal/regular"
)

// ChangedError says that a file of a dataset is not the one that was written
// under its digest. Nothing may be computed from it.
type ChangedError struct {
	Path string
	Why  string
}

func (e *ChangedError) Error() string { return fmt.Sprintf("%s was changed: %s", e.Path, e.Why) }

// Verify reads every byte of a dataset folder and compares hashes. The error is
// a [*ChangedError] where contents differ.
func Verify(dir string) error {
	m, _, err := readManifest(dir)
	if err != nil {
		return err
	}
	for _, f := range m.files() {
		if _, err := verifyFile(filepath.Join(dir, f.File), f.SHA256); err != nil {
			return err
		}
	}
	d, err := Open(dir) // what no hash says: that shapes, lengths and labels fit together
	if err != nil {
		return err
	}
	return d.Close()
}

// sameBytes reports whether nobody wrote between two looks, as far as sizes and times
// tell. Another dataset's link to the file changes its state and nothing else.
func (s stamp) sameBytes(t stamp) bool {
	s.state, t.state = 0, 0
	return s == t
}

// verifyFile hashes a file and returns what it looked like while that went on.
func verifyFile(path, want string) (stamp, error) {
	f, _, err := regular.OpenOwn(path)
	if err != nil {
		return stamp{}, err
	}
	defer f.Close()
	before, err := stampOf(f)
	if err != nil {
		return stamp{}, err
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return stamp{}, err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return stamp{}, &ChangedError{path, fmt.Sprintf("expected SHA-256 %s, got %s", want, got)}
	}
	after, err := stampOf(f)
	if err == nil && !after.sameBytes(before) {
		err = &ChangedError{path, "somebody wrote to it while it was read"}
	}
	return after, err
}

// settled is how old a change must be for a stamp to be trusted: within a tick of
// the system's clock a second one would leave the same stamp.
const settled = 50 * time.Millisecond

// Verify makes sure that the dataset with that digest holds what was written
// under it. Every byte is read once per Cache, and again when the inode, size or
// times of a file are not what they were then; in between a call costs a look at
// each file. Call it before a trial uses a dataset and once more behind the
// trial: a number made from a dataset that changed meanwhile is none. The error
// is a [*ChangedError] where contents differ; [Cache.Put] puts that right.
func (c *Cache) Verify(digest string) error {
	if !digestForm().MatchString(digest) {
		return fmt.Errorf("%q is no digest of a dataset", digest)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lease(digest) // before it is looked at: what is sound now must stay
	if c.unchanged(digest) {
		return nil
	}
	delete(c.seen, digest)
	dir := c.Dir(digest)
	m, got, err := readManifest(dir)
	if err != nil {
		return err
	}
	manifest := filepath.Join(dir, manifestName)
	if got != digest {
		return &ChangedError{manifest, "it is that of " + got}
	}
	seen := map[string]string{manifest: digest[len("sha256:"):]}
	for _, f := range m.files() {
		seen[filepath.Join(dir, f.File)] = f.SHA256
	}
	for path, sum := range seen {
		if err := c.hash(path, sum); err != nil {
			return err
		}
	}
	d, err := Open(dir)
	if err != nil {
		return err
	}
	if c.seen == nil {
		c.seen = map[string]map[string]string{}
	}
	c.seen[digest] = seen
	return d.Close()
}

// hash makes sure that a file has that SHA-256. It is not read again while it is what
// it was: datasets share files, which are read once for all of them.
func (c *Cache) hash(path, sum string) error {
	if s, err := stampAt(path); err == nil && c.sound[s] == sum {
		return nil
	}
	now := time.Now().UnixNano()
	s, err := verifyFile(path, sum)
	if err != nil {
		return err
	}
	if now-s.state > int64(settled) {
		if c.sound == nil {
			c.sound = map[stamp]string{}
		}
		c.sound[s] = sum
	}
	return nil
}

// unchanged reports whether the files are those that were read.
func (c *Cache) unchanged(digest string) bool {
	for path, sum := range c.seen[digest] {
		if is, err := stampAt(path); err != nil || c.sound[is] != sum {
			return false
		}
	}
	return len(c.seen[digest]) > 0
}
