package table

import (
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"
)

// The page needs no other file, so that it can be mailed.
var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("table").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Name}}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1a1a1a; background: #fff }
.scroll { overflow-x: auto }
table { border-collapse: collapse; border-top: 2px solid; border-bottom: 2px solid }
thead { border-bottom: 1px solid }
th, td { padding: .3rem .9rem; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
th { font-weight: 600 }
tr > :first-child { text-align: left }
tbody th { font-weight: normal }
tbody tr:hover { background: #f2f5f8 }
.note { color: #6b6b6b; font-weight: normal }
p { color: #444 }
@media (prefers-color-scheme: dark) { body { color: #e6e6e6; background: #161616 } tbody tr:hover { background: #242a30 } p, .note { color: #aaa } }
</style>
</head>
<body>
<h1>{{.Name}}</h1>
<div class="scroll"><table>
<thead><tr><th scope="col">{{.Corner}}</th>{{range .Heads}}<th scope="col">{{.}}</th>{{end}}</tr></thead>
<tbody>
{{range .Lines}}<tr><th scope="row">{{.Name}}</th>{{range .Cells}}<td title="{{.Title}}">{{if .Bold}}<strong>{{.Number}}</strong>{{else}}{{.Number}}{{end}}{{.Mark}}{{if .Letters}}<sup>{{.Letters}}</sup>{{end}}<span class="note">{{.Note}}</span></td>{{end}}</tr>
{{end}}</tbody>
</table></div>
<p>{{.Caption}}</p>
{{if .Selected}}<div class="scroll"><table>
<thead><tr>{{range .SelectedHead}}<th scope="col">{{.}}</th>{{end}}</tr></thead>
<tbody>
{{range .Selected}}<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>
{{end}}</tbody>
</table></div>
{{end}}</body>
</html>
`))
})

func renderHTML(w io.Writer, t *Table) error {
	type cell struct {
		Number, Mark, Letters, Note, Title string
		Bold                               bool
	}
	type line struct {
		Name  string
		Cells []cell
	}
	v := layOut(t)
	var lines []line
	for i, r := range v.rows {
		l := line{Name: r}
		for _, c := range v.cells[i] {
			s := t.Spec.show(c, v.usual)
			if c == nil {
				l.Cells = append(l.Cells, cell{Number: s.centre, Title: "no trial"})
				continue
			}
			l.Cells = append(l.Cells, cell{s.centre + s.spread, s.mark, s.letters, s.note, details(c), c.Bold})
		}
		lines = append(lines, l)
	}
	return page().Execute(w, struct {
		Name, Corner, Caption string
		Heads                 []string
		Lines                 []line
		SelectedHead          []string
		Selected              [][]string
	}{t.Name, v.corner, t.Caption, v.heads, lines, selectedHead, selectedLines(t)})
}

// details is what shows when the pointer rests on a cell: every number behind it.
func details(c *Cell) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s\nn = %d", c.Metric, c.Split, c.N)
	if c.Failed > 0 {
		fmt.Fprintf(&b, ", %d failed", c.Failed)
	}
	if c.Std != nil {
		fmt.Fprintf(&b, "\nstandard deviation %.4g", *c.Std)
	}
	if in := c.Interval; in != nil {
		fmt.Fprintf(&b, "\n95 %% interval %.4g to %.4g over %s (%s, %.3g degrees of freedom)", in.Lo, in.Hi, in.Over, in.Method, in.DF)
	}
	if c.Cases > 0 {
		fmt.Fprintf(&b, "\n%d test cases", c.Cases)
	}
	if c.Note != "" {
		fmt.Fprintf(&b, "\n%s", c.Note)
	}
	if p := c.Compare; p != nil {
		fmt.Fprintf(&b, "\nminus %s: %.4g", p.Against, p.Diff)
		if p.DiffCI95 != nil {
			fmt.Fprintf(&b, " ± %.4g (95 %% interval)", *p.DiffCI95)
		}
		if p.P != nil {
			fmt.Fprintf(&b, ", p = %.3g", *p.P)
		}
		if p.PAdjusted != nil {
			fmt.Fprintf(&b, ", adjusted %.3g", *p.PAdjusted)
		}
	}
	for i, x := range c.Values {
		fmt.Fprintf(&b, "\nseed %d: %.6g (%s)", c.Seeds[i], x, c.Trials[i])
	}
	return b.String()
}
