package sweep

import (
	"fmt"
	"math"
	"strings"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/setting"
)

// decoder collects every mistake of a file instead of stopping at the first.
type decoder struct {
	file string
	dir  string // of the file: relative paths start there
	errs problem.List
}

func (d *decoder) fail(n *node, hint, format string, args ...any) {
	d.errs = append(d.errs, n.at(d.file, hint, format, args...))
}

// fields reads the keys of one mapping into variables.
type fields struct {
	*decoder
	n      *node
	what   string // names the mapping in messages: "method hiwa"
	absent bool   // n is no mapping, which has been said: nothing is missing from it
}

// fields refuses what is no mapping and keys that are not known.
func (d *decoder) fields(n *node, what string, known ...string) fields {
	f := fields{decoder: d, n: n, what: what}
	if n.kind != mapping {
		if n.kind != null {
			d.fail(n, "", "%s must be a mapping, got %v", what, n)
		} else {
			d.fail(n, "known keys: "+strings.Join(known, ", "), "%s is empty", what)
		}
		f.n, f.absent = &node{place: n.place, kind: mapping}, true
		return f
	}
	for _, p := range n.pairs {
		found := false
		for _, k := range known {
			found = found || k == p.key.text
		}
		if !found {
			d.fail(p.key, setting.Suggest(p.key.text, known), "%s has no key %q", what, shorten(p.key.text))
		}
	}
	return f
}

// value returns what stands under a key; an empty one counts as missing.
func (f fields) value(key string) (*node, bool) {
	p, ok := f.n.get(key)
	if !ok || p.value.kind == null {
		return nil, false
	}
	return p.value, true
}

func (f fields) require(key, hint string) {
	if _, ok := f.value(key); !ok && !f.absent {
		f.fail(f.n, hint, "%s needs the key %q", f.what, key)
	}
}

func (f fields) name(key string) string { return f.what + ": " + key }

func (f fields) text(key string, into *string) {
	if n, ok := f.value(key); ok {
		f.readText(n, f.name(key), into)
	}
}

func (d *decoder) readText(n *node, what string, into *string) bool {
	if n.kind != text {
		d.fail(n, "put text that looks like something else in quotes", "%s must be text, got %v", what, n)
		return false
	}
	*into = n.text
	return true
}

func (f fields) boolean(key string, into *bool) {
	n, ok := f.value(key)
	if !ok {
		return
	}
	if n.kind != boolean {
		f.fail(n, "write true or false, without quotes", "%s must be true or false, got %v", f.name(key), n)
		return
	}
	*into = strings.EqualFold(n.text, "true")
}

func (f fields) number(key string, into *float64) bool {
	n, ok := f.value(key)
	return ok && f.readNumber(n, f.name(key), into)
}

func (d *decoder) readNumber(n *node, what string, into *float64) bool {
	hint := ""
	if n.kind == text {
		hint = "write the number without quotes"
	}
	if n.kind != integer && n.kind != float {
		d.fail(n, hint, "%s must be a number, got %v", what, n)
		return false
	}
	x := n.float()
	if x-x != 0 {
		d.fail(n, "", "%s must be finite, got %s", what, n.text)
		return false
	}
	*into = x
	return true
}

// whole reads a whole number of at least min.
func (d *decoder) readWhole(n *node, what string, least float64, into *uint64) bool {
	var x float64
	if !d.readNumber(n, what, &x) {
		return false
	}
	if x != math.Trunc(x) || x < least || x > 1<<53 {
		d.fail(n, "", "%s must be a whole number of at least %v, got %s", what, least, n.text)
		return false
	}
	*into = uint64(x)
	return true
}

func (f fields) whole(key string, least float64, into *uint64) bool {
	n, ok := f.value(key)
	return ok && f.readWhole(n, f.name(key), least, into)
}

func (f fields) count(key string, least float64, into *int) {
	var x uint64
	if f.whole(key, least, &x) {
		*into = int(min(x, math.MaxInt32))
	}
}

// texts reads a list of texts; a single text is a list of one.
func (f fields) texts(key string, into *[]string) {
	n, ok := f.value(key)
	if !ok {
		return
	}
	for i, item := range n.entries() {
		var s string
		if f.readText(item, fmt.Sprintf("%s, entry %d", f.name(key), i+1), &s) {
			*into = append(*into, s)
		}
	}
}

// entries are those of a list; anything else is its own only entry.
func (n *node) entries() []*node {
	if n.kind != list {
		return []*node{n}
	}
	return n.items
}

// list returns the entries under a key.
func (f fields) list(key string) []*node {
	n, ok := f.value(key)
	if !ok {
		return nil
	}
	if n.kind != list {
		f.fail(n, "begin each entry with a hyphen", "%s must be a list, got %v", f.name(key), n)
		return nil
	}
	return n.items
}

// mapping returns the pairs under a key.
func (f fields) mapping(key string) []pair {
	n, ok := f.value(key)
	if !ok {
		return nil
	}
	if n.kind != mapping {
		f.fail(n, "", "%s must be a mapping, got %v", f.name(key), n)
		return nil
	}
	return n.pairs
}

// nonempty refuses a mapping that is there but names nothing.
func (f fields) nonempty(key string) {
	if n, ok := f.value(key); ok && n.kind == mapping && len(n.pairs) == 0 {
		f.fail(n, "name at least one", "%s is empty", f.name(key))
	}
}

// plain returns a mapping of plain values: settings.
func (f fields) plain(key string) map[string]any {
	var out map[string]any
	for _, p := range f.mapping(key) {
		if out == nil {
			out = map[string]any{}
		}
		out[p.key.text] = p.value.plain()
	}
	return out
}

// choice reads one of several words.
func (f fields) choice(key string, into *string, words ...string) {
	n, ok := f.value(key)
	if !ok || !f.readText(n, f.name(key), into) {
		return
	}
	for _, w := range words {
		if *into == w {
			return
		}
	}
	f.fail(n, setting.Suggest(*into, words), "%s must be one of %s, got %q", f.name(key), strings.Join(words, ", "), shorten(*into))
}
