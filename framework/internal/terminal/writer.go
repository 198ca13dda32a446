// Package terminal prints text that comes from outside: from plugins, files and
// sweeps. A terminal obeys escape sequences, and a reader is deceived by characters
// that move or hide others, so both are shown instead of sent.
package terminal

import (
	"io"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/assaylab/assay/framework/internal/clean"
)

// Clean is [clean.Text].
func Clean(s string) string { return clean.Text(s) }

// Writer cleans all text on its way to another writer. What is no text (a
// picture, the movements of a progress bar) goes to [Raw]. It is safe for
// concurrent use.
type Writer struct {
	mu   sync.Mutex
	to   io.Writer
	rest []byte // the beginning of what the next Write ends: a character, a line's end or a colour
}

// NewWriter cleans what goes to w.
func NewWriter(w io.Writer) *Writer { return &Writer{to: w} }

// Write is about the bytes that it is given, however many it sends.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := string(w.rest) + string(p)
	keep := incomplete(text)
	w.rest = append(w.rest[:0], text[len(text)-keep:]...)
	if _, err := io.WriteString(w.to, Clean(text[:len(text)-keep])); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close sends what is left; the writer under it stays open.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err := io.WriteString(w.to, Clean(string(w.rest)))
	w.rest = nil
	return err
}

// incomplete is how many bytes at the end may mean something else with what follows.
func incomplete(s string) int {
	if strings.HasSuffix(s, "\r") {
		return 1
	}
	if i := strings.LastIndexByte(s, 0x1b); i >= 0 && len(s)-i < 40 && (s[i:] == "\x1b" || strings.HasPrefix(s[i:], "\x1b[") && strings.Trim(s[i+2:], "0123456789;") == "") {
		return len(s) - i
	}
	for n := 1; n < utf8.UTFMax && n <= len(s); n++ {
		if tail := s[len(s)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRuneInString(tail) {
				return n
			}
			break
		}
	}
	return 0
}

// Raw is the writer below, for what is no text.
func Raw(w io.Writer) io.Writer {
	if c, ok := w.(*Writer); ok {
		return c.to
	}
	return w
}
