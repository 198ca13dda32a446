package host

import "sync"

// A tree is a plugin process with everything that it started: its process
// group, its descendants, and whoever carries its mark in the environment, even
// in a session of its own and with init as its parent.
type tree struct {
	root process
	mark string // value of wire.RunEnv

	mu      sync.Mutex
	known   map[process]bool // members that have been seen
	foreign map[process]bool // others that do not carry the mark
}

// process is a process that is not another one with the same number.
type process struct {
	pid   int
	start uint64 // clock ticks since boot; 0 where that is not known
}
