package source

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/assaylab/assay/framework/data"
)

// readerVersion is raised whenever equal bytes give another recording than
// before: old memos are then of no effect. Tests pin digests of the reach
// recordings and the generators, so that a change does not slip through.
const readerVersion = 1

// identity is everything that a built recording depends on: contents, never
// names of files.
type identity struct {
	Reader   int
	Source   string // of the catalogue or a generator; the ending of a file
	Contents []string
	Params   map[string]any
	Seed     uint64
	Read     *Columns
	Keep     map[string][]int
	MinSpeed float64
	Split    *data.Division
	SplitBy  string // hash of the split's file
}

// fingerprint is the key under which the digest of a recipe is remembered. It
// reads the user's files, to hash them.
func (d Dataset) fingerprint(trialSeed uint64) (string, error) {
	all := map[string]identity{}
	roles := d.Roles
	if len(roles) == 0 {
		roles = map[string]Recording{"": d.Recording}
	}
	for role, r := range roles {
		id, err := r.identity(trialSeed)
		if err != nil {
			return "", err
		}
		all[role] = id
	}
	text, err := json.Marshal(all) // keys of maps are sorted
	if err != nil {
		return "", fmt.Errorf("recipe: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

func (r Recording) identity(trialSeed uint64) (identity, error) {
	id := identity{Reader: readerVersion, Source: r.Source, Keep: r.Keep, MinSpeed: r.MinSpeed, Read: r.Read}
	if r.Split != nil {
		split := *r.Split
		if split.File != "" {
			sum, _, err := hashOf(split.File, 0)
			if err != nil {
				return id, fmt.Errorf("split: %w", err)
			}
			id.SplitBy, split.File = sum, ""
		}
		id.Split = &split
	}
	if name, ok := strings.CutPrefix(r.Source, cataloguePrefix); ok {
		e, err := Find(name)
		if err != nil {
			return id, err
		}
		for _, f := range e.Files {
			id.Contents = append(id.Contents, f.SHA256)
		}
		return id, nil
	}
	if name, ok := strings.CutPrefix(r.Source, generatePrefix); ok {
		g, err := FindGenerator(name)
		if err != nil {
			return id, err
		}
		id.Contents = []string{fmt.Sprint("version ", g.Version)}
		id.Seed = r.seed(trialSeed)
		id.Params, err = g.Settings.Complete(r.Params)
		return id, err
	}
	sum, _, err := hashOf(r.Source, 0)
	if err != nil {
		return id, err
	}
	if r.SHA256 != "" && !strings.EqualFold(sum, r.SHA256) {
		return id, &Error{
			Fact: fmt.Sprintf("%s is not the file that the recipe names: expected SHA-256 %s, got %s", r.Source, r.SHA256, sum),
			Hint: "bring back the file, or change sha256 if the new one is meant",
		}
	}
	id.Source, id.Contents = strings.ToLower(filepath.Ext(r.Source)), []string{sum}
	return id, nil
}

func (b *Builder) memo(key string) string { return filepath.Join(b.Cache.Root, "memo", key) }

// recall returns the digest of an earlier build if its dataset is still there, whole.
func (b *Builder) recall(key string) (string, bool) {
	text, err := os.ReadFile(b.memo(key))
	if err != nil {
		return "", false
	}
	digest := strings.TrimSpace(string(text))
	return digest, b.Cache.Has(digest)
}

func (b *Builder) remember(key, digest string) error {
	path := b.memo(key)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), "tmp-")
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	defer os.Remove(tmp.Name()) // gone after the rename
	_, err = tmp.WriteString(digest + "\n")
	if err == nil {
		err = tmp.Chmod(0o644) // a cache may be shared
	}
	if err2 := tmp.Close(); err == nil {
		err = err2
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return nil
}
