//go:build unix

package host

import (
	"os"
	"os/exec"
	"syscall"
)

// killGroup ends a plugin and everything it started that stayed in its group.
func killGroup(pid int) { syscall.Kill(-pid, syscall.SIGKILL) }

// ownGroup keeps the terminal's signals away from a process.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// ours reports whether a file belongs to this user.
func ours(info os.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}

// stampOf is the stamp of a file.
func stampOf(info os.FileInfo) stamp {
	s := stamp{size: info.Size(), mtime: info.ModTime().UnixNano()}
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		s.device, s.inode, s.changed = uint64(sys.Dev), sys.Ino, changeTime(sys)
	}
	return s
}
