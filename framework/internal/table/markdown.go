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
			cells = append(cells, markdownCell(t, c, v.usual))
		}
		line(cells...)
	}
	b.WriteString("\n" + markdownEscape.Replace(t.Caption) + "\n")
	if len(t.Selection) > 0 {
		b.WriteByte('\n')
		line(selectedHead...)
		line(":--", ":--", ":--", "--:", ":--")
		for _, cells := range selectedLines(t) {
			for i := range cells {
				cells[i] = markdownEscape.Replace(cells[i])
			}
			line(cells...)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// markdownCell is a cell with its number, not its mark and note, in bold.
func markdownCell(t *Table, c *Cell, usual int) string {
	s := t.Spec.show(c, usual)
	number := s.centre + s.spread
	if c != nil && c.Bold {
		number = "**" + number + "**"
	}
	letters := ""
	if s.letters != "" {
		letters = "<sup>" + s.letters + "</sup>"
	}
	return number + s.mark + letters + s.note
}
