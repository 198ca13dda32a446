//go:build unix

package data

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// stamp changes whenever a file is written, replaced, or given another date: the
// time of the last change of state (ctime) is the system's own and nobody can set it.
type stamp struct {
	device, inode  uint64
	size           int64
	written, state int64 // nanoseconds
}

func stampOf(f *os.File) (stamp, error) {
	var s unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &s); err != nil {
		return stamp{}, err
	}
	return newStamp(&s), nil
}

func stampAt(path string) (stamp, error) {
	var s unix.Stat_t
	if err := unix.Lstat(path, &s); err != nil {
		return stamp{}, &os.PathError{Op: "lstat", Path: path, Err: err}
	}
	return newStamp(&s), nil
}

func newStamp(s *unix.Stat_t) stamp {
	return stamp{uint64(s.Dev), s.Ino, s.Size, s.Mtim.Nano(), s.Ctim.Nano()}
}

// links is how many names a file has.
func links(info fs.FileInfo) int64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok && s.Nlink > 0 {
		return int64(s.Nlink)
	}
	return 1
}
