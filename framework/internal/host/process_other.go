//go:build !linux && !darwin

package host

import (
	"errors"
	"os/exec"
	"runtime"
)

var errPlatform = errors.New("plugins run on Linux and macOS; on " + runtime.GOOS + " use a Linux virtual machine (on Windows: WSL)")

func startProcess(*exec.Cmd, []int, mark, *sandbox, <-chan struct{}) error { return errPlatform }
