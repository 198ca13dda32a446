package table

import (
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// fragment is a table as a part of a page. What a cell hides is told by the page,
// from the place that its button names: nothing stands in a tooltip alone.
var fragment = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("fragment").Parse(`<div class="scroll" tabindex="0" role="region" aria-label="Table {{.Name}}"><table class="results">
<thead><tr><th scope="col">{{.Corner}}</th>{{range .Heads}}<th scope="col">{{.}}</th>{{end}}</tr></thead>
<tbody>
{{range .Lines}}<tr><th scope="row">{{.Name}}</th>{{range .Cells}}<td>{{if .Known}}<button type="button" data-table="{{$.Table}}" data-cell="{{.At}}">{{if .Bold}}<strong>{{.Number}}</strong>{{else}}{{.Number}}{{end}}{{.Mark}}{{if .Letters}}<sup>{{.Letters}}</sup>{{end}}<span class="note">{{.Note}}</span></button>{{else}}{{.Number}}{{end}}</td>{{end}}</tr>
{{end}}</tbody>
</table></div>
{{if .Selected}}<h4>What was selected</h4><div class="scroll" tabindex="0" role="region" aria-label="Settings selected for {{.Name}}"><table class="selected">
<thead><tr>{{range .SelectedHead}}<th scope="col">{{.}}</th>{{end}}</tr></thead>
<tbody>
{{range .Selected}}<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>
{{end}}</tbody>
</table></div>
{{end}}`))
})

// Fragment writes t as HTML to stand in a page, under the number that the page has
// for it: every cell is a button with the attributes data-table and data-cell, its
// place in t.Cells.
func Fragment(w io.Writer, t *Table, number int) error {
	type cell struct {
		Number, Mark, Letters, Note, At string
		Bold, Known                     bool
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
				l.Cells = append(l.Cells, cell{Number: s.centre})
				continue
			}
			at := slices.IndexFunc(t.Cells, func(x Cell) bool {
				return x.Row == c.Row && x.Col == c.Col && x.Metric == c.Metric
			})
			l.Cells = append(l.Cells, cell{s.centre + s.spread, s.mark, s.letters, s.note, strconv.Itoa(at), c.Bold, true})
		}
		lines = append(lines, l)
	}
	return fragment().Execute(w, struct {
		Name, Corner string
		Table        int
		Heads        []string
		Lines        []line
		SelectedHead []string
		Selected     [][]string
	}{t.Name, v.corner, number, v.heads, lines, selectedHead, selectedLines(t)})
}

// Words are the lines that tell what stands behind a cell, but for its trials.
func (c *Cell) Words() []string {
	bare := *c
	bare.Values = nil
	return strings.Split(details(&bare), "\n")
}
