package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source/file"
)

// userFile is a file of the user's.
type userFile struct{ path string }

func (userFile) takes() keys { return keys{file: true} }

func (p userFile) check(r Recording, _ bool) []Problem {
	if p.path == "" {
		return []Problem{{Path: "source", Fact: "is missing", Hint: "catalogue/NAME, generate/NAME, or the path of a " + file.Kinds() + " file"}}
	}
	if !file.Readable(p.path) {
		fact, _ := file.Unreadable(p.path)
		return []Problem{{Path: "source", Fact: fact, Hint: suggestSource(p.path)}}
	}
	var out []Problem
	for _, x := range r.columns().Check(p.path) {
		x.Path = "read." + x.Path
		out = append(out, x)
	}
	return out
}

// columns are those of the recipe, or none.
func (r Recording) columns() Columns {
	if r.Read == nil {
		return Columns{}
	}
	return *r.Read
}

func (userFile) shapes() (map[string]Shape, bool) { return nil, false }

func (p userFile) identity(r Recording, _ uint64) (identity, error) {
	id := identity{Source: file.Ending(p.path), Read: r.Read}
	if err := file.Fits(p.path, defaultMaxBytes); err != nil {
		return id, err
	}
	for _, part := range file.Parts(p.path) {
		sum, _, err := hashOf(part, 0)
		if err != nil {
			return identity{}, noFile(p.path, err)
		}
		if part != p.path { // of a folder: which is which counts, too
			id.Contents = append(id.Contents, filepath.Base(part))
		}
		id.Contents = append(id.Contents, sum)
		id.sources = append(id.sources, data.AboutSource{Name: filepath.Base(part), SHA256: sum})
	}
	if sum := id.Contents[0]; r.SHA256 != "" && !strings.EqualFold(sum, r.SHA256) {
		return identity{}, &Error{
			Fact: fmt.Sprintf("%s is not the file that the recipe names: expected SHA-256 %s, got %s", p.path, r.SHA256, sum),
			Hint: "bring back the file, or change sha256 if the new one is meant",
		}
	}
	return id, nil
}

// noFile gives advice where a file is missing.
func noFile(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return Error{Fact: fmt.Sprintf("there is no file %s", path), Hint: suggestSource(path), Usage: true}
	}
	return err
}

func (p userFile) read(ctx context.Context, b *Builder, r Recording, _ uint64) (map[string]reading, error) {
	got, err := file.Read(ctx, p.path, r.columns(), b.options())
	if err != nil {
		return nil, err
	}
	return alone(reading{rec: got.Recording, about: data.AboutRecording{Subject: got.Subject, Session: got.Session, Targets: got.Targets, Notes: got.Notes}, own: true}), nil
}
