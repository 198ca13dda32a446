//go:build unix

package regular

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// inTime fails where opening waits, as it would for a pipe without a writer.
func inTime(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("it waits")
	}
}

func TestOnlyRegularFilesAreOpened(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := unix.Mkfifo(in("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(in("pipe"), in("link-to-pipe")); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", in("socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for path, want := range map[string]string{
		in("pipe"): "a named pipe", in("link-to-pipe"): "a named pipe", in("socket"): "a socket", dir: "a folder",
		"/dev/zero": "a device", "/dev/null": "a device",
	} {
		inTime(t, func() {
			_, _, err := Open(path)
			if !errors.As(err, new(*KindError)) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v does not say %q", path, err, want)
			}
			if _, err := ReadFile(path, 10); !errors.As(err, new(*KindError)) {
				t.Errorf("%s: read with error %v", path, err)
			}
		})
	}
	if _, _, err := Open(in("nothing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

// A pipe that takes the place of the file between the look and the opening.
func TestReplacedWhileOpening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	inTime(t, func() {
		_, _, err := open(path, func(p string) (os.FileInfo, error) {
			info, err := os.Stat(p)
			os.Remove(p)
			unix.Mkfifo(p, 0o600)
			return info, err
		}, 0)
		if !errors.As(err, new(*KindError)) {
			t.Errorf("error %v", err)
		}
	})
}

func TestLinks(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	f, info, err := Open(link)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if text, err := io.ReadAll(f); err != nil || string(text) != "text" || info.Size() != 4 {
		t.Errorf("%q, %d bytes, %v", text, info.Size(), err)
	}
	if _, _, err := OpenOwn(link); err == nil || !strings.Contains(err.Error(), "a link") {
		t.Errorf("error %v", err)
	}
	if f, _, err := OpenOwn(file); err != nil {
		t.Error(err)
	} else {
		f.Close()
	}
}

func TestReadFileIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := ReadFile(path, 5); err != nil || string(text) != "12345" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := ReadFile(path, 4); !errors.As(err, new(*SizeError)) {
		t.Errorf("error %v", err)
	}
	// /proc/self/status says that it has 0 bytes.
	if _, err := os.Stat("/proc/self/status"); err == nil {
		if text, err := ReadFile("/proc/self/status", 1<<20); err != nil || len(text) == 0 {
			t.Errorf("%d bytes, %v", len(text), err)
		}
		if _, err := ReadFile("/proc/self/status", 10); !errors.As(err, new(*SizeError)) {
			t.Errorf("error %v", err)
		}
	}
}
