package table

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// textWidth is where the caption wraps, in characters.
const textWidth = 96

// TextStyle is how RenderText writes. The zero value is that of files.
type TextStyle struct {
	Width int  // of the terminal, in characters; a wider table is stacked, row by row. 0: as wide as it takes
	Bold  bool // bold by escape sequences instead of a star
}

const (
	boldOn  = "\x1b[1m"
	boldOff = "\x1b[0m"
)

// renderText writes a table for a plain file.
func renderText(w io.Writer, t *Table) error { return RenderText(w, t, TextStyle{}) }

// RenderText writes a table for a terminal or a plain file. Points stand under
// points; a star stands for bold where there are no escape sequences.
func RenderText(w io.Writer, t *Table, style TextStyle) error {
	v := layOut(t)
	lines := make([][]string, len(v.rows))
	for i, r := range v.rows {
		lines[i] = append(lines[i], r)
	}
	stars := false
	for j := range v.heads {
		column := make([]content, len(v.rows))
		bold := make([]bool, len(v.rows))
		for i := range v.rows {
			c := v.cells[i][j]
			out := t.Spec.show(c, v.usual)
			if bold[i] = c != nil && c.Bold; bold[i] && !style.Bold {
				stars = true
				out.mark = "*" + out.mark
			}
			column[i] = out
		}
		for i, s := range alignPoints(column) {
			if bold[i] && style.Bold {
				number := column[i].centre + column[i].spread
				s = strings.Replace(s, number, boldOn+number+boldOff, 1)
			}
			lines[i] = append(lines[i], s)
		}
	}
	b := new(strings.Builder)
	heads := append([]string{v.corner}, v.heads...)
	if style.Width > 0 && gridWidth(heads, lines) > style.Width {
		stack(b, heads, lines)
	} else if err := grid(b, heads, lines); err != nil {
		return err
	}
	caption := t.Caption
	if stars {
		caption = strings.Replace(caption, "Bold:", "Bold (*):", 1)
	}
	width := textWidth
	if style.Width > 0 {
		width = min(width, style.Width)
	}
	b.WriteString(Wrap(caption, width))
	if len(t.Selection) > 0 {
		b.WriteByte('\n')
		selected := selectedLines(t)
		if style.Width > 0 && gridWidth(selectedHead, selected) > style.Width {
			stack(b, selectedHead, selected)
		} else if err := grid(b, selectedHead, selected); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func grid(b *strings.Builder, heads []string, lines [][]string) error {
	table := tablewriter.NewTable(b,
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
	table.Header(heads)
	if err := table.Bulk(lines); err != nil {
		return err
	}
	return table.Render()
}

// gridWidth is how wide grid would be.
func gridWidth(heads []string, lines [][]string) int {
	total := 1
	for j, h := range heads {
		widest := utf8.RuneCountInString(h)
		for _, l := range lines {
			widest = max(widest, printed(l[j]))
		}
		total += widest + 3
	}
	return total
}

// printed is the number of characters that s takes on a terminal.
func printed(s string) int {
	return utf8.RuneCountInString(strings.NewReplacer(boldOn, "", boldOff, "").Replace(s))
}

// stack writes each row as a block, a line for each column.
func stack(b *strings.Builder, heads []string, lines [][]string) {
	widest := 0
	for _, h := range heads[1:] {
		widest = max(widest, utf8.RuneCountInString(h))
	}
	for _, l := range lines {
		fmt.Fprintln(b, l[0])
		for j, h := range heads[1:] {
			fmt.Fprintf(b, "  %s  %s\n", pad(h, widest), strings.TrimSpace(l[j+1]))
		}
	}
	b.WriteByte('\n')
}

// alignPoints pads the parts of a column so that they stand below each other:
// centres by their decimal point, spreads and notes by their start.
func alignPoints(column []content) []string {
	whole := func(s string) int {
		if i := strings.IndexByte(s, '.'); i >= 0 {
			return i
		}
		return len(s)
	}
	var left, right, spread, after int
	for _, c := range column {
		if c.empty {
			continue
		}
		left = max(left, whole(c.centre))
		right = max(right, len(c.centre)-whole(c.centre))
		spread = max(spread, utf8.RuneCountInString(c.spread))
		after = max(after, utf8.RuneCountInString(c.after()))
	}
	out := make([]string, len(column))
	for i, c := range column {
		if c.empty {
			out[i] = c.String()
			continue
		}
		centre := strings.Repeat(" ", left-whole(c.centre)) + c.centre
		out[i] = pad(centre, left+right) + pad(c.spread, spread) + pad(c.after(), after)
	}
	return out
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

// Wrap breaks s at spaces into lines of at most width characters.
func Wrap(s string, width int) string {
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
