package table

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/internal/problem"
)

// Several tables in one output are still a file of that format, or refused.
func TestRenderAll(t *testing.T) {
	one, two := build(t, Spec{Name: "one"}, sample()), build(t, Spec{Name: "two"}, sample())
	for _, format := range Formats() {
		var b, single bytes.Buffer
		err := RenderAll(&b, []*Table{one, two}, format)
		if IsDocument(format) {
			if p, ok := problem.Find(err); !ok || !p.Usage || !strings.Contains(p.Hint, "--name with one of one, two") || b.Len() > 0 {
				t.Errorf("%s: %v, %d bytes", format, err, b.Len())
			}
		} else if err != nil {
			t.Errorf("%s: %v", format, err)
		}
		if err := RenderAll(&b, []*Table{one}, format); err != nil {
			t.Errorf("%s: %v", format, err)
		}
		if err := Render(&single, one, format); err != nil || !bytes.HasSuffix(b.Bytes(), single.Bytes()) {
			t.Errorf("%s: one table is another than Render's, %v", format, err)
		}
	}
	var b bytes.Buffer
	if err := RenderAll(&b, []*Table{one, two}, "csv"); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	headers := 0
	for _, l := range lines {
		if l[0] == "table" {
			headers++
		}
	}
	if headers != 1 || lines[len(lines)-1][0] != "two" {
		t.Errorf("%d headers; the last line is of table %s", headers, lines[len(lines)-1][0])
	}
}
