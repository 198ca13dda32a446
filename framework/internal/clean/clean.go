// Package clean makes text harmless that comes from outside: from plugins, files
// and sweeps. A terminal obeys escape sequences, and a reader is deceived by
// characters that move or hide others, so both are shown instead of sent.
package clean

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text is a text that does nothing to a terminal. Colours are dropped, a carriage
// return begins a line, and every other control, invisible or reordering character
// is written as \u001b, the form that is also right inside of JSON.
func Text(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteRune(utf8.RuneError)
		case r == '\r':
			if !strings.HasPrefix(s[i+1:], "\n") {
				b.WriteByte('\n')
			}
		case r == 0x1b:
			if n := colour(s[i:]); n > 0 {
				size = n
			} else {
				escape(&b, r)
			}
		case harmful(r):
			escape(&b, r)
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// plain reports whether there is nothing to clean, which is nearly always so.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\n' && c != '\t' || c >= 0x7f {
			return clean(s)
		}
	}
	return true
}

func clean(s string) bool {
	for _, r := range s {
		if harmful(r) || r == utf8.RuneError {
			return false
		}
	}
	return true
}

// harmful characters act on the terminal (controls), reorder or hide what stands
// beside them (the format characters: marks and overrides of direction, joiners,
// tags), or part lines where nobody sees it.
func harmful(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < ' ' || r >= 0x7f && r < 0xa0:
		return true
	case r < 0x300:
		return r == 0xad // the soft hyphen
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

// colour is the length of a sequence ESC [ numbers m at the start of s, else 0:
// programs that believe they talk to a terminal are full of them.
func colour(s string) int {
	if !strings.HasPrefix(s, "\x1b[") {
		return 0
	}
	for i := 2; i < len(s) && i < 40; i++ {
		switch c := s[i]; {
		case c == 'm':
			return i + 1
		case c != ';' && (c < '0' || c > '9'):
			return 0
		}
	}
	return 0
}

const hex = "0123456789abcdef"

func escape(b *strings.Builder, r rune) {
	units := []uint16{uint16(r)}
	if r > 0xffff {
		hi, lo := utf16.EncodeRune(r)
		units = []uint16{uint16(hi), uint16(lo)}
	}
	for _, u := range units {
		b.WriteString(`\u`)
		for shift := 12; shift >= 0; shift -= 4 {
			b.WriteByte(hex[u>>shift&15])
		}
	}
}
