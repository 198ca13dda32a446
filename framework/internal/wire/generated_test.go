package wire

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The committed code is what the pinned generators make of method.proto.
func TestGeneratedCodeIsFresh(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("go", "tool", "protogen", "-out", dir).CombinedOutput(); err != nil {
		t.Fatalf("go tool protogen: %v\n%s", err, out)
	}
	for _, name := range []string{"method.pb.go", "method_grpc.pb.go"} {
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is stale: run go generate ./framework/internal/wire", name)
		}
	}
}
