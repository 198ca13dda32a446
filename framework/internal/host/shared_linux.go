package host

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/assaylab/assay/framework/internal/regular"
)

// sharedDir is where POSIX shared memory has its files. They take memory, whether
// a process has them open or not, and stay when it ends.
const sharedDir = "/dev/shm"

// A sharedWatch notices files in shared memory as they are made, and whose they
// are: of the tree that has a new file open. One that nobody had open by the time
// of the look is left alone, since it may be another program's.
type sharedWatch struct {
	events *os.File
	fd     int
	note   string // where what is found is written down, for whoever comes after a killed host

	mu      sync.Mutex
	trees   map[*tree]bool
	folders map[int32]string // what is watched: descriptor -> path below sharedDir
}

// newSharedWatch watches from now on; nil where there is no shared memory.
func newSharedWatch(note string) *sharedWatch {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil
	}
	w := &sharedWatch{events: os.NewFile(uintptr(fd), "inotify"), fd: fd, note: note, trees: map[*tree]bool{}, folders: map[int32]string{}}
	if !w.follow("") {
		w.close()
		return nil
	}
	go w.run()
	return w
}

// follow watches a folder in shared memory.
func (w *sharedWatch) follow(name string) bool {
	wd, err := unix.InotifyAddWatch(w.fd, filepath.Join(sharedDir, name), unix.IN_CREATE|unix.IN_MOVED_TO|unix.IN_ONLYDIR|unix.IN_DONT_FOLLOW)
	if err != nil || len(w.folders) == 1000 {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.folders[int32(wd)] = name
	return true
}

func (w *sharedWatch) close() {
	if w != nil {
		w.events.Close()
	}
}

// add begins to look after a tree. What is in shared memory by now is not its.
func (w *sharedWatch) add(t *tree) {
	if w == nil {
		return
	}
	w.mu.Lock()
	w.trees[t] = true
	w.mu.Unlock()
	w.all("") // what it made before this moment
}

// remove ends that, and removes what the tree has left.
func (w *sharedWatch) remove(t *tree) {
	if w == nil {
		return
	}
	w.mu.Lock()
	delete(w.trees, t)
	w.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	for f, name := range t.shared {
		removeShared(name, f)
	}
	t.shared = nil
}

// removeShared removes a file, and the folders around it that are then empty.
func removeShared(name string, f file) {
	path := filepath.Join(sharedDir, name)
	info, err := os.Lstat(path)
	if err != nil || !ours(info) || fileOf(info) != f || os.Remove(path) != nil {
		return
	}
	for at := filepath.Dir(path); at != sharedDir && os.Remove(at) == nil; {
		at = filepath.Dir(at)
	}
}

func (w *sharedWatch) run() {
	buf := make([]byte, 64<<10)
	for {
		n, err := w.events.Read(buf)
		if err != nil {
			return
		}
		names := map[string]bool{} // those of folders are true
		for rest := buf[:n]; len(rest) >= unix.SizeofInotifyEvent; {
			e := (*unix.InotifyEvent)(unsafe.Pointer(&rest[0]))
			end := unix.SizeofInotifyEvent + int(e.Len)
			name := string(bytes.TrimRight(rest[unix.SizeofInotifyEvent:end], "\x00"))
			w.mu.Lock()
			folder, known := w.folders[e.Wd]
			if e.Mask&unix.IN_IGNORED != 0 {
				delete(w.folders, e.Wd)
			}
			w.mu.Unlock()
			if known && name != "" {
				names[filepath.Join(folder, name)] = e.Mask&unix.IN_ISDIR != 0
			}
			rest = rest[end:]
		}
		for name, isDir := range names {
			if !isDir {
				w.attribute(name)
			} else if w.follow(name) {
				w.all(name) // what came before
			}
		}
	}
}

// all looks at every file of a folder.
func (w *sharedWatch) all(folder string) {
	entries, err := os.ReadDir(filepath.Join(sharedDir, folder))
	if err != nil {
		return
	}
	for _, e := range entries {
		name := filepath.Join(folder, e.Name())
		if !e.IsDir() {
			w.attribute(name)
		} else if w.follow(name) {
			w.all(name)
		}
	}
}

// attribute finds the tree that has a new file open.
func (w *sharedWatch) attribute(name string) {
	path := filepath.Join(sharedDir, name)
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || !ours(info) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for t := range w.trees {
		if t.takes(name, fileOf(info), path) {
			w.write(name, fileOf(info))
			return
		}
	}
}

// takes notes a file that one of the tree's processes has open, unless it is
// older than the tree or known.
func (t *tree) takes(name string, f file, path string) bool {
	t.mu.Lock()
	known := t.shared[f] != ""
	t.mu.Unlock()
	if known || t.before.shared == nil || t.before.shared[f] {
		return false
	}
	for _, s := range t.members(false) {
		if opens(s.pid, path) {
			t.mu.Lock()
			t.shared[f] = name
			t.mu.Unlock()
			return true
		}
	}
	return false
}

// opens reports whether a process has a file open.
func opens(pid int, path string) bool {
	dir := "/proc/" + strconv.Itoa(pid) + "/fd"
	fds, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, fd := range fds {
		if target, err := os.Readlink(dir + "/" + fd.Name()); err == nil && target == path {
			return true
		}
	}
	return false
}

// inShared are the files that lie in shared memory; nil where they are too many
// to tell new ones from them.
func inShared() map[file]bool {
	const many = 10000
	out := map[file]bool{}
	_ = filepath.WalkDir(sharedDir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // gone, or somebody else's
		}
		if info, err := d.Info(); err == nil {
			out[fileOf(info)] = true
		}
		if len(out) == many {
			return fs.SkipAll
		}
		return nil
	})
	if len(out) == many {
		return nil
	}
	return out
}

