package store

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Folders of a results folder.
const (
	KeptDir        = "kept"        // models, embeddings and arrays: a folder per fit
	CheckpointsDir = "checkpoints" // where attempts at one trial hand on their work
)

// Kept is what is kept on disk of one trial.
type Kept struct {
	Key        string    `json:"key"`        // of the fit
	Embeddings int64     `json:"embeddings"` // bytes
	Other      int64     `json:"other"`      // bytes of models and arrays
	Used       time.Time `json:"used"`       // last
}

const embeddingFiles = "embedding-*.npy"

// Kept lists what is kept on disk, least recently used first.
func (s *Store) Kept() ([]Kept, error) {
	dir := filepath.Join(s.Dir, KeptDir)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Kept
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), discarded) || !e.IsDir() {
			continue
		}
		k := Kept{Key: e.Name()}
		err := filepath.WalkDir(filepath.Join(dir, e.Name()), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			if path == filepath.Join(dir, e.Name()) {
				k.Used = info.ModTime()
			}
			if yes, _ := filepath.Match(embeddingFiles, d.Name()); yes {
				k.Embeddings += info.Size()
			} else if info.Mode().IsRegular() {
				k.Other += info.Size()
			}
			return nil
		})
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed in this instant
		}
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b Kept) int { return cmp.Or(a.Used.Compare(b.Used), cmp.Compare(a.Key, b.Key)) })
	return out, nil
}

// Touch notes that what is kept of a fit was used: the folder's time says when.
func (s *Store) Touch(fit string) error {
	now := time.Now()
	err := os.Chtimes(filepath.Join(s.Dir, KeptDir, fit), now, now)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Trim removes embeddings, those least recently used first, until they take at most
// limit bytes, but for fits that in use says are needed. It returns what it removed.
func (s *Store) Trim(limit int64, inUse func(fit string) bool) (removed []Kept, err error) {
	kept, err := s.Kept()
	if err != nil {
		return nil, err
	}
	var total int64
	for _, k := range kept {
		total += k.Embeddings
	}
	for _, k := range kept {
		if total <= limit {
			break
		}
		if k.Embeddings == 0 || inUse != nil && inUse(k.Key) {
			continue
		}
		if err := s.dropEmbeddings(k); err != nil {
			return removed, err
		}
		total -= k.Embeddings
		removed = append(removed, k)
	}
	return removed, nil
}

// dropEmbeddings removes a fit's embeddings. Whoever uses embeddings needs all
// splits of them, so that a part that a kill leaves is not used.
func (s *Store) dropEmbeddings(k Kept) error {
	if k.Other == 0 {
		return discard(filepath.Join(s.Dir, KeptDir), k.Key)
	}
	files, err := filepath.Glob(filepath.Join(s.Dir, KeptDir, k.Key, embeddingFiles))
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.Chtimes(filepath.Join(s.Dir, KeptDir, k.Key), k.Used, k.Used) // the rest was not used now
}

// KeptEmbeddings returns the files of a fit's embeddings, by split; ok is false
// unless all of them are there. That their bytes are those of the record is for
// whoever reads them to see.
func (s *Store) KeptEmbeddings(fit string, splits []string) (files map[string]string, ok bool) {
	files = map[string]string{}
	for _, split := range splits {
		path := filepath.Join(s.Dir, KeptDir, fit, "embedding-"+split+".npy")
		info, err := os.Lstat(path)
		if err != nil || !info.Mode().IsRegular() {
			return nil, false
		}
		files[split] = path
	}
	return files, len(splits) > 0
}
