//go:build unix

package yaml

import (
	"path/filepath"
	"syscall"
	"testing"
)

// A pipe that nobody writes to would be waited for.
func TestReadFileOfAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(path); err == nil || err.Error() != "it is a named pipe, not a file" {
		t.Errorf("got %v", err)
	}
}
