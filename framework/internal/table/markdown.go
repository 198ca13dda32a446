package table

import (
	"io"
	"strings"
)

// Characters that would end a cell or start markup. An underscore within a
// word is literal in GitHub's dialect, and metric names are full of them.
var markdownEscape = strings.NewReplacer(`\`, `\\`, "|", `\|`, "*", `\*`, "<", "&lt;", "`", "\\`", "\n", " ", "\r", " ")

func renderMarkdown(w io.Writer, t *Table) error {
	v := layOut(t)
	var b strings.Builder
	line := func(cells ...string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }

	head, rule := []string{markdownEscape.Replace(v.corner)}, []string{":--"}
	for _, h := range v.heads {
		head, rule = append(head, markdownEscape.Replace(h)), append(rule, "--:")
	}
	line(head...)
	line(rule...)
	for i, r := range v.rows {
		cells := []string{markdownEscape.Replace(r)}
		for _, c := range v.cells[i] {
			cells = append(cells, marked(t, c, v.usual, "**", "**"))
		}
		line(cells...)
	}
	b.WriteString("\n" + markdownEscape.Replace(t.Caption) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// marked is a cell with its number, not its note, between the marks of bold.
func marked(t *Table, c *Cell, usual int, open, end string) string {
	if c == nil {
		return ""
	}
	s := t.Spec.show(c, usual)
	if c.Bold {
		return open + s.centre + s.spread + end + s.note
	}
	return s.String()
}
