package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// unfinished is in the names of files that are being written.
const unfinished = ".unfinished-"

// Replace writes a file whole or not at all, durably. Where the file has the same
// bytes already it stays as it is, time and all.
func Replace(path string, write func(io.Writer) error) (changed bool, err error) {
	dir, name := filepath.Split(path)
	f, err := os.CreateTemp(dir, "."+name+unfinished)
	if err != nil {
		return false, err
	}
	defer os.Remove(f.Name()) // after the rename there is nothing under this name
	err = write(f)
	if err == nil && sameBytes(f, path) {
		return false, f.Close()
	}
	if err := errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return false, err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return false, err
	}
	return true, syncDir(filepath.Dir(path))
}

// sameBytes reports whether a file that was written holds what the one at path holds.
func sameBytes(f *os.File, path string) bool {
	old, err := os.Open(path)
	if err != nil {
		return false
	}
	defer old.Close()
	a, errA := f.Stat()
	b, errB := old.Stat()
	if errA != nil || errB != nil || a.Size() != b.Size() || !b.Mode().IsRegular() {
		return false
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return false
	}
	x, y := make([]byte, 1<<16), make([]byte, 1<<16)
	for {
		n, errX := io.ReadFull(f, x)
		m, errY := io.ReadFull(old, y)
		if n != m || !bytes.Equal(x[:n], y[:m]) {
			return false
		}
		if errX != nil || errY != nil {
			return errX == errY && (errX == io.EOF || errX == io.ErrUnexpectedEOF)
		}
	}
}

// Output writes a file that is made of what the store holds. The fingerprint stands
// for everything that goes into it: while that and the file are what they were when
// it was written last, nothing is made at all.
func (s *Store) Output(ctx context.Context, path string, fingerprint []byte, write func(io.Writer) error) (changed bool, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return false, err
	}
	name := path
	if rel, err := filepath.Rel(s.Dir, path); err == nil && filepath.IsLocal(rel) {
		name = filepath.ToSlash(rel) // a results folder may be moved
	}
	var was []byte
	var size, modified int64
	err = s.reader.QueryRowContext(ctx, "SELECT fingerprint, size, modified FROM outputs WHERE path = ?", name).Scan(&was, &size, &modified)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, s.explain(err)
	}
	if info, err := os.Stat(path); err == nil && bytes.Equal(was, fingerprint) && info.Size() == size && info.ModTime().UnixNano() == modified {
		return false, nil
	}
	if changed, err = Replace(path, write); err != nil {
		return false, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return changed, err
	}
	return changed, s.write(ctx, func(tx *tx) error {
		_, err := tx.exec("INSERT INTO outputs (path, fingerprint, size, modified) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, size = excluded.size, modified = excluded.modified",
			name, fingerprint, info.Size(), info.ModTime().UnixNano())
		return err
	})
}
