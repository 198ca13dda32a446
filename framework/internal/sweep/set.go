package sweep

import (
	"slices"
	"strconv"
	"strings"

	"github.com/assaylab/assay/framework/internal/problem"
)

// applySets changes the tree by arguments PATH=VALUE, in their order. Mistakes
// in a path are reported here; a misspelt key is made, and found by the decoder
// as an unknown one.
func applySets(root *node, sets []string) problem.List {
	var errs problem.List
	for _, arg := range sets {
		if e, ok := applySet(root, arg); !ok {
			errs = append(errs, e)
		}
	}
	return errs
}

func applySet(root *node, arg string) (problem.Problem, bool) {
	name := "--set " + shorten(arg)
	here := place{set: name}
	fail := func(hint, format string, args ...any) (problem.Problem, bool) {
		return here.at(name, hint, format, args...), false
	}
	path, value, ok := splitSet(arg)
	if !ok {
		return fail(`for example --set seeds=3, or --set 'methods."my.method".settings.lr=0.1'`, "the form is PATH=VALUE, with keys joined by dots")
	}
	if strings.TrimSpace(value) == "" {
		return fail("null takes a key away: --set select=null", "there is no value")
	}
	v, errs := readYAML(name, []byte(value))
	if len(errs) > 0 {
		return fail(errs[0].Hint, "the value: %s", errs[0].Fact)
	}
	v.move(here)
	n := root
	for i, step := range path {
		where := strings.Join(path[:i], ".")
		slot, fact, hint := n.slot(step, where, here)
		if slot == nil {
			return fail(hint, "%s", fact)
		}
		if i == len(path)-1 && v.kind == null && n.kind == mapping {
			n.pairs = slices.DeleteFunc(n.pairs, func(p pair) bool { return p.key.text == step })
			return problem.Problem{}, true
		}
		if i == len(path)-1 {
			*slot = v
			return problem.Problem{}, true
		}
		if (*slot).kind == null { // made just now, or empty in the file
			*slot = &node{place: here, kind: mapping}
		}
		n = *slot
	}
	return problem.Problem{}, true
}

// slot is where the value of a key or index is kept; a missing key is made.
func (n *node) slot(step, where string, here place) (slot **node, fact, hint string) {
	switch n.kind {
	case list:
		i, err := strconv.Atoi(step)
		if err != nil || i < 0 || i >= len(n.items) {
			return nil, where + " is a list of " + strconv.Itoa(len(n.items)) + ", so " + strconv.Quote(step) + " names none of its entries",
				"entries are counted from 0"
		}
		return &n.items[i], "", ""
	case mapping:
		for i := range n.pairs {
			if n.pairs[i].key.text == step {
				return &n.pairs[i].value, "", ""
			}
		}
		key := &node{place: here, kind: text, text: step}
		n.pairs = append(n.pairs, pair{key, &node{place: here}})
		return &n.pairs[len(n.pairs)-1].value, "", ""
	}
	return nil, where + " is " + n.String() + ", so it has no " + strconv.Quote(step), ""
}

// splitSet parts `a."b.c".0=value` into a, b.c, 0 and the value.
func splitSet(arg string) (path []string, value string, ok bool) {
	for rest := arg; ; {
		var step string
		if strings.HasPrefix(rest, `"`) {
			end := strings.Index(rest[1:], `"`)
			if end < 0 {
				return nil, "", false
			}
			step, rest = rest[1:1+end], rest[end+2:]
		} else {
			end := strings.IndexAny(rest, ".=")
			if end < 0 {
				return nil, "", false
			}
			step, rest = rest[:end], rest[end:]
		}
		if step == "" || rest == "" {
			return nil, "", false
		}
		path = append(path, step)
		switch rest[0] {
		case '.':
			rest = rest[1:]
		case '=':
			return path, rest[1:], true
		default:
			return nil, "", false
		}
	}
}

// Values reads arguments NAME=VALUE as settings, in the way of --set; nil where
// there are none.
func Values(sets []string) (map[string]any, error) {
	if len(sets) == 0 {
		return nil, nil
	}
	root := &node{kind: mapping}
	if errs := applySets(root, sets); len(errs) > 0 {
		return nil, errs
	}
	return root.plain().(map[string]any), nil
}
