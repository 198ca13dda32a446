package host

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxFiles bounds the folder of a Python plugin: with more it is not the
// plugin's own.
const maxFiles = 5000

// Contents are what a plugin consists of: files by name, with their SHA-256.
type Contents struct {
	Digest string            // of the executable, or over all files
	Files  map[string]string // of a plugin with a manifest: path relative to its folder -> hexadecimal SHA-256
}

// Contents are those of the plugin when this process first looked at it: the
// executable, or the files of a plugin with a manifest (see files). They are read
// once; [Plugin.Unchanged] tells whether they still are what runs.
func (p Plugin) Contents() (Contents, error) { return p.identity().read(p) }

// files are what the plugin consists of, by name: the executable under the empty
// one. Of a plugin with a manifest the names are relative to its folder: the whole
// folder of a Python plugin without caches and virtual environments; of another
// the manifest, the command and the files among its arguments.
func (p Plugin) files() (map[string]string, error) {
	if p.Manifest == nil {
		return map[string]string{"": p.Path}, nil
	}
	var paths []string
	var err error
	if p.Manifest.Python != "" {
		if paths, err = sources(p.Manifest.Dir()); err != nil {
			return nil, err
		}
	} else {
		paths = []string{p.Manifest.File, p.Path}
		for _, arg := range p.Args {
			if info, err := os.Stat(arg); err == nil && filepath.IsAbs(arg) && info.Mode().IsRegular() {
				paths = append(paths, arg)
			}
		}
	}
	out := map[string]string{}
	for _, path := range paths {
		name, err := filepath.Rel(p.Manifest.Dir(), path)
		if err != nil {
			return nil, err
		}
		out[filepath.ToSlash(name)] = path
	}
	return out, nil
}

// digestOf is the SHA-256 over the sorted lines "SHA-256  NAME".
func digestOf(files map[string]string) string {
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		fmt.Fprintf(h, "%s  %s\n", files[name], name)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// Digest is the SHA-256 of the plugin. It is provenance, not identity.
func (p Plugin) Digest() (string, error) {
	c, err := p.Contents()
	return c.Digest, err
}

// ignored are folders that hold what is made of the sources, or comes along.
var ignored = []string{"__pycache__", ".git", ".hg", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".ipynb_checkpoints", ".tox", ".nox",
	"node_modules", "assay-results", ".venv", "venv"}

// sources are the files of a Python plugin's folder.
func sources(dir string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != dir && (slices.Contains(ignored, name) || strings.HasSuffix(name, ".egg-info") || isVenv(path)) {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(name, ".pyc") || name == ".DS_Store" {
			return nil
		}
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() { // through links
			return nil
		}
		if out = append(out, path); len(out) > maxFiles {
			return fmt.Errorf("%s holds more than %d files: give the plugin a folder of its own", dir, maxFiles)
		}
		return nil
	})
	return out, err
}
