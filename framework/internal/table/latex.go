package table

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// What is there to set a table in, in points: a column of a two-column article, the
// text of a one-column article, which every page has, and a page turned.
const (
	columnWidth = 229
	pageWidth   = 345
	turnedWidth = 500
)

// sizes of type that are tried until a table fits.
var sizes = []struct {
	command string
	scale   float64
}{{"", 1}, {`\small`, 0.93}, {`\footnotesize`, 0.86}, {`\scriptsize`, 0.8}} // small letters are wider for their size

// layout is how a table is fitted.
type layout struct {
	environment string
	width       float64
	size        string
	scale       float64
	panels      [][]int // columns of each
	note        string  // what had to be done, and what could not
}

// renderLatex writes a table environment with rules by booktabs, the caption
// and a label, ready for \input. Numbers stand on their points where siunitx is
// loaded, and to the right without it.
func renderLatex(w io.Writer, t *Table) error {
	v := layOut(t)
	columns := make([]latexColumn, len(v.heads))
	for j := range v.heads {
		columns[j] = newLatexColumn(t, v, j)
	}
	names := latexWidth(v.corner)
	for _, r := range v.rows {
		names = max(names, latexWidth(r))
	}
	l := fitted(t.Spec.Fit, names, columns)
	var b strings.Builder
	needs := `\usepackage{booktabs}`
	if l.environment == "sidewaystable*" {
		needs += `\usepackage{rotating}`
	}
	if strings.Contains(l.note, "resizebox") {
		needs += `\usepackage{graphicx}`
	}
	fmt.Fprintf(&b, "%% needs %s; with \\usepackage{siunitx} numbers stand on their points\n", needs)
	if l.note != "" {
		fmt.Fprintf(&b, "%% %s\n", l.note)
	}
	if t.Spec.Commands {
		commands(&b, t, v)
	}
	fmt.Fprintf(&b, "\\begin{%s}[t]\n  \\centering\n", l.environment)
	label := t.Spec.Label
	if label == "" {
		label = "tab:" + t.Name
	}
	fmt.Fprintf(&b, "  \\caption{%s}\n  \\label{%s}\n  \\smallskip\n", latexText(t.Caption), latexLabel(label))
	b.WriteString("  \\ifdefined\\tablenum\n    \\def\\assaynumber#1{S[table-format=#1,detect-weight,mode=text,retain-explicit-plus]}\\def\\assayminus{-}%\n" +
		"  \\else\n    \\def\\assaynumber#1{r}\\def\\assayminus{$-$}%\n  \\fi\n")
	if l.size != "" {
		fmt.Fprintf(&b, "  %s\n", l.size)
	}
	for i, panel := range l.panels {
		if i > 0 {
			b.WriteString("\n  \\medskip\n")
		}
		writePanel(&b, v, columns, panel, strings.Contains(l.note, "resizebox"))
	}
	fmt.Fprintf(&b, "\\end{%s}\n", l.environment)
	latexSelected(&b, t, label)
	_, err := io.WriteString(w, b.String())
	return err
}

// fitted chooses environment, type size and panels.
func fitted(fit string, names float64, columns []latexColumn) layout {
	set := func(width, scale float64) float64 { return width*scale + 2*sep }
	widest := 0.0
	for _, c := range columns {
		widest = max(widest, c.width)
	}
	total := func(scale float64) float64 {
		w := set(names, scale)
		for _, c := range columns {
			w += set(c.width, scale)
		}
		return w
	}
	l := layout{scale: 1}
	switch {
	case fit == fitColumn || fit == fitSplit || fit == "" && total(1) <= columnWidth:
		l.environment, l.width = "table", columnWidth
	case fit == fitRotate:
		l.environment, l.width = "sidewaystable*", turnedWidth
	default:
		l.environment, l.width = "table*", pageWidth
	}
	need := total
	if fit == fitSplit {
		need = func(scale float64) float64 { return set(names, scale) + set(widest, scale) }
	}
	for _, s := range sizes {
		if l.size, l.scale = s.command, s.scale; need(s.scale) <= l.width || fit == "" && s.scale < 0.9 {
			break
		}
	}
	var panel []int
	at := set(names, l.scale)
	for j, c := range columns {
		if len(panel) > 0 && at+set(c.width, l.scale) > l.width {
			l.panels, panel, at = append(l.panels, panel), nil, set(names, l.scale)
		}
		panel, at = append(panel, j), at+set(c.width, l.scale)
	}
	l.panels = append(l.panels, panel)
	switch {
	case set(names, l.scale)+set(widest, l.scale) > l.width:
		l.note = "too wide for its place even in small type: shrunk with resizebox; shorter names (rename:, columns:) would help"
	case len(l.panels) > 1 && fit != fitSplit && fit != "":
		l.note = fmt.Sprintf("too wide for fit: %s even in small type, so that it is split into %d panels", fit, len(l.panels))
	}
	return l
}

