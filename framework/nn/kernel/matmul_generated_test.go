package kernel

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func init() {
	if flag.Lookup("update") == nil {
		flag.Bool("update", false, "write what the generators of the assembly print")
	}
}

// The assembly in the tree is what _asm/matmul writes. Outside continuous
// integration the test is skipped where the generator's modules are out of reach.
func TestMatMulIsAsGenerated(t *testing.T) {
	dir := t.TempDir()
	generator := filepath.Join(dir, "matmul.exe")
	if out, err := exec.Command("go", "-C", "_asm", "mod", "download").CombinedOutput(); err != nil {
		if os.Getenv("CI") == "" {
			t.Skipf("the generator's modules: %v\n%s", err, out)
		}
		t.Fatalf("the generator's modules: %v\n%s", err, out)
	}
	if out, err := exec.Command("go", "build", "-C", "_asm", "-o", generator, "./matmul").CombinedOutput(); err != nil {
		t.Fatalf("go build -C _asm ./matmul: %v\n%s", err, out)
	}
	// The files name the command that wrote them, so it must be the same.
	write := exec.Command(generator, "-out", "../matmul_amd64.s", "-stubs", "../matmul_stub_amd64.go", "-pkg", "kernel")
	write.Dir = filepath.Join(dir, "_asm")
	if err := os.Mkdir(write.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := write.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", write, err, out)
	}
	for _, name := range []string{"matmul_amd64.s", "matmul_stub_amd64.go"} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if flag.Lookup("update").Value.String() == "true" {
			if err := os.WriteFile(name, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what its generator writes (%v); go test -run AsGenerated -update writes it", name, err)
		}
	}
}
