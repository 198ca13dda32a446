package kernel

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write what the generators of the assembly print")

// The files in the tree are what _asm/vector writes.
func TestVectorKernelsAreAsGenerated(t *testing.T) {
	fetchGenerators(t)
	dir := t.TempDir()
	if out, err := exec.Command("go", "run", "-C", "_asm", "./vector", "-dir", dir).CombinedOutput(); err != nil {
		t.Fatalf("go run -C _asm ./vector: %v\n%s", err, out)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 5 {
		t.Fatalf("the generator wrote %v, %v", files, err)
	}
	for _, f := range files {
		want, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(f.Name(), want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(f.Name())
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what its generator writes (%v); go test -run Generated -update writes it", f.Name(), err)
		}
	}
}
