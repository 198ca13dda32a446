package host

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/assaylab/assay/framework/internal/regular"
)

// notCode is what a plugin's folder may hold beside its code. What stands here can
// change without the plugin's results being another's: notes, pictures, locks, logs.
// Everything else counts, a file of weights too.
var notCode = struct{ names, endings []string }{
	names:   []string{"assay.lock", "assay.yaml", "sweep.schema.json", "LICENSE", "COPYING", "NOTICE", ".gitignore", ".gitattributes", ".editorconfig", "Makefile", "requirements.txt", "README.txt", "NOTES.txt", "notes.txt", "CHANGES.txt"},
	endings: []string{".md", ".rst", ".ipynb", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".pdf", ".html", ".bib", ".tex", ".lock", ".log", ".swp", ".bak", "~"},
}

var codeOf sync.Map // Where() -> string

// Code is the digest of what the plugin computes with, which makes its trials others
// when it is edited: of a Python plugin every file of its folder that is no note,
// lock, sweep, cache, result or environment; of another what Contents has. It is
// empty for built-in methods, and where the manifest says identity: version: they
// are known by their version.
func (p Plugin) Code() (string, error) {
	if p.Origin == "built-in" || p.Manifest != nil && p.Manifest.ByVersion {
		return "", nil
	}
	if c, ok := codeOf.Load(p.Where()); ok {
		return c.(string), nil
	}
	c, err := p.CodeContents()
	if err == nil {
		codeOf.Store(p.Where(), c.Digest)
	}
	return c.Digest, err
}

// CodeContents are the contents that count as the plugin's code: of a Python plugin
// not all of its folder.
func (p Plugin) CodeContents() (Contents, error) {
	c, err := p.Contents()
	if err != nil || p.Manifest == nil || p.Manifest.Python == "" {
		return c, err
	}
	code, f := Contents{Files: map[string]string{}}, newFilter(p.Manifest.Dir())
	for name, sum := range c.Files {
		if f.isCode(name) {
			code.Files[name] = sum
		}
	}
	code.Digest = digestOf(code.Files)
	return code, nil
}

// A codeFilter tells the code of a folder from what lies beside it.
type codeFilter struct {
	dir     string
	results map[string]bool // folders that were looked at
}

func newFilter(dir string) *codeFilter { return &codeFilter{dir, map[string]bool{}} }

func (f *codeFilter) isCode(name string) bool {
	base := filepath.Base(name)
	if slices.Contains(notCode.names, base) {
		return false
	}
	for _, end := range notCode.endings {
		if strings.HasSuffix(strings.ToLower(base), end) {
			return false
		}
	}
	switch filepath.Ext(base) {
	case ".yaml", ".yml":
		return !isSweep(filepath.Join(f.dir, filepath.FromSlash(name)))
	}
	return !f.inResults(name)
}

var sweepKeys = sync.OnceValue(func() []*regexp.Regexp {
	return []*regexp.Regexp{regexp.MustCompile(`(?m)^version\s*:`), regexp.MustCompile(`(?m)^datasets\s*:`), regexp.MustCompile(`(?m)^methods\s*:`)}
})

// isSweep reports whether a YAML file is a sweep: it has the keys that every sweep
// must have.
func isSweep(path string) bool {
	text, err := regular.ReadFile(path, 1<<20)
	if err != nil {
		return false
	}
	for _, key := range sweepKeys() {
		if !key.Match(text) {
			return false
		}
	}
	return true
}

// inResults reports whether a file lies in a folder of results: one that has a store,
// or a sweep's records, in it or above.
func (f *codeFilter) inResults(name string) bool {
	for at := filepath.Dir(filepath.FromSlash(name)); at != "."; at = filepath.Dir(at) {
		is, known := f.results[at]
		if !known {
			for _, mark := range []string{"assay.db", "records.jsonl"} {
				_, err := os.Stat(filepath.Join(f.dir, at, mark))
				is = is || err == nil
			}
			f.results[at] = is
		}
		if is {
			return true
		}
	}
	return false
}
