package host

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Unnamed is how much of a disk files take that the process and what it started have
// open and that have no name any more. Those in memory count as memory.
func (p *Process) Unnamed() (total int64) {
	if p.sub.started() == 0 {
		return 0
	}
	seen := map[[2]uint64]bool{}
	for _, s := range p.sub.tree.members(false) {
		dir := fmt.Sprintf("/proc/%d/fd", s.pid)
		open, err := os.ReadDir(dir)
		if err != nil {
			continue // it went
		}
		for _, fd := range open {
			path := dir + "/" + fd.Name()
			var is unix.Stat_t
			if name, err := os.Readlink(path); err != nil || strings.HasPrefix(name, "/memfd:") || strings.HasPrefix(name, sharedDir+"/") {
				continue
			}
			if unix.Stat(path, &is) != nil || is.Mode&unix.S_IFMT != unix.S_IFREG || is.Nlink > 0 {
				continue
			}
			id := [2]uint64{uint64(is.Dev), is.Ino}
			if !seen[id] {
				total += is.Blocks * 512
			}
			seen[id] = true
		}
	}
	return total
}
