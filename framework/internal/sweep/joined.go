package sweep

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/yaml"
)

// joined reads several recordings of the same channels that stand as one, and which of
// their sessions or subjects test:
//
//	join: [{source: day1.npz, session: day1}, {source: day2.npz, session: day2}]
//	split: {train: 0.9, val: 0.1, test: {session: day2}}
func (d *decoder) joined(f yaml.Fields, what string) source.Recording {
	var r source.Recording
	for _, key := range []string{"source", "params", "seed", "read", "sha256", "keep", "min_speed", "subject", "session"} {
		if n, ok := f.Value(key); ok {
			d.Fail(n, "write it into each recording of join", "%s has no effect beside join", f.Name(key))
		}
	}
	for i, n := range f.List("join") {
		r.Join = append(r.Join, d.recording(n, fmt.Sprintf("%s, recording %d", what, i+1)))
	}
	c, ok := f.Value("split")
	if !ok {
		return r
	}
	test, ok := c.Get("test")
	if !ok || test.Value.Kind != yaml.Mapping {
		d.Fail(c, "split: {test: {session: NAME}}", "%s: what is joined is divided by session or subject", what)
		return r
	}
	split := d.division(c, what+": split", true)
	if split.Train == 0 {
		split.Train = 1 - split.Val
	}
	g := d.Fields(test.Value, what+": split: test", "session", "subject")
	var held [2][]string // sessions, subjects
	g.Texts("session", &held[0])
	g.Texts("subject", &held[1])
	if len(test.Value.Pairs) != 1 {
		d.Fail(test.Value, "test: {session: NAME}", "%s: split: test names sessions or subjects", what)
		return r
	}
	r.Join = d.hold(test.Value, r.Join, held, split, what)
	return r
}

// hold makes the named sessions or subjects test, and the others train.
func (d *decoder) hold(n *yaml.Node, parts []source.Recording, held [2][]string, split *data.Division, what string) []source.Recording {
	used, names, tested := map[string]bool{}, []string{}, 0
	for i := range parts {
		subject, session := parts[i].Whose()
		mine := session
		if len(held[1]) > 0 {
			mine = subject
		}
		names = append(names, mine)
		switch {
		case mine == "":
			d.Fail(n, "say so in its recipe: session: NAME, subject: NAME", "%s: of recording %d nobody says which session or subject it is", what, i+1)
		case slices.Contains(slices.Concat(held[0], held[1]), mine):
			parts[i].As, parts[i].Split = data.Test, nil
			used[mine] = true
			tested++
		case split.Val > 0:
			parts[i].Split = split
		default:
			parts[i].As = data.Train
		}
	}
	for _, name := range slices.Concat(held[0], held[1]) {
		if !used[name] {
			d.Fail(n, "there are "+strings.Join(names, ", "), "%s: none of the recordings is %s", what, name)
		}
	}
	if tested == len(parts) {
		d.Fail(n, "leave one out of test", "%s: every recording tests, nothing is left to train on", what)
	}
	return parts
}
