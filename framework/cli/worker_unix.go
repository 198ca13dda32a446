//go:build unix

package cli

import (
	"os"
	"syscall"
)

// checkpointSignals say that a worker is about to be ended: Slurm sends USR1 a minute
// before the time limit.
var checkpointSignals = []os.Signal{syscall.SIGUSR1}
