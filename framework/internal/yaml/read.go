// Package yaml reads the YAML files that people write for assay, strictly and
// with the place of everything: [Read] makes a tree of [Node]s, a [Decoder] takes
// values out of it. Both collect all mistakes instead of stopping at the first.
//
// Stricter than YAML: keys differ, numbers mean one thing to every reader, there
// are no tags, and neither size nor aliases can fill the memory.
package yaml

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v4" // in this file only

	"github.com/assaylab/assay/framework/internal/problem"
)

// Limits of a file. Nobody writes such a file by hand, so what exceeds them is a
// mistake or an attack.
const (
	maxBytes  = 1 << 20
	maxDepth  = 50
	maxValues = 100_000 // after aliases have been followed
)

// Format names a sort of file in messages.
type Format struct {
	What     string // "a sweep"
	Smallest string // where to look what one needs at least
	Empty    bool   // nothing is a file too
}

// Read turns text into a tree; file names it in messages. What the library finds
// ends the reading, and so does what would mislead: then there is no tree. What
// we refuse beyond it (duplicate keys, ambiguous numbers) is collected.
func Read(file string, src []byte, format Format) (*Node, problem.List) {
	one := func(line, column int, fact, hint string) (*Node, problem.List) {
		return nil, problem.List{mistake(problem.Place{File: file, Line: line, Column: column}, fact, hint)}
	}
	if len(src) > maxBytes {
		return one(1, 1, "the file is larger than 1 MiB", format.What+" is a page of text; is this the right file?")
	}
	if line, column, what := unreadable(src); line > 0 {
		return one(line, column, what, "save the file as plain UTF-8 text")
	}
	loader, err := yaml.NewLoader(bytes.NewReader(src))
	if err != nil {
		return one(1, 1, err.Error(), "")
	}
	var doc, second yaml.Node
	empty := func() (*Node, problem.List) {
		if format.Empty {
			return &Node{Place: problem.Place{File: file, Line: 1, Column: 1}, Kind: Mapping}, nil
		}
		return one(1, 1, "the file is empty", format.Smallest)
	}
	switch err := loader.Load(&doc); {
	case errors.Is(err, io.EOF):
		return empty()
	case err != nil:
		return nil, problem.List{syntaxError(file, src, err)}
	}
	switch err := loader.Load(&second); {
	case err == nil:
		return one(second.Line, second.Column, "a second document begins here", format.What+" is one document: remove the line ---")
	case !errors.Is(err, io.EOF):
		return nil, problem.List{syntaxError(file, src, err)}
	}
	if len(doc.Content) != 1 {
		return empty()
	}
	c := converter{file: file, open: map[*yaml.Node]bool{}}
	n := c.convert(doc.Content[0], 0)
	if c.full {
		return nil, c.errs // half a tree would only mislead
	}
	return n, c.errs
}

// mistake is one in a file that the user wrote.
func mistake(place problem.Place, fact, hint string) problem.Problem {
	return problem.Problem{Place: place, Fact: fact, Hint: hint, Usage: true}
}

// unreadable finds what is not text, where the library would not say where.
func unreadable(src []byte) (line, column int, what string) {
	line, column = 1, 1
	for len(src) > 0 {
		r, size := utf8.DecodeRune(src)
		switch {
		case r == utf8.RuneError && size == 1:
			return line, column, "the file is not UTF-8 text"
		case r == '\n':
			line, column = line+1, 0
		case r < ' ' && r != '\t' && r != '\r', r == 0x7f:
			return line, column, "there is a control character (code " + strconv.Itoa(int(r)) + ")"
		}
		column++
		src = src[size:]
	}
	return 0, 0, ""
}

// syntaxError gives the library's message its place, and advice where we know any.
func syntaxError(file string, src []byte, err error) problem.Problem {
	e := mistake(problem.Place{File: file, Line: 1, Column: 1}, strings.TrimPrefix(err.Error(), "yaml: "), "")
	var one *yaml.LoadError
	if !errors.As(err, &one) {
		return e
	}
	e.Fact = one.Message
	if one.ContextMsg != "" {
		e.Fact += " (" + one.ContextMsg + ")"
	}
	if one.Mark.Line > 0 {
		e.Place.Line, e.Place.Column = one.Mark.Line, max(one.Mark.Column, 1)
	}
	lines := strings.Split(string(src), "\n")
	if e.Place.Line > len(lines) {
		return e
	}
	line := []rune(lines[e.Place.Line-1])
	switch at := e.Place.Column - 1; {
	case at < len(line) && line[at] == '\t':
		e.Hint = "indent with spaces: YAML has no tabs there"
	case strings.Contains(one.Message, "mapping values are not allowed"):
		e.Hint = "put text that holds a colon in quotes, and check the indentation of this line"
	case strings.Contains(one.Message, "unknown anchor"):
		e.Hint = "text that begins with * needs quotes"
	case strings.Contains(one.ContextMsg, "flow") || strings.Contains(one.ContextMsg, "quoted"):
		e.Hint = "it was opened in line " + strconv.Itoa(one.ContextMark.Line)
	}
	return e
}

