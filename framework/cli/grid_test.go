package cli

import (
	"bytes"
	"strings"
	"testing"
)

func TestRoomForLast(t *testing.T) {
	header := []string{"name", "meaning"}
	rows := [][]string{{"épochs", strings.Repeat("word ", 20)}}
	for _, c := range []struct{ width, want int }{
		{0, 0},    // no terminal
		{20, 0},   // too narrow: 12 would be left
		{60, 52},  // "épochs" and its padding take 8
		{1000, 0}, // all fits
	} {
		if got := roomForLast(c.width, header, rows); got != c.want {
			t.Errorf("a width of %d leaves %d, want %d", c.width, got, c.want)
		}
	}
}

// A row is a line where nobody watches, for grep.
func TestGridKeepsLinesInAPipe(t *testing.T) {
	var out bytes.Buffer
	grid(&out, []string{"name", "meaning"}, [][]string{{"epochs", strings.Repeat("word ", 40)}})
	if lines := strings.Count(strings.TrimRight(out.String(), "\n"), "\n"); lines != 2 {
		t.Errorf("%d line breaks in\n%s", lines, &out)
	}
}
