package host

import (
	"os"
	"os/exec"
)

func killGroup(int) {}

func ownGroup(*exec.Cmd) {}

func ours(os.FileInfo) bool { return true }

func stampOf(info os.FileInfo) stamp {
	return stamp{size: info.Size(), mtime: info.ModTime().UnixNano()}
}
