package host

import (
	"os"
	"os/exec"
)

func killGroup(int) {}

func ownGroup(*exec.Cmd) {}

const nonBlocking = 0

func ours(os.FileInfo) bool { return true }
