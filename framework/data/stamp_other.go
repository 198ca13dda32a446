//go:build !unix

package data

import "os"

// stamp changes whenever a file is written, as far as this system lets us see.
type stamp struct {
	size           int64
	written, state int64 // nanoseconds
}

func stampOf(f *os.File) (stamp, error) { return newStamp(f.Stat()) }

func stampAt(path string) (stamp, error) { return newStamp(os.Lstat(path)) }

func newStamp(info os.FileInfo, err error) (stamp, error) {
	if err != nil {
		return stamp{}, err
	}
	t := info.ModTime().UnixNano()
	return stamp{info.Size(), t, t}, nil
}

// links is how many names a file has, which this system does not say.
func links(os.FileInfo) int64 { return 1 }
