package host

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/assaylab/assay/framework/internal/clean"
)

// tailSize is how much of a plugin's talk is kept. What comes first is dropped.
const tailSize = 64 << 10

// Tail keeps the last words of a plugin, which others have cleaned. It is safe for
// concurrent use.
type Tail struct {
	mu      sync.Mutex
	text    []byte
	line    int // bytes of the line that is being written
	dropped bool
	path    string   // of a copy that outlives the host; "": none
	file    *os.File // the copy; nil: nothing has been said
	written int      // bytes in file
	all     int64    // bytes that were said since the last Reset
}

// Follow keeps a copy in a file, so that a killed host does not take the last
// words with it: from the first word on, as most trials say nothing. A copy that cannot
// be written is done without.
func (t *Tail) Follow(path string) (stop func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.path = path
	t.copy(t.text)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.file != nil {
			t.file.Close()
		}
		t.path, t.file = "", nil
	}
}

// copy appends to the file, which begins anew with what is kept once it is long.
func (t *Tail) copy(p []byte) {
	if t.file == nil {
		if t.path == "" || len(p) == 0 {
			return
		}
		f, err := os.OpenFile(t.path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			t.path = ""
			return
		}
		t.file, t.written = f, 0
	}
	if t.written+len(p) > 4*tailSize {
		_ = t.file.Truncate(0)
		_, _ = t.file.Seek(0, io.SeekStart)
		p, t.written = t.text, 0
	}
	_, _ = t.file.Write(p)
	t.written += len(p)
}

func (t *Tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all += int64(len(p))
	for rest := p; len(rest) > 0; {
		end := bytes.IndexByte(rest, '\n') + 1
		line := rest[:end]
		if end == 0 {
			line = rest
		}
		t.add(line)
		rest = rest[len(line):]
	}
	return len(p), nil
}

// add appends a line or a part of one. Of a long line the beginning is kept, and
// its end says how much is missing.
func (t *Tail) add(part []byte) {
	body, ends := bytes.CutSuffix(part, []byte("\n"))
	kept := body[:min(len(body), max(0, maxLogLine-t.line))]
	if len(kept) < len(body) {
		kept = bytes.ToValidUTF8(kept, nil) // no half characters
	}
	t.line += len(body)
	t.text = append(t.text, kept...)
	written := len(kept)
	if ends {
		before := len(t.text)
		if over := t.line - maxLogLine; over > 0 {
			t.text = fmt.Appendf(t.text, "... [cut: %d bytes in all]", t.line)
		}
		t.text = append(t.text, '\n')
		t.line, written = 0, written+len(t.text)-before
	}
	if over := len(t.text) - tailSize; over > tailSize {
		t.text, t.dropped = append([]byte(nil), t.text[over:]...), true
	}
	t.copy(t.text[len(t.text)-written:])
}

// Line appends a line of the host's or the method's own, cleaned.
func (t *Tail) Line(s string) { t.Write([]byte(clean.Text(strings.TrimRight(s, "\n")) + "\n")) }

// Reset forgets what was said so far: a new trial begins.
func (t *Tail) Reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text, t.line, t.dropped, t.all = nil, 0, false, 0
}

// Written is how much was said since the last Reset, kept or not.
func (t *Tail) Written() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.all
}

// String returns what is kept.
func (t *Tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := t.text
	if over := len(text) - tailSize; over > 0 {
		text = text[over:]
	}
	if t.dropped || len(text) < len(t.text) {
		return "[the beginning of the log was dropped]\n" + string(text)
	}
	return string(text)
}

// Last returns the last n lines that are not blank.
func (t *Tail) Last(n int) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []string
	for _, line := range bytes.Split(t.text, []byte("\n")) {
		if s := strings.TrimRight(string(line), " \r\t"); s != "" {
			out = append(out, s)
		}
	}
	return out[max(0, len(out)-n):]
}
