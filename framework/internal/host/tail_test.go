package host

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTail(t *testing.T) {
	tail := new(Tail)
	tail.Write([]byte("one\n\n  \ntwo\r\nthr"))
	tail.Line("ee")
	tail.Line("four\n\n")
	if got := tail.Last(10); !slices.Equal(got, []string{"one", "two", "three", "four"}) {
		t.Errorf("the last words are %q", got)
	}
	if got := tail.Last(2); !slices.Equal(got, []string{"three", "four"}) {
		t.Errorf("the last two are %q", got)
	}
	tail.Reset()
	if tail.String() != "" || len(tail.Last(3)) != 0 {
		t.Error("something is left after a reset")
	}
}

// Much is cut at its beginning, and that is said.
func TestTailIsBounded(t *testing.T) {
	tail := new(Tail)
	for i := range 60000 {
		tail.Line(fmt.Sprintf("line %d", i))
	}
	text := tail.String()
	if len(text) > tailSize+100 || !strings.HasPrefix(text, "[the beginning of the log was dropped]\n") || !strings.HasSuffix(text, "line 59999\n") {
		t.Errorf("%d bytes: %.60q ... %q", len(text), text, text[len(text)-20:])
	}
}

// A long line is cut where it is too long, however it comes.
func TestLongLines(t *testing.T) {
	for _, piece := range []int{1, 1000, maxLogLine, 1 << 20} {
		tail := new(Tail)
		text := []byte(strings.Repeat("é", maxLogLine) + "\nnext\n")
		for len(text) > 0 {
			n := min(piece, len(text))
			tail.Write(text[:n])
			text = text[n:]
		}
		want := strings.Repeat("é", maxLogLine/2) + fmt.Sprintf("... [cut: %d bytes in all]\nnext\n", 2*maxLogLine)
		if got := tail.String(); got != want {
			t.Errorf("in pieces of %d: %d bytes that end with %q", piece, len(got), got[max(0, len(got)-60):])
		}
	}
	exact := strings.Repeat("x", maxLogLine) + "\n"
	tail := new(Tail)
	tail.Write([]byte(exact))
	if tail.String() != exact {
		t.Error("a line of just the length is cut")
	}
	odd := strings.Repeat("x", maxLogLine-1) + "é\n"
	tail.Reset()
	tail.Write([]byte(odd))
	if want := strings.Repeat("x", maxLogLine-1) + fmt.Sprintf("... [cut: %d bytes in all]\n", maxLogLine+1); tail.String() != want {
		t.Errorf("half a character is kept: %q", tail.String()[maxLogLine-3:])
	}
}

// A copy outlives the host, and is bounded too.
func TestTailInAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	tail := new(Tail)
	tail.Line("before")
	stop := tail.Follow(path)
	tail.Line("during")
	read := func() string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if got := read(); got != "before\nduring\n" {
		t.Errorf("the copy is %q", got)
	}
	for i := range 100000 {
		tail.Line(fmt.Sprintf("line %d", i))
	}
	if got := read(); len(got) > 5*tailSize || !strings.HasSuffix(got, "line 99999\n") {
		t.Errorf("the copy has %d bytes and ends with %q", len(got), got[max(0, len(got)-20):])
	}
	stop()
	tail.Line("after")
	if strings.Contains(read(), "after") {
		t.Error("the copy goes on after its end")
	}
	new(Tail).Follow(filepath.Join(path, "no folder"))() // is done without
}
