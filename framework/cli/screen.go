package cli

import (
	"io"
	"os"

	"golang.org/x/term"

	"github.com/assaylab/assay/framework/internal/terminal"
)

// isWatched reports whether a person watches w.
func isWatched(w io.Writer) bool {
	f, ok := terminal.Raw(w).(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// widthOf is how many columns w has; 0 where it is no terminal.
func widthOf(w io.Writer) int {
	f, ok := terminal.Raw(w).(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}
