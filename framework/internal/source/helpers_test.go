package source

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/assaylab/assay/framework/data/npy"
)

// member writes one array of an archive.
type member func(t *testing.T, w *zip.Writer)

func array[T npy.Element](name string, shape []int, values ...T) member {
	return func(t *testing.T, w *zip.Writer) {
		t.Helper()
		f, err := w.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		if err := npy.Write(f, shape, values); err != nil {
			t.Fatal(err)
		}
	}
}

func writeNPZ(t *testing.T, members ...member) string {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, m := range members {
		m(t, w)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return writeText(t, "mine.npz", buf.String())
}

func writeText(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
