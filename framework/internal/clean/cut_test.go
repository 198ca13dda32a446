package clean

import (
	"strings"
	"testing"
)

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text  string
		limit int
		want  string
	}{
		{"", 0, ""},
		{"short", 5, "short"},
		{"longer", 4, "long... [cut: 6 bytes in all]"},
		{"aé日", 3, "aé... [cut: 6 bytes in all]"},
		{"aé日", 2, "a... [cut: 6 bytes in all]"},
		{"\x1b[2J" + strings.Repeat("x", 100), 5, `\u001b[2Jx... [cut: 104 bytes in all]`},
		{"\xff\xff\xff\xff", 2, "\ufffd\ufffd... [cut: 4 bytes in all]"},
		{"\x80\x80\x80\x80", 2, "... [cut: 4 bytes in all]"},
	} {
		if got := Cut(c.text, c.limit); got != c.want {
			t.Errorf("%q to %d: got %q, want %q", c.text, c.limit, got, c.want)
		}
	}
}
