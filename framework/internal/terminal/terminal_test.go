package terminal

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "",
		"plain µ ± 日本 é 👩\n\tx":            "plain µ ± 日本 é 👩\n\tx",
		"\x1b[2J\x1b[1;1H":                 `\u001b[2J\u001b[1;1H`,
		"\x1b]0;title\a":                   `\u001b]0;title\u0007`,
		"\x1b[31mred\x1b[0m":               "red",
		"\x1b[":                            `\u001b[`,
		"\x1b[38;5;1":                      `\u001b[38;5;1`,
		"50%\r100%\r\n":                    "50%\n100%\n",
		"a\bb\x7fc\x00":                    `a\u0008b\u007fc\u0000`,
		"\u009b2J":                         `\u009b2J`, // the one-character form of ESC [
		"a\u202egpj.exe":                   `a\u202egpj.exe`,
		"\u2066x\u2069 \u200e\u061c\u200b": `\u2066x\u2069 \u200e\u061c\u200b`,
		"so\u00adft \ufeff \u2028":         `so\u00adft \ufeff \u2028`,
		"tag \U000e0041":                   `tag \udb40\udc41`,
		"bad \xff\xc3":                     "bad \ufffd\ufffd",
	} {
		if got := Clean(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// However a text is cut into pieces, the same comes out.
func TestWriterOfPieces(t *testing.T) {
	text := "é日👩 \x1b[31mred\x1b[0m 1\r2\r\n3\r \x1b[2J \xff end\x1b[1"
	want := Clean(text)
	for size := 1; size < len(text); size++ {
		var b bytes.Buffer
		w := NewWriter(&b)
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			if got, err := w.Write([]byte(rest[:n])); got != n || err != nil {
				t.Fatal(got, err)
			}
			rest = rest[n:]
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Fatalf("in pieces of %d: %q, want %q", size, b.String(), want)
		}
	}
	if Raw(NewWriter(nil)) != nil {
		t.Error("a buffer is taken for a terminal")
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b[31m\u202e\r\xff\U000e0041")
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool {
			return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Cf, r)
		}) {
			t.Errorf("%q becomes %q", s, got)
		}
		if again := Clean(got); again != got {
			t.Errorf("%q is not clean: %q", got, again)
		}
		if text, err := json.Marshal(s); err == nil { // JSON stays JSON, and means the same
			var back, was string
			if err := json.Unmarshal([]byte(Clean(string(text))), &back); err != nil {
				t.Fatalf("%s: %v", Clean(string(text)), err)
			}
			if err := json.Unmarshal(text, &was); err != nil || back != was {
				t.Errorf("%q became %q in JSON", was, back)
			}
		}
	})
}
