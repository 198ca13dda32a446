package drill

import (
	"os"
	"os/exec"
	"syscall"
)

// dieWithUs has a process end with the one that measures it.
func dieWithUs(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

// peakOf is the most memory that a process had, in bytes.
func peakOf(p *os.ProcessState) int64 { return p.SysUsage().(*syscall.Rusage).Maxrss << 10 }
