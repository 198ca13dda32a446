package cli

import (
	"sync/atomic"

	"github.com/assaylab/assay/framework/internal/terminal"
)

// text is a line that one goroutine sets and another draws.
type text struct{ line atomic.Pointer[string] }

func newText() *text {
	t := new(text)
	t.set("")
	return t
}

func (t *text) set(s string) {
	s = terminal.Clean(s) // bars are drawn past the writer that would do it
	t.line.Store(&s)
}
func (t *text) get() string { return *t.line.Load() }
