package runner

import (
	"fmt"
	"io"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// claimName is the name of a CPU's socket.
var claimName = "@assay-cpu-%d"

// claimCPUs takes n of the CPUs that this process may run on, the lowest that are
// free; none where there are not more than n, or not n free. A CPU is taken by a socket
// with its name in the abstract namespace, which all users of the machine share and
// which is free again when its process ends, however it ends.
func claimCPUs(n int) (cpus []int, held []io.Closer) {
	allowed := allowedCPUs()
	if n <= 0 || n >= len(allowed) {
		return nil, nil
	}
	for _, cpu := range allowed {
		socket, err := net.ListenPacket("unixgram", fmt.Sprintf(claimName, cpu))
		if err != nil {
			continue // somebody has it
		}
		cpus, held = append(cpus, cpu), append(held, socket)
		if len(cpus) == n {
			return cpus, held
		}
	}
	for _, h := range held {
		h.Close()
	}
	return nil, nil
}

// allowedCPUs lists the CPUs this process may run on.
func allowedCPUs() []int {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(os.Getpid(), &set); err != nil {
		return nil
	}
	var out []int
	for c := range 8 * len(set) * 8 {
		if set.IsSet(c) {
			out = append(out, c)
		}
	}
	return out
}
