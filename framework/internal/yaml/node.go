package yaml

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/assaylab/assay/framework/internal/problem"
)

// Kind is what a value is.
type Kind int

const (
	Null Kind = iota
	Boolean
	Integer
	Float
	Text
	List
	Mapping
)

// Node is one value of a file, and where it stands: a small tree of our own, so
// that the YAML library can be replaced.
type Node struct {
	Place  problem.Place
	Kind   Kind
	Text   string // of a scalar, as written (without quotes)
	Quoted bool
	Items  []*Node // of a list
	Pairs  []Pair  // of a mapping, in the order of the file; keys differ in a file without mistakes

	index map[string]int // of the first pairs, by key: a file may have very many
}

// Pair is a key of a mapping and its value.
type Pair struct {
	Key, Value *Node
}

// Holds reports whether a place is that of the key, or of something in the value.
func (p Pair) Holds(at problem.Place) bool { return p.Key.Place == at || p.Value.holds(at) }

func (n *Node) holds(at problem.Place) bool {
	if n.Place == at {
		return true
	}
	for _, i := range n.Items {
		if i.holds(at) {
			return true
		}
	}
	for _, p := range n.Pairs {
		if p.Holds(at) {
			return true
		}
	}
	return false
}

// Get returns the pair of that key.
func (n *Node) Get(key string) (Pair, bool) {
	if i := n.pair(key); i >= 0 {
		return n.Pairs[i], true
	}
	return Pair{}, false
}

// Put sets the value of a key, which is added where it is missing.
func (n *Node) Put(key, value *Node) {
	if i := n.pair(key.Text); i >= 0 {
		n.Pairs[i].Value = value
		return
	}
	n.Pairs = append(n.Pairs, Pair{key, value})
}

// Remove takes a key away.
func (n *Node) Remove(key string) {
	n.Pairs = slices.DeleteFunc(n.Pairs, func(p Pair) bool { return p.Key.Text == key })
	n.index = nil
}

// pair is the number of the first pair with a key, or -1. Pairs may have been
// added since the last look.
func (n *Node) pair(key string) int {
	if n.Kind != Mapping {
		return -1
	}
	if n.index == nil {
		n.index = make(map[string]int, len(n.Pairs))
	}
	for i := len(n.index); i < len(n.Pairs); i++ {
		k := n.Pairs[i].Key.Text
		if _, twice := n.index[k]; twice { // of a file with mistakes: look from the start
			return slices.IndexFunc(n.Pairs, func(p Pair) bool { return p.Key.Text == key })
		}
		n.index[k] = i
	}
	if i, ok := n.index[key]; ok {
		return i
	}
	return -1
}

// Find follows a path of keys and indices as far as it goes. Key is the place of
// the last key on the way (or the list entry), value what belongs to it.
func (n *Node) Find(path ...string) (key, value *Node) {
	key, value = n, n
	for _, step := range path {
		if value.Kind == List {
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(value.Items) {
				return key, value
			}
			value = value.Items[i]
			key = value
			continue
		}
		p, ok := value.Get(step)
		if !ok {
			return key, value
		}
		key, value = p.Key, p.Value
	}
	return key, value
}

// Float is the value of a number.
func (n *Node) Float() float64 {
	x, err := strconv.ParseFloat(n.Text, 64)
	if err == nil || math.IsInf(x, 0) {
		return x // what is too large for a float64 is infinite, and refused as such
	}
	switch n.Text { // the YAML spellings
	case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF":
		return math.Inf(1)
	case "-.inf", "-.Inf", "-.INF":
		return math.Inf(-1)
	}
	return math.NaN()
}

// Plain is the value as settings and parameters have it: nil, bool, int64,
// float64, string, []any or map[string]any.
func (n *Node) Plain() any {
	switch n.Kind {
	case Boolean:
		return strings.EqualFold(n.Text, "true")
	case Integer:
		if i, err := strconv.ParseInt(n.Text, 10, 64); err == nil {
			return i
		}
		return n.Float()
	case Float:
		return n.Float()
	case Text:
		return n.Text
	case List:
		items := make([]any, len(n.Items))
		for i := range items {
			items[i] = n.Items[i].Plain()
		}
		return items
	case Mapping:
		m := make(map[string]any, len(n.Pairs))
		for _, p := range n.Pairs {
			m[p.Key.Text] = p.Value.Plain()
		}
		return m
	}
	return nil
}

// String names the value in a message.
func (n *Node) String() string {
	switch n.Kind {
	case Boolean:
		return n.Text
	case Integer, Float:
		return "the number " + n.Text
	case Text:
		return strconv.Quote(Shorten(n.Text))
	case List:
		return "a list"
	case Mapping:
		return "a mapping"
	}
	return "nothing"
}

// Shorten keeps a long text from drowning a message.
func Shorten(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:57]) + "..."
	}
	return s
}

// Entries are those of a list; anything else is its own only entry.
func (n *Node) Entries() []*Node {
	if n.Kind != List {
		return []*Node{n}
	}
	return n.Items
}

// Move puts the whole tree at another place: that of the argument that brought it.
func (n *Node) Move(to problem.Place) {
	n.Place = to
	for _, i := range n.Items {
		i.Move(to)
	}
	for _, p := range n.Pairs {
		p.Key.Move(to)
		p.Value.Move(to)
	}
}
