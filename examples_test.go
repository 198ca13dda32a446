package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The third-party plugin builds in its own module, passes its tests and the
// checks, and stands in a table beside the built-in methods.
func TestGoPluginExample(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("ASSAY_CACHE", filepath.Join(dir, "cache"))
	manifest, err := os.ReadFile("examples/go-plugin/plugin.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "plugin.yaml"), manifest, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"vet", "."}, {"test", "."}, {"build", "-o", filepath.Join(dir, "bin", "slow-features"), "."}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = "examples/go-plugin"
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %v: %v\n%s", args, err, out)
		}
	}
	assay(t, "plugin", "check", dir)
	assay(t, "run", "examples/go-plugin/sweep.yaml", "--results", dir, "--set", "seeds=1", "--set", "methods.slow.plugin="+filepath.Join(dir, "plugin.yaml"))
	means := readTable(t, filepath.Join(dir, "slow-features", "tables", "main.json"))
	// Four directions: a read-out that has learned nothing is right in about a quarter.
	if v := means["slow population probe/direction/accuracy"]; v < 0.4 || v > 1 {
		t.Errorf("direction accuracy of the slow features: %v", v)
	}
}
