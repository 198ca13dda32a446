package wire

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The committed code is what the pinned generators make of the .proto files.
func TestGeneratedCodeIsFresh(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("go", "tool", "protogen", "-out", dir).CombinedOutput(); err != nil {
		t.Fatalf("go tool protogen: %v\n%s", err, out)
	}
	made, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(made) != 6 { // messages and service of method, strategy and importer
		t.Errorf("%d files were made", len(made))
	}
	for _, f := range made {
		name := f.Name()
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Errorf("%v: run go generate ./framework/internal/wire", err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is stale: run go generate ./framework/internal/wire", name)
		}
	}
}
