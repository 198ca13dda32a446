package host

import "io"

// cpuClaim is CPUs that no other Assay on this machine has while it is held. Nil is
// a claim to none.
type cpuClaim struct {
	cpus []int
	held []io.Closer
}

func (c *cpuClaim) release() {
	if c == nil {
		return
	}
	for _, h := range c.held {
		h.Close()
	}
}

// CPUs are those that trials of so many threads have in this seat, for themselves
// as far as Assay goes: neither another seat nor another host has them until the
// seat is closed. Nil, which is all CPUs, where that many were not free: two trials
// on one CPU beside an idle one would be worse than none pinned. The answer stays the
// same, so that a warm process can.
func (s *Seat) CPUs(threads int) []int {
	if s.threads != threads {
		s.claim.release()
		s.claim, s.threads = claimCPUs(threads), threads
	}
	if s.claim == nil {
		return nil
	}
	return s.claim.cpus
}
