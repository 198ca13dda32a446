package sweep

import (
	"strconv"
	"strings"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/yaml"
)

// applySets changes the tree by arguments PATH=VALUE, in their order. Mistakes
// in a path are reported here; a misspelt key is made, and found by the decoder
// as an unknown one.
func applySets(root *yaml.Node, sets []string) problem.List {
	var errs problem.List
	for _, arg := range sets {
		if e, ok := applySet(root, arg); !ok {
			errs = append(errs, e)
		}
	}
	return errs
}

func applySet(root *yaml.Node, arg string) (problem.Problem, bool) {
	here := problem.Place{File: "--set " + yaml.Shorten(arg)}
	fail := func(hint, fact string) (problem.Problem, bool) {
		return problem.Problem{Place: here, Fact: fact, Hint: hint, Usage: true}, false
	}
	path, value, ok := splitSet(arg)
	if !ok {
		return fail(`for example --set seeds=3, or --set 'methods."my.method".settings.lr=0.1'`, "the form is PATH=VALUE, with keys joined by dots")
	}
	if len(path) > maxSteps {
		return fail("no key of a sweep lies as deep", "the path has "+strconv.Itoa(len(path))+" parts")
	}
	if strings.TrimSpace(value) == "" {
		return fail("null takes a key away: --set select=null", "there is no value")
	}
	v, errs := yaml.Read(here.File, []byte(value), format)
	if len(errs) > 0 {
		return fail(errs[0].Hint, "the value: "+errs[0].Fact)
	}
	v.Move(here)
	n := root
	for i, step := range path {
		last := i == len(path)-1
		if last && v.Kind == yaml.Null && n.Kind == yaml.Mapping {
			n.Remove(step)
			return problem.Problem{}, true
		}
		next, fact, hint := follow(n, step, strings.Join(path[:i], "."), here)
		if next == nil {
			return fail(hint, fact)
		}
		if last {
			*next = *v
			return problem.Problem{}, true
		}
		if next.Kind == yaml.Null { // made just now, or empty in the file
			*next = yaml.Node{Place: here, Kind: yaml.Mapping}
		}
		n = next
	}
	return problem.Problem{}, true
}

// maxSteps bounds a path: the deepest key that a sweep knows has six parts.
const maxSteps = 50

// follow is the value of a key or index of n; a missing key is made.
func follow(n *yaml.Node, step, where string, here problem.Place) (next *yaml.Node, fact, hint string) {
	switch n.Kind {
	case yaml.List:
		i, err := strconv.Atoi(step)
		if err != nil || i < 0 || i >= len(n.Items) {
			return nil, where + " is a list of " + strconv.Itoa(len(n.Items)) + ", so " + strconv.Quote(step) + " names none of its entries",
				"entries are counted from 0"
		}
		return n.Items[i], "", ""
	case yaml.Mapping:
		if p, ok := n.Get(step); ok {
			return p.Value, "", ""
		}
		next = &yaml.Node{Place: here}
		n.Put(&yaml.Node{Place: here, Kind: yaml.Text, Text: step}, next)
		return next, "", ""
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
	root := &yaml.Node{Kind: yaml.Mapping}
	if errs := applySets(root, sets); len(errs) > 0 {
		return nil, errs
	}
	return root.Plain().(map[string]any), nil
}
