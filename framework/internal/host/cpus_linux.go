package host

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// claimName is the name of a CPU's socket.
var claimName = "@assay-cpu-%d"

// claimCPUs takes n of the CPUs that this process may run on, the lowest that are
// free; nil where there are not more than n, or not n free. A CPU is taken by a socket
// with its name in the abstract namespace, which all users of the machine share and
// which is free again when its process ends, however it ends.
func claimCPUs(n int) *cpuClaim {
	allowed := allowedCPUs()
	if n <= 0 || n >= len(allowed) {
		return nil
	}
	c := &cpuClaim{}
	for _, cpu := range allowed {
		socket, err := net.ListenPacket("unixgram", fmt.Sprintf(claimName, cpu))
		if err != nil {
			continue // somebody has it
		}
		c.cpus, c.held = append(c.cpus, cpu), append(c.held, socket)
		if len(c.cpus) == n {
			return c
		}
	}
	c.release()
	return nil
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
