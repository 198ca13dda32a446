// Package cite makes BibTeX of what methods, recordings and generators say that they
// want to be cited for: a sentence, or BibTeX.
package cite

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/assaylab/assay/framework/internal/build"
)

// works are those that built-in methods and the catalogue name. A sentence that has the
// title of one in it, or its number at arXiv, cites it.
//
//go:embed works.bib
var text string

var works = sync.OnceValue(func() []Entry {
	all, err := Parse(text)
	if err != nil {
		panic("cite: works.bib: " + err.Error())
	}
	return all
})

// Entry is one entry, and who asks for it.
type Entry struct {
	Kind   string   `json:"type"` // article, misc, ...
	Key    string   `json:"key"`
	Fields []Field  `json:"-"`
	For    []string `json:"for"` // "method hiwa", "dataset chewie-1"
}

// Field is one field of an entry; values stand without their outer braces.
type Field struct{ Name, Value string }

// Get is the value of a field; "" where there is none.
func (e Entry) Get(name string) string {
	for _, f := range e.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// List gathers what is cited: each work once, in the order in which it was named.
type List struct {
	entries []*Entry
	keys    map[string]int // how often a key was wanted
}

// Add takes in what somebody wants to be cited for. A citation that begins like BibTeX
// and is none is kept as a sentence.
func (l *List) Add(who, citation string) {
	citation = strings.TrimSpace(citation)
	if citation == "" {
		return
	}
	if strings.HasPrefix(citation, "@") {
		if entries, err := Parse(citation); err == nil && len(entries) > 0 {
			for _, e := range entries {
				l.add(who, e)
			}
			return
		}
	}
	found := false
	for _, w := range works() {
		id := w.Get("eprint")
		if strings.Contains(bare(citation), bare(w.Get("title"))) || id != "" && strings.Contains(citation, id) {
			l.add(who, w)
			found = true
		}
	}
	if !found {
		l.add(who, sentence(who, citation))
	}
}

func (l *List) add(who string, e Entry) {
	for _, have := range l.entries {
		if have.Kind == e.Kind && slices.Equal(have.Fields, e.Fields) {
			if !slices.Contains(have.For, who) {
				have.For = append(have.For, who)
			}
			return
		}
	}
	if l.keys == nil {
		l.keys = map[string]int{}
	}
	key := strings.ToLower(e.Key)
	if l.keys[key]++; l.keys[key] > 1 { // another work under a key that is taken
		e.Key = fmt.Sprintf("%s-%d", e.Key, l.keys[key])
	}
	e.For = []string{who}
	l.entries = append(l.entries, &e)
}

// Entries are what was added.
func (l *List) Entries() []Entry {
	out := make([]Entry, 0, len(l.entries))
	for _, e := range l.entries {
		out = append(out, *e)
	}
	return out
}

var year = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b(1[89]|20)\d\d\b`) })

// sentence is an entry for a work of which nothing but a sentence is known.
func sentence(who, citation string) Entry {
	e := Entry{Kind: "misc", Key: strings.ReplaceAll(who, " ", "-"), Fields: []Field{{"note", escape(citation)}}}
	if y := year().FindString(citation); y != "" {
		e.Fields = append(e.Fields, Field{"year", y})
	}
	return e
}

// Assay is the entry of the program.
func Assay(b build.Build) Entry {
	return Entry{Kind: "misc", Key: "assay", Fields: []Field{
		{"title", "{Assay}: comparing methods on the same recordings, fairly and reproducibly"},
		{"author", "{The Assay developers}"},
		{"note", escape("computer program, version " + b.Name())},
		{"howpublished", `\url{https://github.com/assaylab/assay}`},
	}}
}

// AddAssay takes in the program.
func (l *List) AddAssay(b build.Build) { l.add("assay itself", Assay(b)) }

// bare is a text by which titles are found: letters and digits in lower case.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// escape makes a plain text one of TeX.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "%", `\%`, "&", `\&`, "#", `\#`, "$", `\$`, "_", `\_`, "^", `\^{}`, "~", `\~{}`).Replace(s)
}

// String is the entry as BibTeX, with a line before it that says who asks for it.
func (e Entry) String() string {
	var b strings.Builder
	if len(e.For) > 0 {
		fmt.Fprintf(&b, "%% %s\n", strings.Map(printable, strings.Join(e.For, ", ")))
	}
	fmt.Fprintf(&b, "@%s{%s,\n", e.Kind, e.Key)
	for i, f := range e.Fields {
		end := ","
		if i == len(e.Fields)-1 {
			end = ""
		}
		fmt.Fprintf(&b, "  %s = {%s}%s\n", f.Name, f.Value, end)
	}
	b.WriteString("}\n")
	return b.String()
}

func printable(r rune) rune {
	if r == '@' || unicode.IsControl(r) { // an @ begins an entry, in a comment too
		return -1
	}
	return r
}
