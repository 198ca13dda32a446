package sweep

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/assaylab/assay/framework/internal/problem"
)

// kind is what a value of the file is.
type kind int

const (
	null kind = iota
	boolean
	integer
	float
	text
	list
	mapping
)

// place is where a value stands.
type place struct {
	set          string // the --set argument that brought the value, or ""
	line, column int
}

// node is one value of a sweep file: a small tree of our own, so that the YAML
// library can be replaced.
type node struct {
	place
	kind   kind
	text   string // of a scalar, as written (without quotes)
	quoted bool
	items  []*node
	pairs  []pair // in the order of the file; keys differ
}

type pair struct {
	key   *node
	value *node
}

// get returns the pair of that key.
func (n *node) get(key string) (pair, bool) {
	if n.kind == mapping {
		for _, p := range n.pairs {
			if p.key.text == key {
				return p, true
			}
		}
	}
	return pair{}, false
}

// find follows a path of keys and indices as far as it goes. Key is the place of
// the last key on the way (or the list entry), value what belongs to it.
func (n *node) find(path ...string) (key, value *node) {
	key, value = n, n
	for _, step := range path {
		if value.kind == list {
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(value.items) {
				return key, value
			}
			value = value.items[i]
			key = value
			continue
		}
		p, ok := value.get(step)
		if !ok {
			return key, value
		}
		key, value = p.key, p.value
	}
	return key, value
}

// float is the value of a number.
func (n *node) float() float64 {
	x, err := strconv.ParseFloat(n.text, 64)
	if err == nil || math.IsInf(x, 0) {
		return x // what is too large for a float64 is infinite, and refused as such
	}
	switch n.text { // the YAML spellings
	case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF":
		return math.Inf(1)
	case "-.inf", "-.Inf", "-.INF":
		return math.Inf(-1)
	}
	return math.NaN()
}

// plain is the value as settings and parameters have it: nil, bool, int64,
// float64, string, []any or map[string]any.
func (n *node) plain() any {
	switch n.kind {
	case boolean:
		return strings.EqualFold(n.text, "true")
	case integer:
		if i, err := strconv.ParseInt(n.text, 10, 64); err == nil {
			return i
		}
		return n.float()
	case float:
		return n.float()
	case text:
		return n.text
	case list:
		items := make([]any, len(n.items))
		for i := range items {
			items[i] = n.items[i].plain()
		}
		return items
	case mapping:
		m := make(map[string]any, len(n.pairs))
		for _, p := range n.pairs {
			m[p.key.text] = p.value.plain()
		}
		return m
	}
	return nil
}

// String names the value in a message.
func (n *node) String() string {
	switch n.kind {
	case boolean:
		return n.text
	case integer, float:
		return "the number " + n.text
	case text:
		return strconv.Quote(shorten(n.text))
	case list:
		return "a list"
	case mapping:
		return "a mapping"
	}
	return "nothing"
}

// shorten keeps a long text from drowning a message.
func shorten(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:57]) + "..."
	}
	return s
}

// move puts the whole tree at another place.
func (n *node) move(to place) {
	n.place = to
	for _, i := range n.items {
		i.move(to)
	}
	for _, p := range n.pairs {
		p.key.move(to)
		p.value.move(to)
	}
}

// at is a mistake at a place of the file.
func (p place) at(file, hint, format string, args ...any) problem.Problem {
	if p.set != "" {
		return mistake(p.set, 0, 0, fmt.Sprintf(format, args...), hint)
	}
	return mistake(file, p.line, p.column, fmt.Sprintf(format, args...), hint)
}
