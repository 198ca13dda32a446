package report

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"github.com/assaylab/assay/framework/internal/bytesize"
	"github.com/assaylab/assay/framework/internal/table"
)

//go:embed page/page.html
var pageHTML string

//go:embed page/page.css
var pageCSS string

//go:embed page/page.js
var pageJS string

//go:embed page/live.js
var liveJS string

// charts is built by page/build; its licence is page/charts.LICENSE.
//
//go:embed page/charts.min.js
var charts string

//go:embed page/charts.LICENSE
var licence string

var layout = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Funcs(template.FuncMap{
		"seconds": func(x float64) string { return fmt.Sprintf("%.4g s", x) },
		"bytes":   bytesize.Format,
		"short":   func(key string) string { return key[:min(12, len(key))] },
	}).Parse(pageHTML))
})

// Write writes the page.
//
// Its content security policy names the digests of its own scripts and style and
// nothing else, so that no text in it can become a script, and no request leaves it. A
// live page asks the server that it comes from, and nobody else.
func (p *Page) Write(w io.Writer) error {
	data, err := p.packed()
	if err != nil {
		return err
	}
	type section struct {
		Name, Anchor string
		Captions     []string
		Body         template.HTML
		Figures      []drawn
	}
	var tables []section
	for i, t := range p.Tables {
		var b strings.Builder
		if err := table.Fragment(&b, t, i); err != nil {
			return err
		}
		s := section{Name: t.Name, Anchor: fmt.Sprint("table-", i), Captions: t.Captions, Body: template.HTML(b.String()), Figures: drawings(t)}
		if len(s.Captions) == 0 && t.Caption != "" {
			s.Captions = []string{t.Caption}
		}
		tables = append(tables, s)
	}
	style, library, script := "\n"+pageCSS, "\n"+charts, "\n"+pageJS
	policy := fmt.Sprintf("default-src 'none'; script-src %s %s; style-src %s; img-src data:; base-uri 'none'; form-action 'none'",
		source(library), source(script), source(style))
	var live template.JS
	if p.Live {
		live = template.JS("\n" + liveJS)
		policy = strings.Replace(policy, "script-src ", "connect-src 'self'; script-src "+source(string(live))+" ", 1)
	}
	return layout().Execute(w, struct {
		*Page
		Policy          string
		Style           template.CSS
		Library, Script template.JS
		LiveScript      template.JS
		Sections        []section
		Data            template.HTML
		Licence         string
	}{p, policy, template.CSS(style), template.JS(library), template.JS(script), live, tables, template.HTML(data), licence})
}

// source is a script or style as a policy names it.
func source(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// packed is the payload as gzip in base64, which no text can break out of.
func (p *Page) packed() (string, error) {
	text, err := p.payload()
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(text); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// drawn is a figure as an image, in which no script runs.
type drawn struct {
	Kind, Alt string
	Source    template.URL
}

var kinds = map[string]string{table.FigureDots: "means with intervals", table.FigureForest: "differences to the reference",
	table.FigureCritical: "mean ranks over recordings", table.FigureLearning: "learning curves over the share of the train part"}

// drawings are the figures that can be made of a table, as its numbers decide, and
// that do not make a page heavy.
func drawings(t *table.Table) (out []drawn) {
	for _, kind := range table.Figures() {
		var b bytes.Buffer
		if err := table.RenderFigure(&b, t, kind, "svg"); err != nil {
			continue
		}
		const most = 1 << 20 // of a figure with a dot for each of very many trials
		if b.Len() > most {
			continue
		}
		out = append(out, drawn{kind, fmt.Sprintf("Table %s drawn: %s. The table has the numbers.", t.Name, kinds[kind]),
			template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(b.Bytes()))})
	}
	return out
}
