package host

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// A mark tells what one host has started from everything else, and the launches
// of a host from each other. Its text stands in the environment (wire.RunEnv); on
// Linux its number stands in a limit that children inherit, too.
type mark struct {
	host   uint64 // 38 random bits
	launch uint64 // counts from 1; 0 is the guard's
}

// launchBits is how many bits of the number count launches; 62 are used in all,
// so that it is a positive number of 64 bits whoever reads it.
const launchBits = 24

// newMark is the mark of a host that none other has.
func newMark() mark {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return mark{host: binary.LittleEndian.Uint64(b[:])>>(launchBits+2) | 1<<(61-launchBits)}
}

func (m mark) of(launch int64) mark { return mark{m.host, uint64(launch) & (1<<launchBits - 1)} }

func (m mark) number() uint64 { return m.host<<launchBits | m.launch }

func markOf(number uint64) mark { return mark{number >> launchBits, number & (1<<launchBits - 1)} }

func (m mark) String() string { return fmt.Sprintf("%010x-%d", m.host, m.launch) }

// parseMark reads what String wrote.
func parseMark(text string) (mark, bool) {
	host, launch, ok := strings.Cut(text, "-")
	h, err := strconv.ParseUint(host, 16, 64)
	l, err2 := strconv.ParseUint(launch, 10, launchBits)
	return mark{h, l}, ok && err == nil && err2 == nil
}
