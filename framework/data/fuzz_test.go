package data

import (
	"os"
	"path/filepath"
	"testing"
)

// Whatever the bytes of a split file: an error, or every sample in at most one part.
func FuzzDivisionFile(f *testing.F) {
	for _, text := range []string{`{"train": [2, 0], "test": [3]}`, `{"train": [0], "train": [1]}`, `{"train": [0]} 1`, `{"train": [1e400]}`, `[[[[`, `{"val": [-1]}`} {
		f.Add([]byte(text))
	}
	path := filepath.Join(f.TempDir(), "split.json")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		r := toy()
		if err := (Division{File: path}).Divide(r); err != nil {
			return
		}
		if err := r.Check(); err != nil || r.On(Train).Len() == 0 {
			t.Fatalf("%q was taken: %v, %d train samples", text, err, r.On(Train).Len())
		}
	})
}

// Whatever the bytes of dataset.json: an error, or a dataset that fits its files.
func FuzzManifest(f *testing.F) {
	c, err := OpenCache(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	digest, err := c.Put(map[string]*Recording{"main": toy()})
	if err != nil {
		f.Fatal(err)
	}
	path := filepath.Join(c.Dir(digest), manifestName)
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"format": "assay-dataset", "version": 1, "recordings": {"main": {"samples": {"file": "../x"}}}}`))
	if err := os.Remove(path); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		d, err := Open(c.Dir(digest))
		if err != nil {
			return
		}
		defer d.Close()
		for role, r := range d.Recordings {
			if err := r.Check(); err != nil {
				t.Fatalf("role %s: %v", role, err)
			}
		}
	})
}
