package pickle

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

const (
	maxOps   = 1_000_000 // the catalogue's largest file has about 60,000
	maxMarks = 1_000     // open at once
)

// How many bytes follow an opcode: a fixed number, or a length of 1 or 4 bytes and as many more.
const (
	length1 = -1
	length4 = -4
	lines2  = -2 // two lines of text
)

// opcodes are those that pickles of arrays consist of. Strings in quotes, floats
// as text, extension codes, sets and out-of-band buffers are not among them.
var opcodes = map[byte]int{
	0x80: 1, 0x95: 8, // PROTO, FRAME
	'(': 0, ')': 0, ']': 0, '}': 0, 't': 0, 0x85: 0, 0x86: 0, 0x87: 0, // MARK, (), [], {}, TUPLE, TUPLE1-3
	'a': 0, 'e': 0, 's': 0, 'u': 0, // APPEND, APPENDS, SETITEM, SETITEMS
	'N': 0, 0x88: 0, 0x89: 0, 'K': 1, 'M': 2, 'J': 4, 0x8a: length1, // None, True, False, integers
	0x8c: length1, 'X': length4, 'C': length1, 'B': length4, // text, bytes
	'q': 1, 'r': 4, 'h': 1, 'j': 4, 0x94: 0, // put into and get from the memo
	'c': lines2, 0x93: 0, 'R': 0, 0x81: 0, 'b': 0, 'Q': 0, // GLOBAL, STACK_GLOBAL, REDUCE, NEWOBJ, BUILD, BINPERSID
	'.': 0, // STOP
}

// scan walks over one pickle and returns its length. It refuses unknown
// opcodes, names outside the list, lengths that run past the end, and programs
// that would make the machine hold far more than the file does.
func scan(b []byte) (int, error) {
	open := 0
	for at, ops := 0, 0; at < len(b); ops++ {
		op := b[at]
		start := at
		at++
		width, ok := opcodes[op]
		if !ok {
			return 0, fmt.Errorf("opcode 0x%02x at byte %d is not one that arrays need: refused", op, start)
		}
		if ops == maxOps {
			return 0, fmt.Errorf("more than %d opcodes: refused", maxOps)
		}
		arg, end, err := argument(b, at, width)
		if err != nil {
			return 0, fmt.Errorf("opcode 0x%02x at byte %d: %w", op, start, err)
		}
		at = end
		switch op {
		case '.':
			return at, nil
		case '(':
			if open++; open > maxMarks {
				return 0, fmt.Errorf("nested deeper than %d: refused", maxMarks)
			}
		case 't', 'e', 'u':
			open--
		case 0x95:
			if n := binary.LittleEndian.Uint64(arg); n > uint64(len(b)-at) {
				return 0, fmt.Errorf("truncated: a frame at byte %d claims %d bytes, %d are left", start, n, len(b)-at)
			}
		case 'c':
			module, name, _ := bytes.Cut(arg, []byte("\n"))
			if _, err := findClass(string(module), string(bytes.TrimSuffix(name, []byte("\n")))); err != nil {
				return 0, err
			}
		case 0x8c, 'X':
			// The machine knows these two without asking; the first copies bytes again and again.
			if s := string(arg); s == "_array_reconstructor" || s == "_reconstructor" {
				return 0, fmt.Errorf("the pickle asks for %s: refused", s)
			}
		}
	}
	return 0, fmt.Errorf("truncated: it ends without a STOP")
}

// argument returns the bytes that belong to an opcode and where they end.
func argument(b []byte, at, width int) (arg []byte, end int, err error) {
	left := len(b) - at
	n := width
	switch width {
	case lines2:
		first := bytes.IndexByte(b[at:], '\n')
		second := -1
		if first >= 0 {
			second = bytes.IndexByte(b[at+first+1:], '\n')
		}
		if second < 0 {
			return nil, 0, fmt.Errorf("truncated name")
		}
		n = first + 1 + second + 1
	case length1, length4:
		if left < -width {
			return nil, 0, fmt.Errorf("truncated length")
		}
		n = int(b[at])
		if width == length4 {
			n = int(binary.LittleEndian.Uint32(b[at:]))
		}
		at += -width
		left -= -width
	}
	if n > left {
		return nil, 0, fmt.Errorf("truncated: needs %d bytes, %d are left", n, left)
	}
	return b[at : at+n], at + n, nil
}
