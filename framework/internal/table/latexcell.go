package table

import (
	"fmt"
	"strings"
)

// latexColumn is one column of numbers: the number itself, which stands on its
// point, and what follows it.
type latexColumn struct {
	head    string
	cells   []content
	bold    []bool
	plain   bool // numbers that siunitx would not set as they are
	signed  bool
	whole   int      // digits before the point
	decimal int      // and behind it
	width   float64  // of both, without the space around, in normal type
	lines   []string // of the head
}

// sep is the space that LaTeX puts on either side of a column.
const sep = 6

func newLatexColumn(t *Table, v view, j int) latexColumn {
	c := latexColumn{head: v.heads[j]}
	var number, after float64
	for i := range v.rows {
		x := v.cells[i][j]
		s := t.Spec.show(x, v.usual)
		c.cells, c.bold = append(c.cells, s), append(c.bold, x != nil && x.Bold)
		if s.empty {
			c.width = max(c.width, latexWidth(s.centre+s.note))
			continue
		}
		digits := strings.TrimLeft(s.centre, "+-")
		c.signed = c.signed || digits != s.centre
		c.plain = c.plain || strings.ContainsAny(digits, "eE")
		whole, decimal, _ := strings.Cut(digits, ".")
		c.whole, c.decimal = max(c.whole, len(whole)), max(c.decimal, len(decimal))
		number = max(number, latexWidth(s.centre)*1.16) // bold is wider
		after = max(after, latexWidth(s.spread)*1.16+latexWidth(s.mark+s.letters+s.note)+3)
	}
	point := 0.0
	if c.decimal > 0 {
		point = 2.78
	}
	sign := 0.0
	if c.signed {
		sign = 7.78
	}
	number = max(number, (5*float64(c.whole+c.decimal)+point+sign)*1.16)
	c.width = max(c.width, number+after)
	c.lines = breakLines(c.head, max(c.width, 40))
	for _, l := range c.lines {
		c.width = max(c.width, latexWidth(l))
	}
	return c
}

// spec is the column's part of the preamble.
func (c latexColumn) spec() string {
	if c.plain {
		return "r@{}l"
	}
	format := fmt.Sprintf("%d.%d", max(1, c.whole), c.decimal)
	if c.signed {
		format = "+" + format
	}
	return `\assaynumber{` + format + `}@{}l`
}

// title is the head over both columns.
func (c latexColumn) title() string {
	if len(c.lines) == 1 {
		return `\multicolumn{2}{c}{` + latexEscape.Replace(c.lines[0]) + `}`
	}
	lines := make([]string, len(c.lines))
	for i, l := range c.lines {
		lines[i] = latexEscape.Replace(l)
	}
	return `\multicolumn{2}{c}{\begin{tabular}[b]{@{}c@{}}` + strings.Join(lines, `\\`) + `\end{tabular}}`
}

// cell is row i: the number and what follows, or words over both.
func (c latexColumn) cell(i int) string {
	s := c.cells[i]
	if s.empty {
		return `\multicolumn{2}{c}{` + latexEscape.Replace(s.centre+s.note) + `}`
	}
	number, spread := s.centre, latexNumber(s.spread)
	switch {
	case c.plain:
		number = latexNumber(number)
	case strings.HasPrefix(number, "-"):
		number = `\assayminus ` + number[1:]
	}
	if c.bold[i] {
		number = `\bfseries ` + number
		if spread != "" {
			spread = `\bfseries ` + spread
		}
	}
	return number + " & " + spread + latexAfter(s)
}

// latexAfter is mark, letters and note.
func latexAfter(s content) string {
	out := latexEscape.Replace(s.mark)
	if s.letters != "" {
		out += `\textsuperscript{` + s.letters + `}`
	}
	if s.note != "" {
		out = `{\mdseries` + out + `~` + latexEscape.Replace(strings.TrimSpace(s.note)) + `}`
	}
	return out
}

// latexNumber sets ± and minus signs.
func latexNumber(s string) string {
	s = strings.ReplaceAll(s, "±", `$\pm$`)
	for _, before := range []string{"[", ", ", "("} {
		s = strings.ReplaceAll(s, before+"-", before+"$-$")
	}
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		s = "$-$" + rest
	}
	if rest, ok := strings.CutPrefix(s, " "); ok {
		s = `\ ` + rest
	}
	return s
}
