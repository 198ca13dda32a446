//go:build unix

package runner

import (
	"io/fs"
	"syscall"
)

// taken is what a file takes of its disk, which it is, and whether it has other names.
func taken(info fs.FileInfo) (bytes int64, id [2]uint64, several bool) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return info.Size(), id, false
	}
	return int64(s.Blocks) * 512, [2]uint64{uint64(s.Dev), uint64(s.Ino)}, s.Nlink > 1
}
