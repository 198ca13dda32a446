package host

import "sync"

// A tree is a plugin process with everything that it started: its process
// group, its descendants, and whoever carries its mark, even in a session of its
// own and with somebody else as its parent.
type tree struct {
	root   process
	mark   mark
	before before // the root was started

	mu    sync.Mutex
	known map[process]bool // members that have been seen alive
	seen  pidRange         // up to here all members are known

	shared map[file]string // what the tree has put there, by name
}

// process is a process that is not another one with the same number.
type process struct {
	pid   int
	start uint64 // clock ticks since boot; 0 where that is not known
}
