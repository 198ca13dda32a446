package host

import (
	"bytes"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/assaylab/assay/framework/internal/wire"
)

// limitLocks is RLIMIT_LOCKS, the number of file locks. No kernel since 2.4.25
// looks at it, but every process inherits it from its parent, through fork and
// exec, whatever becomes of its environment, session or parent: the mark of a
// launch stands in its soft limit.
const limitLocks = 10

// marked runs start with the mark in this process's own limit, so that there is
// no moment at which the child is without. Nothing else must start processes by
// it meanwhile.
func marked(m mark, start func() error) error {
	var before unix.Rlimit
	if err := unix.Prlimit(0, limitLocks, nil, &before); err != nil || before.Max < m.number() {
		return start() // the mark in the environment has to do
	}
	with := unix.Rlimit{Cur: m.number(), Max: before.Max}
	if err := unix.Prlimit(0, limitLocks, &with, nil); err != nil {
		return start()
	}
	err := start()
	_ = unix.Prlimit(0, limitLocks, &before, nil) // what was allowed before is allowed again
	return err
}

// readMark is the mark that a process carries: in its limit, or else in the
// environment with which it was started. ok is false where it carries none, or
// has ended.
func readMark(pid int) (m mark, ok bool) {
	dir := "/proc/" + strconv.Itoa(pid)
	if text, err := os.ReadFile(dir + "/limits"); err == nil {
		if _, rest, found := bytes.Cut(text, []byte("Max file locks")); found {
			soft, err := strconv.ParseUint(string(bytes.Fields(rest)[0]), 10, 63) // "unlimited" is none
			if err == nil && soft>>61 == 1 {
				return markOf(soft), true
			}
		}
	}
	text, err := os.ReadFile(dir + "/environ")
	if err != nil {
		return mark{}, false // somebody else's, or gone
	}
	_, rest, found := bytes.Cut(append([]byte{0}, text...), []byte("\x00"+wire.RunEnv+"="))
	if !found {
		return mark{}, false
	}
	value, _, _ := bytes.Cut(rest, []byte{0})
	return parseMark(string(value))
}
