package table

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// textWidth is where the caption wraps, in characters.
const textWidth = 96

// renderText writes a table for a terminal or a plain file. Points stand under
// points; a star stands for bold.
func renderText(w io.Writer, t *Table) error {
	v := layOut(t)
	lines := make([][]string, len(v.rows))
	for i, r := range v.rows {
		lines[i] = append(lines[i], r)
	}
	stars := false
	for j := range v.heads {
		column := make([]*content, len(v.rows))
		for i := range v.rows {
			c := v.cells[i][j]
			if c == nil {
				continue
			}
			out := t.Spec.show(c, v.usual)
			if c.Bold {
				stars = true
				out.note = "*" + out.note
			}
			column[i] = &out
		}
		for i, s := range alignPoints(column) {
			lines[i] = append(lines[i], s)
		}
	}
	b := new(strings.Builder)
	tw := tablewriter.NewTable(b,
		tablewriter.WithRenderer(renderer.NewBlueprint()),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithRowAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithHeaderAlignment(tw.AlignLeft),
		tablewriter.WithRowAlignment(tw.AlignLeft),
		tablewriter.WithEastAsian(tw.Off), // or ± and the frame would be as wide as LANG says
		tablewriter.WithTrimSpace(tw.Off), // the spaces are the alignment
	)
	tw.Header(append([]string{v.corner}, v.heads...))
	if err := tw.Bulk(lines); err != nil {
		return err
	}
	if err := tw.Render(); err != nil {
		return err
	}
	caption := t.Caption
	if stars {
		caption = strings.Replace(caption, "Bold:", "Bold (*):", 1)
	}
	b.WriteString(wrap(caption, textWidth))
	_, err := io.WriteString(w, b.String())
	return err
}

// alignPoints pads the parts of a column so that they stand below each other:
// centres by their decimal point, spreads and notes by their start.
func alignPoints(column []*content) []string {
	whole := func(s string) int {
		if i := strings.IndexByte(s, '.'); i >= 0 {
			return i
		}
		return len(s)
	}
	var left, right, spread, note int
	for _, c := range column {
		if c == nil || strings.HasPrefix(c.centre, "failed") {
			continue
		}
		left = max(left, whole(c.centre))
		right = max(right, len(c.centre)-whole(c.centre))
		spread = max(spread, utf8.RuneCountInString(c.spread))
		note = max(note, utf8.RuneCountInString(c.note))
	}
	out := make([]string, len(column))
	for i, c := range column {
		switch {
		case c == nil:
		case strings.HasPrefix(c.centre, "failed"):
			out[i] = c.String()
		default:
			centre := strings.Repeat(" ", left-whole(c.centre)) + c.centre
			out[i] = pad(centre, left+right) + pad(c.spread, spread) + pad(c.note, note)
		}
	}
	return out
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", width-utf8.RuneCountInString(s))
}

// wrap breaks s at spaces into lines of at most width characters.
func wrap(s string, width int) string {
	var b strings.Builder
	used := 0
	for _, word := range strings.Fields(s) {
		n := utf8.RuneCountInString(word)
		switch {
		case used == 0:
		case used+1+n > width:
			b.WriteByte('\n')
			used = 0
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += n
	}
	b.WriteByte('\n')
	return b.String()
}
