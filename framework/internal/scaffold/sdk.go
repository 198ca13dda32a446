package scaffold

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/assaylab/assay/plugins/python"
)

// SDK writes the Python SDK into a new folder, to be found on PYTHONPATH.
func SDK(dir string) error {
	return eachOfSDK(func(name string, text []byte) error {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, text, 0o644)
	})
}

func eachOfSDK(visit func(name string, text []byte) error) error {
	return fs.WalkDir(python.SDK, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := python.SDK.ReadFile(name)
		if err != nil {
			return err
		}
		return visit(name, text)
	})
}
