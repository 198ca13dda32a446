package host

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}

// An executable is its bytes.
func TestDigestOfExecutable(t *testing.T) {
	p := Plugin{Path: write(t, filepath.Join(t.TempDir(), "plug"), "program")}
	got, err := p.Digest()
	if err != nil || got != "sha256:"+sum("program") {
		t.Errorf("got %s, %v", got, err)
	}
	if _, err := (Plugin{Path: filepath.Join(t.TempDir(), "none")}).Digest(); err == nil {
		t.Error("a file that is not there has a digest")
	}
}

// A plugin with a manifest is its files: of a command the manifest, the program
// and the files among the arguments.
func TestContentsOfCommand(t *testing.T) {
	dir := t.TempDir()
	manifest := "version: 1\ncommand: run\nargs: [model.jl, --depth, 3]\n"
	write(t, filepath.Join(dir, ManifestName), manifest)
	write(t, filepath.Join(dir, "run"), "program")
	write(t, filepath.Join(dir, "model.jl"), "model")
	p, err := at(dir, "p", "path")
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.Contents()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{ManifestName: manifest, "run": "program", "model.jl": "model"} {
		if c.Files[name] != sum(text) {
			t.Errorf("%s has the digest %q", name, c.Files[name])
		}
	}
	lines := fmt.Sprintf("%s  model.jl\n%s  plugin.yaml\n%s  run\n", sum("model"), sum(manifest), sum("program"))
	if want := "sha256:" + sum(lines); c.Digest != want {
		t.Errorf("the digest is %s, want %s", c.Digest, want)
	}
}

// A Python plugin is its folder, but for what is made of it or comes along.
func TestContentsOfPython(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{ManifestName, "plugin.py", "sub/more.py", "weights.bin",
		"__pycache__/plugin.pyc", "sub/old.pyc", ".git/HEAD", ".venv/lib/x.py", "other-env/pyvenv.cfg", "other-env/y.py",
		"mine.egg-info/PKG-INFO", ".DS_Store", "assay-results/x"} {
		write(t, filepath.Join(dir, name), name)
	}
	if err := os.Symlink("plugin.py", filepath.Join(dir, "link.py")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "dangling")); err != nil {
		t.Fatal(err)
	}
	p := Plugin{Manifest: &Manifest{File: filepath.Join(dir, ManifestName), Python: "python3"}}
	c, err := p.Contents()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range c.Files {
		names = append(names, name)
	}
	slices.Sort(names)
	if want := []string{"link.py", "plugin.py", ManifestName, "sub/more.py", "weights.bin"}; !slices.Equal(names, want) {
		t.Errorf("it consists of %v, want %v", names, want)
	}
}

func TestTooManyFiles(t *testing.T) {
	dir := t.TempDir()
	for i := range maxFiles + 1 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, err := Plugin{Manifest: &Manifest{File: filepath.Join(dir, ManifestName), Python: "python3"}}.Contents()
	if err == nil || !strings.Contains(err.Error(), "a folder of its own") {
		t.Errorf("got %v", err)
	}
}
