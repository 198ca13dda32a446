package sweep

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/yaml"
)

// A Change is something that a sweep file of version 2 does otherwise than one of
// version 1.
type Change struct {
	Place problem.Place `json:"-"`
	Line  int           `json:"line"`
	What  string        `json:"what"`
}

// Upgrade rewrites the text of a sweep file of version 1 as one of version 2, whose
// comments and order stay, and says what changes by it. With keep, probes read out as
// they did. A file of version 2 comes back as it is.
func Upgrade(file string, src []byte, keep bool) (text []byte, changes []Change, err error) {
	s, err := Parse(file, src, nil)
	if err != nil {
		return nil, nil, err
	}
	if s.Version != 1 {
		return src, nil, nil
	}
	u := &upgrade{lines: strings.SplitAfter(string(src), "\n")}
	_, n := s.root.Find("version")
	u.replace(n, "2")
	u.say(n, "the file is of version 2")
	u.selection(s)
	u.search(s)
	u.probes(s, keep)
	u.tables(s)
	if len(s.Seeds) > 1 {
		_, n := s.root.Find("methods")
		u.say(n, "a method whose result does not depend on the seed runs once, and stands for every seed")
	}
	out := []byte(u.text())
	if _, err := Parse(file, out, nil); err != nil {
		return nil, nil, fmt.Errorf("%s: what would be written is no sweep of version 2: %w", file, err)
	}
	slices.SortStableFunc(u.changes, func(a, b Change) int { return cmp.Compare(a.Line, b.Line) })
	return out, u.changes, nil
}

// upgrade gathers edits of a text.
type upgrade struct {
	lines   []string
	edits   []edit
	changes []Change
}

// edit replaces length bytes of a line by a text; columns count from 0.
type edit struct {
	line, column, length int
	text                 string
}

func (u *upgrade) say(n *yaml.Node, format string, args ...any) {
	u.changes = append(u.changes, Change{n.Place, n.Place.Line, fmt.Sprintf(format, args...)})
}

func (u *upgrade) replace(n *yaml.Node, with string) {
	length := len(n.Text)
	if n.Quoted {
		length += len(`""`)
	}
	u.edits = append(u.edits, edit{n.Place.Line - 1, u.column(n), length, with})
}

// column is where a node starts in its line, in bytes.
func (u *upgrade) column(n *yaml.Node) int {
	line := []rune(u.lines[n.Place.Line-1])
	return len(string(line[:n.Place.Column-1]))
}

// insert puts a key before the first one of a mapping, in the style that it has.
func (u *upgrade) insert(n *yaml.Node, key string) {
	first := n.Pairs[0].Key
	at := u.column(first)
	line := u.lines[first.Place.Line-1]
	text := key + ", "
	if n.Place == first.Place { // a block, whose first key is where it begins
		text = key + "\n" + strings.Map(func(r rune) rune {
			if r == '-' {
				return ' '
			}
			return r
		}, line[:at])
	}
	u.edits = append(u.edits, edit{first.Place.Line - 1, at, 0, text})
}

func (u *upgrade) text() string {
	slices.SortFunc(u.edits, func(a, b edit) int { return cmp.Or(cmp.Compare(b.line, a.line), cmp.Compare(b.column, a.column)) })
	for _, e := range u.edits {
		l := u.lines[e.line]
		u.lines[e.line] = l[:e.column] + e.text + l[e.column+e.length:]
	}
	return strings.Join(u.lines, "")
}

// selection on test stands, and is said.
func (u *upgrade) selection(s *Sweep) {
	if s.Select == nil || s.Select.Split != string(data.Test) {
		return
	}
	_, n := s.root.Find("select")
	u.insert(n, "allow_test: true")
	u.say(n, "settings are chosen by the test part, which makes its numbers too good: allow_test says that it is meant, and captions say it")
}

func (u *upgrade) search(s *Sweep) {
	if key, _ := s.root.Find("search", "trials"); key != nil && s.Search.Trials > 0 {
		u.replace(key, "configurations")
		u.say(key, "search: trials is called configurations")
	}
}

// second says what probes of version 2 do otherwise.
var second = map[string]string{
	"direction": "fits a ridge regression in closed form, in place of Adam (profile: swapvae does as before)",
	"logistic":  "chooses its penalty within train and fits until it has converged",
	"ridge":     "chooses its penalty by folds of whole trials",
	"state":     "reports macro F1 in place of F1 weighted by frequency (version: 1 is the released read-out)",
	"knn":       "leaves out the whole trial, not the sample alone, where the recording is not divided",
}

func (u *upgrade) probes(s *Sweep, keep bool) {
	_, list := s.root.Find("probes")
	changed := false
	for i, p := range s.Probes {
		newest := probe.Newest(p.Kind)
		n := list.Items[i]
		if newest == p.Version {
			continue
		}
		p.Version = newest
		_, err := probe.Complete(p)
		if !keep && err == nil {
			u.say(n, "probe %s: divides embeddings by one number, so that their unit does not matter, and %s", cmp.Or(p.Name, p.Kind), second[p.Kind])
			changed = true
			continue
		}
		u.insert(n, "version: 1")
		if !keep {
			u.say(n, "probe %s: has settings that version 2 does not have, and stays of version 1", cmp.Or(p.Name, p.Kind))
		}
	}
	if changed {
		u.say(list, "trained models stay what they are: the next run scores them anew, and trains nothing")
	}
}

func (u *upgrade) tables(s *Sweep) {
	_, list := s.root.Find("tables")
	for i, t := range s.Tables {
		if t.Bold != "tied" {
			continue
		}
		_, n := list.Items[i].Find("bold")
		u.replace(n, "best")
		u.insert(list.Items[i], "letters: true")
		u.say(n, "table %s: bold is the best mean alone; letters tell which rows were not shown to differ", t.Name)
	}
}
