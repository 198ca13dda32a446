package table

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/setting"
)

var renderers = []struct {
	format string
	render func(io.Writer, *Table) error
}{
	{"text", renderText},
	{"markdown", renderMarkdown},
	{"latex", renderLatex},
	{"csv", renderCSV},
	{"html", renderHTML},
	{"json", renderJSON},
	{"svg", renderSVG},
	{"png", renderPNG},
	{"pdf", renderPDF},
}

// Formats lists what Render can write.
func Formats() []string {
	names := make([]string, len(renderers))
	for i, r := range renderers {
		names[i] = r.format
	}
	return names
}

// Render writes t in one of Formats. Equal tables give equal bytes.
func Render(w io.Writer, t *Table, format string) error {
	for _, r := range renderers {
		if r.format == format {
			return r.render(w, t)
		}
	}
	return data.Problem{Path: "format", Fact: fmt.Sprintf("there is no table format %q", format), Hint: setting.Suggest(format, Formats())}
}

// documents are the formats of which a file holds one: two after another are none.
var documents = []string{"html", "svg", "png", "pdf"}

// IsDocument reports whether what Render writes is a whole file, to be kept byte
// by byte.
func IsDocument(format string) bool { return slices.Contains(documents, format) }

// RenderAll writes tables one after another, as far as the format can: CSV with
// one header, text with a blank line between. Of formats whose files hold one
// document it refuses more than one table.
func RenderAll(w io.Writer, tables []*Table, format string) error {
	if IsDocument(format) && len(tables) > 1 {
		var names []string
		for _, t := range tables {
			names = append(names, t.Name)
		}
		return problem.Problem{Usage: true, Fact: fmt.Sprintf("the sweep has %d tables, and %s holds one", len(tables), format),
			Hint: "add --name with one of " + strings.Join(names, ", ")}
	}
	if format == "csv" {
		return writeCSV(w, tables...)
	}
	for i, t := range tables {
		if i > 0 {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if err := Render(w, t, format); err != nil {
			return err
		}
	}
	return nil
}

// renderJSON writes the Table itself; its field names are a contract for scripts.
func renderJSON(w io.Writer, t *Table) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(t)
}
