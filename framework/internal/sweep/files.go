package sweep

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/setting"
)

// files refuses a dataset whose files are not there: better now than when its
// turn comes, and here the line is known.
func (b *binder) files(d Dataset) {
	if len(d.Recipe.Roles) == 0 {
		b.recordingFiles(d.Recipe.Recording, "dataset "+d.ID, "datasets", d.ID)
		return
	}
	for role, r := range d.Recipe.Roles {
		b.recordingFiles(r, "dataset "+d.ID+", role "+role, "datasets", d.ID, "roles", role)
	}
}

func (b *binder) recordingFiles(r source.Recording, what string, at ...string) {
	if r.Source != "" && r.IsFile() {
		b.isFile(r.Source, what, append(slices.Clone(at), "source"))
	}
	for _, part := range r.Join {
		b.recordingFiles(part, what, at...)
	}
	if r.Split != nil && r.Split.File != "" {
		b.isFile(r.Split.File, what+": split", append(slices.Clone(at), "split", "file"))
	}
}

func (b *binder) isFile(path, what string, at []string) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		b.failAt(beside(path), at, "%s: there is no file %s", what, path)
	case err != nil:
		b.failAt("", at, "%s: %v", what, err)
	case info.IsDir():
		b.failAt("name a file in it", at, "%s: %s is a folder", what, path)
	case !info.Mode().IsRegular():
		b.failAt("save it as a file first", at, "%s: %s is no regular file", what, path)
	}
}

// beside is advice on a file that is not there: one of a similar name, or where
// the path starts.
func beside(path string) string {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return "relative paths start at the folder of the sweep; there is no folder " + filepath.Dir(path)
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	if hint := setting.Suggest(filepath.Base(path), names); strings.HasPrefix(hint, "did you mean") {
		return hint
	}
	return "relative paths start at the folder of the sweep"
}
