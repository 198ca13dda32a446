package table

import (
	"fmt"
	"io"
	"strings"
)

var latexEscape = strings.NewReplacer(
	`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`,
	"~", `\textasciitilde{}`, "^", `\textasciicircum{}`, "|", `\textbar{}`, "<", `\textless{}`, ">", `\textgreater{}`,
	"±", `$\pm$`, "↑", `$\uparrow$`, "↓", `$\downarrow$`, "\n", " ", "\r", " ",
)

// renderLatex writes a table environment with rules by booktabs, the caption
// and a label, ready for \input.
func renderLatex(w io.Writer, t *Table) error {
	v := layOut(t)
	var b strings.Builder
	line := func(cells ...string) { b.WriteString("    " + strings.Join(cells, " & ") + ` \\` + "\n") }

	b.WriteString("% needs \\usepackage{booktabs}\n\\begin{table}[t]\n  \\centering\n")
	fmt.Fprintf(&b, "  \\caption{%s}\n  \\label{tab:%s}\n", latexEscape.Replace(t.Caption), latexLabel(t.Name))
	fmt.Fprintf(&b, "  \\begin{tabular}{l%s}\n    \\toprule\n", strings.Repeat("r", len(v.heads)))
	head := []string{latexEscape.Replace(v.corner)}
	for _, h := range v.heads {
		head = append(head, latexEscape.Replace(h))
	}
	line(head...)
	b.WriteString("    \\midrule\n")
	for i, r := range v.rows {
		cells := []string{latexEscape.Replace(r)}
		for _, c := range v.cells[i] {
			cells = append(cells, latexCell(t, c, v.usual))
		}
		line(cells...)
	}
	b.WriteString("    \\bottomrule\n  \\end{tabular}\n\\end{table}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func latexCell(t *Table, c *Cell, usual int) string {
	s := marked(t, c, usual, "\\textbf{", "}")
	s = strings.ReplaceAll(s, "±", `$\pm$`)
	for _, before := range []string{"", "\\textbf{", "[", ", "} { // a minus sign, not a hyphen
		if before == "" {
			if rest, ok := strings.CutPrefix(s, "-"); ok {
				s = "$-$" + rest
			}
			continue
		}
		s = strings.ReplaceAll(s, before+"-", before+"$-$")
	}
	return s
}

// latexLabel keeps of a name what is safe in \label.
func latexLabel(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, name)
}
