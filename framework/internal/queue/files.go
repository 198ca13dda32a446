package queue

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Files are the few operations that the queue needs of a shared disk. All of them may
// fail at any time (a full disk, a quota, a server that is away), and may have
// happened all the same.
type Files interface {
	Put(path string, text []byte) error          // whole or not at all, over what is there
	Read(path string) ([]byte, time.Time, error) // with the time of writing by the server's clock
	List(dir string) ([]string, error)           // names, sorted; what others do may show late
	Rename(from, to string) error                // of one file or folder; the server sees to it that one of several succeeds
	Remove(path string) error                    // with all in it; nothing there is no error
	Make(dir string) error                       // with those above it
}

// Disk is the file system as it is.
type Disk struct{}

// Put writes a file beside its place and renames it. On NFS what was closed is on the
// server, and a rename is seen whole by everybody who opens the name afterwards.
func (Disk) Put(path string, text []byte) (err error) {
	tmp := filepath.Join(filepath.Dir(path), ".tmp-"+rand.Text()[:12])
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil { // quotas are told at close
		err = os.Rename(tmp, path)
	}
	if err != nil {
		_ = os.Remove(tmp)
	}
	return err
}

// Read opens the file before it asks for its time: on NFS opening brings the
// attributes up to date, which a stat alone does not.
func (Disk) Read(path string) ([]byte, time.Time, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, time.Time{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, time.Time{}, err
	}
	text, err := io.ReadAll(f)
	return text, info.ModTime(), err
}

// List lists a folder; none is an empty one.
func (Disk) List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

func (Disk) Rename(from, to string) error { return os.Rename(from, to) }
func (Disk) Remove(path string) error     { return os.RemoveAll(path) }
func (Disk) Make(dir string) error        { return os.MkdirAll(dir, 0o755) }
