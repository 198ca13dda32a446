//go:build !linux

package host

// Unnamed is not known here.
func (p *Process) Unnamed() int64 { return 0 }
