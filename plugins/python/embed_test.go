package python

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every source file of the package is in the binary, and nothing else.
func TestSDKIsComplete(t *testing.T) {
	inside := map[string]bool{}
	err := fs.WalkDir(SDK, ".", func(path string, d fs.DirEntry, err error) error {
		inside[path] = err == nil && !d.IsDir()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir("assay_plugin", func(path string, d fs.DirEntry, err error) error {
		source := err == nil && !d.IsDir() && !strings.Contains(path, "__pycache__")
		if source && !inside[filepath.ToSlash(path)] {
			t.Errorf("%s is not embedded", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pyproject.toml", "backend.py", "README.md"} {
		if _, err := os.Stat(name); err != nil || !inside[name] {
			t.Errorf("%s: on disk: %v; embedded: %v", name, err == nil, inside[name])
		}
	}
}