// converter makes our tree of the library's.
type converter struct {
	file   string
	errs   problem.List
	open   map[*yaml.Node]bool // aliases being followed
	values int
	full   bool // the limit has been reported
}

func (c *converter) fail(n *yaml.Node, fact, hint string) {
	c.errs = append(c.errs, mistake(c.place(n), fact, hint))
}

func (c *converter) place(n *yaml.Node) problem.Place {
	return problem.Place{File: c.file, Line: n.Line, Column: n.Column}
}

func (c *converter) convert(n *yaml.Node, depth int) *Node {
	out := &Node{Place: c.place(n)}
	if c.values++; c.values > maxValues || depth > maxDepth {
		if !c.full {
			c.fail(n, "the file is nested too deeply or too large once its aliases are followed", "write it without aliases (*name)")
		}
		c.full = true
		return out
	}
	switch n.Kind {
	case yaml.AliasNode:
		if c.open[n.Alias] {
			c.fail(n, "the alias *"+n.Value+" contains itself", "")
			return out
		}
		c.open[n.Alias] = true
		out = c.convert(n.Alias, depth+1)
		delete(c.open, n.Alias)
	case yaml.SequenceNode:
		out.Kind = List
		c.tag(n, "!!seq")
		for _, item := range n.Content {
			if c.full {
				break
			}
			out.Items = append(out.Items, c.convert(item, depth+1))
		}
	case yaml.MappingNode:
		out.Kind = Mapping
		c.tag(n, "!!map")
		c.pairs(out, n, depth)
	case yaml.ScalarNode:
		c.scalar(out, n)
	}
	return out
}

func (c *converter) tag(n *yaml.Node, want string) {
	if tag := n.ShortTag(); tag != want {
		c.fail(n, "the tag "+tag+" has no meaning here", "remove it")
	}
}

func (c *converter) pairs(out *Node, n *yaml.Node, depth int) {
	var merged []*Node
	lines := map[string]int{} // of the keys
	for i := 0; i+1 < len(n.Content) && !c.full; i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind == yaml.ScalarNode && k.ShortTag() == "!!merge" {
			from := c.convert(v, depth+1)
			if from.Kind == Mapping {
				merged = append(merged, from)
			} else {
				c.fail(v, "<< takes one mapping, got "+from.String(), "write <<: *name, with &name before a mapping")
			}
			continue
		}
		key := &Node{Place: c.place(k), Kind: Text, Text: k.Value}
		if k.Kind != yaml.ScalarNode || k.ShortTag() == "!!null" {
			c.fail(k, "a key must be plain text", "")
			continue
		}
		value := c.convert(v, depth+1)
		if first, ok := lines[key.Text]; ok {
			c.fail(k, "the key "+strconv.Quote(Shorten(key.Text))+" is there twice",
				"it stands in line "+strconv.Itoa(first)+" already; keep one of them")
		} else {
			lines[key.Text] = k.Line
		}
		out.Pairs = append(out.Pairs, Pair{key, value})
	}
	for _, from := range merged {
		for _, p := range from.Pairs {
			if _, ok := lines[p.Key.Text]; !ok {
				lines[p.Key.Text] = p.Key.Place.Line
				out.Pairs = append(out.Pairs, p)
			}
		}
	}
}

// Numbers as every reader understands them. YAML 1.1 took 010 for eight and
// 1_000 for a thousand; others do not.
var (
	plainInteger = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*)$`) })
	plainFloat   = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[-+]?(([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|\.(inf|Inf|INF))$|^\.(nan|NaN|NAN)$`)
	})
)

func (c *converter) scalar(out *Node, n *yaml.Node) {
	out.Text = n.Value
	out.Quoted = n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	ambiguous := func(ok bool) {
		if !ok {
			c.fail(n, "the number "+Shorten(n.Value)+" means different things to different readers",
				"write it with decimal digits only, or in quotes if it is text")
		}
	}
	switch tag := n.ShortTag(); tag {
	case "!!null":
		out.Kind = Null
	case "!!bool":
		out.Kind = Boolean
		if !strings.EqualFold(n.Value, "true") && !strings.EqualFold(n.Value, "false") {
			c.fail(n, Shorten(n.Value)+" is neither true nor false", "")
		}
	case "!!int":
		out.Kind = Integer
		ambiguous(plainInteger().MatchString(n.Value))
	case "!!float":
		out.Kind = Float
		ambiguous(plainFloat().MatchString(n.Value))
	case "!!str", "!!timestamp": // a date is text to us
		out.Kind = Text
	default:
		out.Kind = Text
		c.fail(n, "the tag "+tag+" has no meaning here", "remove it")
	}
}
