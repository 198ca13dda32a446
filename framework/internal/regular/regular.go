// Package regular opens files that others name or write. [Open] gives a regular
// file or an error at once: a named pipe would wait for a writer for ever, a
// device such as /dev/zero never ends, and opening some devices does something.
package regular

import (
	"fmt"
	"io"
	"io/fs"
	"os"
)

// KindError says that a path leads to something other than a regular file.
type KindError struct {
	Path string
	Mode fs.FileMode // what it is
}

func (e *KindError) Error() string {
	return fmt.Sprintf("%s is %s, not a file", e.Path, kind(e.Mode))
}

func kind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	case mode&fs.ModeSymlink != 0:
		return "a link"
	}
	return "something special"
}

// Open opens a regular file for reading. Links are followed: the user named them.
func Open(path string) (*os.File, fs.FileInfo, error) { return open(path, os.Stat, 0) }

// OpenOwn is Open of a file that another process wrote: a link is refused, too.
func OpenOwn(path string) (*os.File, fs.FileInfo, error) { return open(path, os.Lstat, noFollow) }

// open looks before it opens, so that no device is touched, and again behind it:
// what stood there may have been replaced in between.
func open(path string, stat func(string) (fs.FileInfo, error), flags int) (*os.File, fs.FileInfo, error) {
	info, err := stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, &KindError{path, info.Mode()}
	}
	f, err := os.OpenFile(path, os.O_RDONLY|noWait|flags, 0)
	if err != nil {
		return nil, nil, err
	}
	if info, err = f.Stat(); err == nil && !info.Mode().IsRegular() {
		err = &KindError{path, info.Mode()}
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// SizeError says that a file is larger than its reader takes.
type SizeError struct {
	Path  string
	Limit int64 // bytes
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%s has more than the %d bytes that are read of such a file", e.Path, e.Limit)
}

// ReadFile returns the contents of a regular file of at most limit bytes.
func ReadFile(path string, limit int64) ([]byte, error) {
	f, info, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info.Size() > limit {
		return nil, &SizeError{path, limit}
	}
	// It may grow while it is read, and files of /proc are longer than they say.
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, &SizeError{path, limit}
	}
	return text, nil
}
