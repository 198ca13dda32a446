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

// fetchGenerators skips the test, outside continuous integration, where the
// generators' modules are out of reach.
func fetchGenerators(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("go", "-C", "_asm", "mod", "download").CombinedOutput(); err != nil {
		if os.Getenv("CI") == "" {
			t.Skipf("the generator's modules: %v\n%s", err, out)
		}
		t.Fatalf("the generator's modules: %v\n%s", err, out)
	}
}

// The assembly in the tree is what _asm/matmul, _asm/attend, _asm/bits and _asm/double write.
func TestAssemblyIsAsGenerated(t *testing.T) {
	fetchGenerators(t)
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "_asm"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"matmul", "attend", "bits", "double"} {
		generator := filepath.Join(dir, name+".exe")
		if out, err := exec.Command("go", "build", "-C", "_asm", "-o", generator, "./"+name).CombinedOutput(); err != nil {
			t.Fatalf("go build -C _asm ./%s: %v\n%s", name, err, out)
		}
		// The files name the command that wrote them, so it must be the same.
		code, stubs := name+"_amd64.s", name+"_stub_amd64.go"
		write := exec.Command(generator, "-out", "../"+code, "-stubs", "../"+stubs, "-pkg", "kernel")
		write.Dir = filepath.Join(dir, "_asm")
		if out, err := write.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", write, err, out)
		}
		for _, file := range []string{code, stubs} {
			isAsGenerated(t, dir, file)
		}
	}
}

func isAsGenerated(t *testing.T, dir, name string) {
	t.Helper()
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