// sharedBytes is the memory of a tree that no process's resident memory shows:
// files in shared memory, and those without a name that a process has open, beyond
// what of them is mapped.
func (t *tree) sharedBytes(members []procStat) int64 {
	sizes := map[file]int64{}
	t.mu.Lock()
	for f, name := range t.shared {
		info, err := os.Lstat(filepath.Join(sharedDir, name))
		if err != nil || fileOf(info) != f {
			delete(t.shared, f) // its maker has removed it
			continue
		}
		sizes[f] = blocks(info)
	}
	t.mu.Unlock()
	for _, s := range members {
		dir := "/proc/" + strconv.Itoa(s.pid) + "/fd"
		fds, _ := os.ReadDir(dir)
		for _, fd := range fds {
			target, err := os.Readlink(dir + "/" + fd.Name())
			if err != nil || !strings.HasPrefix(target, "/memfd:") && !strings.HasPrefix(target, sharedDir+"/") {
				continue
			}
			info, err := os.Stat(dir + "/" + fd.Name())
			if err != nil || !ours(info) || t.before.shared[fileOf(info)] || t.before.shared == nil && target[1] == 'd' {
				continue
			}
			sizes[fileOf(info)] = blocks(info)
		}
	}
	var sum, mapped int64
	for _, n := range sizes {
		sum += n
	}
	if sum == 0 {
		return 0
	}
	for _, s := range members {
		mapped += statusBytes(s.pid, "RssShmem:")
	}
	return max(0, sum-mapped)
}

func fileOf(info fs.FileInfo) file {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return file{}
	}
	return file{s.Dev, s.Ino}
}

func blocks(info fs.FileInfo) int64 {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0
	}
	return s.Blocks * 512
}

// What a killed host's plugins left in shared memory is removed by who finds the
// host's folder: its guard, or the next host.
type sharedNote struct {
	Name   string `json:"name"`
	Device uint64 `json:"device"`
	Inode  uint64 `json:"inode"`
}

const noteFile = "shared.jsonl"

func (w *sharedWatch) write(name string, f file) {
	text, err := json.Marshal(sharedNote{name, f.device, f.inode})
	if err != nil {
		return
	}
	if out, err := os.OpenFile(w.note, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err == nil { // without, a file outlives a killed host
		_, _ = out.Write(append(text, '\n'))
		out.Close()
	}
}

// removeNoted removes what the note in a host's folder names.
func removeNoted(dir string) {
	text, err := regular.ReadFile(filepath.Join(dir, noteFile), 1<<20)
	if err != nil {
		return
	}
	for line := range bytes.Lines(text) {
		var n sharedNote
		if json.Unmarshal(line, &n) == nil && filepath.IsLocal(n.Name) {
			removeShared(n.Name, file{n.Device, n.Inode})
		}
	}
}