func writePanel(b *strings.Builder, v view, columns []latexColumn, panel []int, shrink bool) {
	line := func(cells ...string) { b.WriteString("    " + strings.Join(cells, " & ") + ` \\` + "\n") }
	b.WriteString("  \\edef\\assaycolumns{l")
	for _, j := range panel {
		b.WriteString(columns[j].spec())
	}
	b.WriteString("}%\n")
	if shrink {
		b.WriteString("  \\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%\n")
	}
	b.WriteString("  \\expandafter\\tabular\\expandafter{\\assaycolumns}\n    \\toprule\n")
	head := []string{latexEscape.Replace(v.corner)}
	for _, j := range panel {
		head = append(head, columns[j].title())
	}
	line(head...)
	b.WriteString("    \\midrule\n")
	for i, r := range v.rows {
		cells := []string{latexEscape.Replace(r)}
		for _, j := range panel {
			cells = append(cells, columns[j].cell(i))
		}
		line(cells...)
	}
	b.WriteString("    \\bottomrule\n  \\endtabular")
	if shrink {
		b.WriteString("}")
	}
	b.WriteString("\n")
}

// commands defines a command for each cell's number: \MainRawChewieOne.
func commands(b *strings.Builder, t *Table, v view) {
	var used []string
	for i, r := range v.rows {
		for j, h := range v.heads {
			c := v.cells[i][j]
			if c == nil || c.N == 0 {
				continue
			}
			s := t.Spec.show(c, c.N)
			name := commandName(t.Name, r, h)
			for slices.Contains(used, name) {
				name += "X"
			}
			used = append(used, name)
			fmt.Fprintf(b, "\\newcommand{\\%s}{%s}\n", name, latexNumber(s.centre)+strings.ReplaceAll(latexNumber(s.spread), `\ `, "~"))
		}
	}
}

// latexSelected writes the table of selected settings.
func latexSelected(b *strings.Builder, t *Table, label string) {
	lines := selectedLines(t)
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n\\begin{table*}[t]\n  \\centering\n  \\caption{Selected settings.}\n  \\label{%s-selected}\n  \\smallskip\n", latexLabel(label))
	b.WriteString("  \\small\n  \\begin{tabular}{@{}p{.17\\linewidth}p{.15\\linewidth}p{.22\\linewidth}p{.09\\linewidth}p{.22\\linewidth}@{}}\n    \\toprule\n")
	row := func(cells []string) {
		out := make([]string, len(cells))
		for i, c := range cells {
			out[i] = latexEscape.Replace(c)
			// Long names may break behind slashes, underscores and equals signs.
			out[i] = `\raggedright ` + strings.NewReplacer("/", `/\allowbreak{}`, `\_`, `\_\allowbreak{}`, "=", `=\allowbreak{}`).Replace(out[i])
		}
		b.WriteString("    " + strings.Join(out, " & ") + ` \tabularnewline` + "\n")
	}
	row(selectedHead)
	b.WriteString("    \\midrule\n")
	for _, l := range lines {
		row(l)
	}
	b.WriteString("    \\bottomrule\n  \\end{tabular}\n\\end{table*}\n")
}
