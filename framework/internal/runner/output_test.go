package runner

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestSize: holes take nothing, names without contents do, a file with two names
// counts once, and what the host has handed over is left out.
func TestSize(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, n int) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), make([]byte, n), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	empty := size(dir, "")
	for i := range 10 {
		write(string(rune('a'+i)), 0)
	}
	if got := size(dir, "") - empty; got != 10*leastFile {
		t.Errorf("ten empty files: %d", got)
	}
	before := size(dir, "")
	write("model/weights", 1<<20)
	write("handed/data", 1<<20)
	if got := size(dir, filepath.Join(dir, "handed")) - before; got < 1<<20 || got > 1<<20+8*leastFile {
		t.Errorf("a model of 1 MiB: %d", got)
	}
	if runtime.GOOS != "linux" {
		return
	}
	before = size(dir, "")
	if err := os.Link(filepath.Join(dir, "model", "weights"), filepath.Join(dir, "model", "again")); err != nil {
		t.Fatal(err)
	}
	write("holes", 0)
	if err := os.Truncate(filepath.Join(dir, "holes"), 1<<40); err != nil {
		t.Fatal(err)
	}
	if got := size(dir, "") - before; got > 4*leastFile {
		t.Errorf("a link and holes: %d", got)
	}
}
