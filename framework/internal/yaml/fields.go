package yaml

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/setting"
)

// Decoder collects every mistake of a file instead of stopping at the first.
type Decoder struct {
	Errs problem.List
}

// Fail notes a mistake at a value.
func (d *Decoder) Fail(n *Node, hint, format string, args ...any) {
	d.Errs = append(d.Errs, mistake(n.Place, fmt.Sprintf(format, args...), hint))
}

// Fields reads the keys of one mapping into variables.
type Fields struct {
	*Decoder
	n      *Node
	what   string // names the mapping in messages: "method hiwa"
	absent bool   // n is no mapping, which has been said: nothing is missing from it
}

// Open reads a mapping whose keys are checked elsewhere.
func (d *Decoder) Open(n *Node, what string) Fields { return Fields{Decoder: d, n: n, what: what} }

// Fields refuses what is no mapping and keys that are not known.
func (d *Decoder) Fields(n *Node, what string, known ...string) Fields {
	f := d.Open(n, what)
	if n.Kind != Mapping {
		if n.Kind != Null {
			d.Fail(n, "", "%s must be a mapping, got %v", what, n)
		} else {
			d.Fail(n, "known keys: "+strings.Join(known, ", "), "%s is empty", what)
		}
		f.n, f.absent = &Node{Place: n.Place, Kind: Mapping}, true
		return f
	}
	for _, p := range n.Pairs {
		if !slices.Contains(known, p.Key.Text) {
			d.Fail(p.Key, setting.Suggest(p.Key.Text, known), "%s has no key %q", what, Shorten(p.Key.Text))
		}
	}
	return f
}

// Value returns what stands under a key; an empty one counts as missing.
func (f Fields) Value(key string) (*Node, bool) {
	p, ok := f.n.Get(key)
	if !ok || p.Value.Kind == Null {
		return nil, false
	}
	return p.Value, true
}

// Require refuses a mapping without the key.
func (f Fields) Require(key, hint string) {
	if _, ok := f.Value(key); !ok && !f.absent {
		f.Fail(f.n, hint, "%s needs the key %q", f.what, key)
	}
}

// Name names a key in messages.
func (f Fields) Name(key string) string { return f.what + ": " + key }

// Text reads text.
func (f Fields) Text(key string, into *string) {
	if n, ok := f.Value(key); ok {
		f.ReadText(n, f.Name(key), into)
	}
}

// ReadText reads a text that is called what in messages.
func (d *Decoder) ReadText(n *Node, what string, into *string) bool {
	if n.Kind != Text {
		d.Fail(n, "put text that looks like something else in quotes", "%s must be text, got %v", what, n)
		return false
	}
	*into = n.Text
	return true
}

// Boolean reads true or false.
func (f Fields) Boolean(key string, into *bool) {
	n, ok := f.Value(key)
	if !ok {
		return
	}
	if n.Kind != Boolean {
		f.Fail(n, "write true or false, without quotes", "%s must be true or false, got %v", f.Name(key), n)
		return
	}
	*into = strings.EqualFold(n.Text, "true")
}

// Number reads a finite number.
func (f Fields) Number(key string, into *float64) bool {
	n, ok := f.Value(key)
	return ok && f.ReadNumber(n, f.Name(key), into)
}

// ReadNumber is ReadText of a finite number.
func (d *Decoder) ReadNumber(n *Node, what string, into *float64) bool {
	hint := ""
	if n.Kind == Text {
		hint = "write the number without quotes"
	}
	if n.Kind != Integer && n.Kind != Float {
		d.Fail(n, hint, "%s must be a number, got %v", what, n)
		return false
	}
	x := n.Float()
	if x-x != 0 {
		d.Fail(n, "", "%s must be finite, got %s", what, n.Text)
		return false
	}
	*into = x
	return true
}

// maxWhole bounds whole numbers: above it a float64 cannot tell neighbours apart,
// and neither can most readers of JSON.
const maxWhole = 1<<53 - 1

// ReadWhole is ReadText of a whole number of at least least.
func (d *Decoder) ReadWhole(n *Node, what string, least float64, into *uint64) bool {
	var x float64
	if !d.ReadNumber(n, what, &x) {
		return false
	}
	if x > maxWhole {
		d.Fail(n, "", "%s must be at most %d, got %s", what, uint64(maxWhole), n.Text)
		return false
	}
	if x != math.Trunc(x) || x < least {
		d.Fail(n, "", "%s must be a whole number of at least %v, got %s", what, least, n.Text)
		return false
	}
	*into = uint64(x)
	return true
}

// Whole reads a whole number of at least least.
func (f Fields) Whole(key string, least float64, into *uint64) bool {
	n, ok := f.Value(key)
	return ok && f.ReadWhole(n, f.Name(key), least, into)
}

// Count is Whole of an int: what no machine can count to is a mistake.
func (f Fields) Count(key string, least float64, into *int) {
	var x uint64
	if !f.Whole(key, least, &x) {
		return
	}
	if x > math.MaxInt32 {
		n, _ := f.Value(key)
		f.Fail(n, "", "%s must be at most %d, got %d", f.Name(key), math.MaxInt32, x)
		return
	}
	*into = int(x)
}

// Texts reads a list of texts; a single text is a list of one.
func (f Fields) Texts(key string, into *[]string) {
	n, ok := f.Value(key)
	if !ok {
		return
	}
	for i, item := range n.Entries() {
		var s string
		if f.ReadText(item, fmt.Sprintf("%s, entry %d", f.Name(key), i+1), &s) {
			*into = append(*into, s)
		}
	}
}

// List returns the entries under a key.
func (f Fields) List(key string) []*Node {
	n, ok := f.Value(key)
	if !ok {
		return nil
	}
	if n.Kind != List {
		f.Fail(n, "begin each entry with a hyphen", "%s must be a list, got %v", f.Name(key), n)
		return nil
	}
	return n.Items
}

// Mapping returns the pairs under a key.
func (f Fields) Mapping(key string) []Pair {
	n, ok := f.Value(key)
	if !ok {
		return nil
	}
	if n.Kind != Mapping {
		f.Fail(n, "", "%s must be a mapping, got %v", f.Name(key), n)
		return nil
	}
	return n.Pairs
}

// Nonempty refuses a mapping that is there but names nothing.
func (f Fields) Nonempty(key string) {
	if n, ok := f.Value(key); ok && n.Kind == Mapping && len(n.Pairs) == 0 {
		f.Fail(n, "name at least one", "%s is empty", f.Name(key))
	}
}

// Plain returns a mapping of plain values: settings.
func (f Fields) Plain(key string) map[string]any {
	var out map[string]any
	for _, p := range f.Mapping(key) {
		if out == nil {
			out = map[string]any{}
		}
		out[p.Key.Text] = p.Value.Plain()
	}
	return out
}

// Choice reads one of several words.
func (f Fields) Choice(key string, into *string, words ...string) {
	n, ok := f.Value(key)
	if !ok || !f.ReadText(n, f.Name(key), into) {
		return
	}
	if slices.Contains(words, *into) {
		return
	}
	f.Fail(n, setting.Suggest(*into, words), "%s must be one of %s, got %q", f.Name(key), strings.Join(words, ", "), Shorten(*into))
}
