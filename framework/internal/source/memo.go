package source

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/regular"
	"github.com/assaylab/assay/framework/internal/source/file"
)

// readerVersion is raised whenever equal bytes give another recording than
// before: old memos are then of no effect. Tests pin digests of the reach
// recordings and the generators, so that a change does not slip through.
const readerVersion = 2

// identity is everything that a built recording depends on: contents, never
// names of files.
type identity struct {
	Reader   int
	Source   string // of the catalogue or a generator; the ending of a file
	Contents []string
	Params   map[string]any
	Seed     uint64
	Read     *Columns
	Keep     map[string]Labels
	MinSpeed float64
	Split    *data.Division
	SplitBy  string // hash of the split's file
	Subject  string
	Session  string
	As       data.Split `json:",omitempty"`
	Only     data.Split `json:",omitempty"`
	Bare     bool       `json:",omitempty"`

	sources []data.AboutSource
}

// fingerprint is the key under which the digest of a recipe is remembered, and
// what it was made of, by role. It reads the user's files, to hash them.
func (d Dataset) fingerprint(trialSeed uint64) (map[string]identity, string, error) {
	all := map[string]identity{}
	roles := d.Roles
	if len(roles) == 0 {
		roles = map[string]Recording{"": d.Recording}
	}
	for role, r := range roles {
		id, err := r.identity(trialSeed)
		if err != nil {
			return nil, "", err
		}
		all[role] = id
	}
	text, err := json.Marshal(all) // keys of maps are sorted
	if err != nil {
		return nil, "", fmt.Errorf("recipe: %w", err)
	}
	if d.Shuffled > 0 {
		text = fmt.Appendf(text, " shuffled %d", d.Shuffled)
	}
	sum := sha256.Sum256(text)
	return all, hex.EncodeToString(sum[:]), nil
}

func (r Recording) identity(trialSeed uint64) (identity, error) {
	id, err := r.provider().identity(r, trialSeed)
	if err != nil {
		return id, err
	}
	if err := id.companions(); err != nil {
		return id, err
	}
	id.Reader, id.Keep, id.MinSpeed, id.Subject, id.Session = readerVersion, r.Keep, r.MinSpeed, r.Subject, r.Session
	id.As, id.Only, id.Bare = r.As, r.Only, r.Bare
	if division := r.division(trialSeed); division != nil {
		split := *division
		if split.File != "" {
			sum, _, err := hashOf(split.File, 0)
			if err != nil {
				return id, fmt.Errorf("split: %w", err)
			}
			id.SplitBy, split.File = sum, ""
		}
		id.Split = &split
	}
	return id, nil
}

// companions puts the contents of the files beside a file where their paths were.
func (id *identity) companions() error {
	if id.Read == nil || len(id.Read.Files) == 0 {
		return nil
	}
	read := *id.Read
	read.Files = maps.Clone(read.Files)
	for _, name := range sortedKeys(read.Files) {
		sums := ""
		for _, part := range file.Parts(read.Files[name]) {
			sum, _, err := hashOf(part, 0)
			if err != nil {
				return noFile(part, err)
			}
			sums += sum
			id.sources = append(id.sources, data.AboutSource{Name: filepath.Base(part), SHA256: sum})
		}
		read.Files[name] = sums
	}
	id.Read = &read
	return nil
}

func (b *Builder) memo(key string) string { return filepath.Join(b.Cache.Root, "memo", key) }

// maxMemo bounds a memo; what it says of names of labels is the most of it.
const maxMemo = 64 << 20

// recall returns what an earlier build made if its dataset still lies there as it
// was written.
func (b *Builder) recall(key string) (made Made, ok bool) {
	text, err := regular.ReadFile(b.memo(key), maxMemo)
	if err != nil || json.Unmarshal(text, &made) != nil {
		return Made{}, false
	}
	return made, b.Cache.Verify(made.Digest) == nil
}

func (b *Builder) remember(key string, made Made) error {
	path := b.memo(key)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	text, err := json.Marshal(made)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), "tmp-")
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	defer os.Remove(tmp.Name()) // gone after the rename
	_, err = tmp.Write(text)
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
