package host

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
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

// Environment is what a Python plugin finds installed.
type Environment struct {
	Interpreter string            `yaml:"interpreter" json:"interpreter"` // "CPython 3.11.2"
	Packages    map[string]string `yaml:"packages" json:"packages"`       // name -> version
}

// Digest is the SHA-256 over interpreter and packages.
func (e Environment) Digest() string {
	text, err := json.Marshal(e) // map keys are sorted by encoding/json
	if err != nil {
		panic("host: an environment is text: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

const listPackages = `import json, platform, sys
from importlib.metadata import distributions
found = {}
for d in distributions():
    name = d.metadata["Name"]
    if name: found.setdefault(name.lower().replace("_", "-"), d.version)
json.dump({"interpreter": platform.python_implementation() + " " + platform.python_version(), "packages": found}, sys.stdout)
`

var environments sync.Map // Where() -> Environment

// Environment asks the interpreter of a Python plugin for its version and its
// packages; ok is false for other plugins. It runs the interpreter, not the
// plugin.
func (p Plugin) Environment(ctx context.Context) (e Environment, ok bool, err error) {
	if p.Manifest == nil || p.Manifest.Python == "" || p.Broken != nil {
		return Environment{}, false, nil
	}
	if e, ok := environments.Load(p.Where()); ok {
		return e.(Environment), true, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.Path, "-c", listPackages)
	cmd.Dir = os.TempDir()
	for _, kv := range environment(p, 0) { // the plugin's own folder is no package
		if !strings.HasPrefix(kv, "PYTHONPATH=") || p.Manifest.Env["PYTHONPATH"] != "" {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	text, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(text, &e)
	}
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
		}
		return e, true, fmt.Errorf("asking %s for its packages: %w", p.Path, err)
	}
	environments.Store(p.Where(), e)
	return e, true, nil
}
