//go:build unix

package drill

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// foreignFiles are of formats that another process reads, if any does, or nobody.
func foreignFiles() []hostile {
	const hdf5 = "\x89HDF\r\n\x1a\n"
	pickle := "\x80\x04\x95\x27\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x8c\x06system\x93\x8c\x0ctouch canary\x85R."
	return []hostile{
		{name: "the beginning of HDF5", file: "day.h5", bytes: []byte(hdf5)},
		{name: "a superblock that points away", file: "day.hdf5", bytes: []byte(hdf5 + strings.Repeat("\xff", 88))},
		{name: "no HDF5", file: "day.nwb", bytes: []byte("hello")},
		{name: "an empty NWB", file: "day.nwb"},
		{name: "a version of MATLAB that is HDF5", file: "day.mat", bytes: []byte("MATLAB 7.3 MAT-file" + strings.Repeat(" ", 97) + strings.Repeat("\x00", 8) + "\x00\x02IM" + strings.Repeat("\x00", 384) + hdf5)},
		{name: "Parquet whose footer lies", file: "day.parquet", bytes: []byte("PAR1\xff\xff\xff\x7fPAR1"), read: []string{"samples=[x]"}},
		{name: "Feather that is cut off", file: "day.feather", bytes: []byte("ARROW1\x00\x00\xff\xff\xff\xff"), read: []string{"samples=[x]"}},
		{name: "a pickle", file: "day.pkl", bytes: []byte(pickle)},
		{name: "a pickle by the name of an array", file: "day.npy", bytes: []byte(pickle)},
		{name: "a model of PyTorch's by the name of an archive", file: "day.npz", bytes: zipOf(member{name: "model/data.pkl", body: pickle})},
	}
}

// places are names behind which no regular file is.
func places() []hostile {
	link := func(to string) func(string) error {
		return func(path string) error { return os.Symlink(to, path) }
	}
	fifo := func(path string) error { return syscall.Mkfifo(path, 0o644) }
	return []hostile{
		{name: "a pipe", file: "pipe.npy", make: fifo},
		{name: "a pipe", file: "pipe.csv", make: fifo, read: []string{"samples=[x]"}},
		{name: "a pipe", file: "pipe.mat", make: fifo},
		{name: "a device without end", file: "zero.npz", make: link("/dev/zero")},
		{name: "a terminal", file: "tty.csv.gz", make: link("/dev/tty"), read: []string{"samples=[x]"}},
		{name: "a folder", file: "folder.npz", make: func(path string) error { return os.Mkdir(path, 0o755) }},
		{name: "a link to itself", file: "loop.npz", make: link("loop.npz")},
		{name: "a link to nothing", file: "nothing.npy", make: link("gone.npy")},
		{name: "a socket", file: "socket.csv", read: []string{"samples=[x]"}, make: func(path string) error {
			fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
			if err != nil {
				return err
			}
			defer syscall.Close(fd)
			dir, err := os.MkdirTemp("", "s") // the name of a socket is short
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "s")})
			if err != nil {
				return err
			}
			l.SetUnlinkOnClose(false)
			l.Close()
			return os.Rename(filepath.Join(dir, "s"), path)
		}},
		{name: "16 GB of holes", file: "holes.npy", make: func(path string) error {
			if err := os.WriteFile(path, npyOf(headerOf("<f4", "(1000000000, 4)"), nil), 0o644); err != nil {
				return err
			}
			return os.Truncate(path, 16e9+int64(len(npyOf(headerOf("<f4", "(1000000000, 4)"), nil))))
		}},
	}
}
