package yaml

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var sweep = Format{What: "a sweep", Smallest: "see the docs"}

// Whole numbers are exact or refused: a float64 cannot tell 2^53 and 2^53 + 1 apart.
func TestWholeNumbersAreExact(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "7": "7", "7.0": "7", "9007199254740991": "9007199254740991",
		"9007199254740992": "must be at most 9007199254740991", "9007199254740993": "must be at most 9007199254740991",
		"9007199254740993.0": "must be at most", "1e300": "must be at most", "18446744073709551617": "must be at most",
		"-1": "must be a whole number of at least 0, got -1", "1.5": "must be a whole number", ".inf": "must be finite", "1e999": "must be a number", "x": "must be a number",
	} {
		n, errs := Read("f", []byte(text), sweep)
		if errs != nil {
			t.Fatal(errs)
		}
		var d Decoder
		var x uint64
		got := ""
		if d.ReadWhole(n, "it", 0, &x) {
			got = fmt.Sprint(x)
		} else {
			got = d.Errs[0].Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// A count that no machine comes to is a mistake, not another number.
func TestCountsAreNotCut(t *testing.T) {
	for text, want := range map[string]int{"n: 2147483647": 2147483647, "n: 2147483648": 0, "n: 9007199254740991": 0, "n: 0": 0} {
		root, errs := Read("f", []byte(text), sweep)
		if errs != nil {
			t.Fatal(errs)
		}
		var d Decoder
		var n int
		d.Fields(root, "it", "n").Count("n", 1, &n)
		if n != want || (len(d.Errs) == 0) != (want > 0) {
			t.Errorf("%s: %d, %v", text, n, d.Errs)
		}
	}
}

// Files full of mistakes, and full of nothing else, are refused in seconds.
func TestHostileFiles(t *testing.T) {
	cases := map[string]string{
		"equal keys":     strings.Repeat("a: 1\n", 90_000),
		"deep":           strings.Repeat("[", 100_000),
		"nested aliases": "a: &a [x, x, x, x, x, x, x, x, x]\n" + aliases(9),
		"long":           strings.Repeat("#", maxBytes+1),
		"tags":           strings.Repeat("- !t x\n", 90_000),
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, errs := Read("f", []byte(text), sweep)
			if len(errs) == 0 {
				t.Error("it was taken")
			}
			_ = errs.Sorted()
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// aliases makes each name nine of the one before.
func aliases(n int) string {
	var b strings.Builder
	for i := range n {
		was, is := string(rune('a'+i)), string(rune('b'+i))
		fmt.Fprintf(&b, "%s: &%s [%s]\n", is, is, strings.Repeat("*"+was+", ", 9))
	}
	return b.String()
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"a: 1\nb: [x, {y: ~}]\n", "<<: &a {b: 1}\nc: *a\n", "? [a]\n: b\n", "'\\x00'", "a: !!binary x", "- .nan\n- 0x1f\n- 1_0"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		n, errs := Read("f", src, sweep)
		if n == nil && len(errs) == 0 {
			t.Error("neither a tree nor a mistake")
		}
		for _, e := range errs {
			if e.Fact == "" || e.Place.Line < 1 || e.Place.Column < 1 {
				t.Errorf("a mistake without fact or place: %+v", e)
			}
		}
		if n != nil {
			_, _ = n.Plain(), n.String()
		}
	})
}
