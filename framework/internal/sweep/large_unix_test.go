//go:build unix

package sweep

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// processor is the time that this process has computed: others on the machine do not
// count.
func processor(t *testing.T) time.Duration {
	t.Helper()
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// No part of a sweep takes time that grows with the square of its length (C5).
// The largest of each kind that the reader takes is read within seconds of the processor.
func TestLargeSweepsAreReadInSeconds(t *testing.T) {
	repeat := func(n int, line string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, line, i)
		}
		return b.String()
	}
	same := func(n int, line string) string { return strings.Repeat(line, n) }
	sets := make([]string, 30_000)
	for i := range sets {
		sets[i] = fmt.Sprintf("k%d=1", i)
	}
	for _, c := range []struct {
		name, text string
		sets       []string
	}{
		{"90,000 duplicate keys", "version: 1\ndatasets:\n" + same(90_000, "  a: 1\n"), nil},
		{"45,000 keys", "version: 1\ndatasets:\n" + repeat(45_000, "  k%d: 1\n"), nil},
		{"45,000 unknown keys", "version: 1\n" + repeat(45_000, "k%d: 1\n"), nil},
		{"90,000 seeds", "version: 1\nseeds: [" + repeat(90_000, "%d,") + "]\n", nil},
		{"90,000 equal seeds", "version: 1\nseeds: [" + same(90_000, "1,") + "]\n", nil},
		{"20,000 tables", "version: 1\ntables:\n" + repeat(20_000, " - {name: t%d, cell: x}\n"), nil},
		{"80,000 labels that stay", "version: 1\ndatasets: {a: {source: generate/x, keep: {d: [" + repeat(80_000, "%d,") + "]}}}\n", nil},
		{"--set of 30,000 parts", "version: 1\n", []string{strings.Repeat("a.", 30_000) + "b=1"}},
		{"--set 30,000 times", "version: 1\n", sets},
		{"100,000 open brackets", "version: 1\nseeds: " + same(100_000, "[") + "\n", nil},
	} {
		start := processor(t)
		if _, err := Parse("large.yaml", []byte(c.text), c.sets); err == nil {
			t.Errorf("%s: no mistake was found", c.name)
		}
		if took := processor(t) - start; took > 5*time.Second {
			t.Errorf("%s: it took %v", c.name, took)
		} else {
			t.Logf("%s: %v", c.name, took)
		}
	}
}
