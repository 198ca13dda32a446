package framework

import (
	"io"
	"os"
	"strconv"

	"github.com/assaylab/assay/framework/internal/wire"
)

// watchLifeline ends this process, and whatever it started in its process
// group, when the host is gone. The host holds the other end of the pipe open
// for its whole life, so end-of-file means that it has ended, be it by SIGKILL.
func watchLifeline() {
	fd, err := strconv.Atoi(os.Getenv(wire.LifelineEnv))
	if err != nil {
		return // a host without one
	}
	pipe := os.NewFile(uintptr(fd), "lifeline")
	if pipe == nil {
		return
	}
	go func() {
		io.Copy(io.Discard, pipe)
		endGroup()
		os.Exit(1)
	}()
}
