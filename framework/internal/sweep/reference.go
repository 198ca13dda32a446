package sweep

import (
	"regexp"
	"slices"

	"github.com/assaylab/assay/framework/setting"
)

// idForm is the form of names that become file names and table entries.
var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$`)

func (d *decoder) id(n *node, what string) string {
	if !idForm.MatchString(n.text) {
		d.fail(n, "use letters, digits, and - _ . inside", "%q is no name for a %s", shorten(n.text), what)
	}
	return n.text
}

// references reads names of what the sweep defines.
func (d *decoder) references(f fields, key, what string, known []string, into *[]string) {
	f.texts(key, into)
	if n, ok := f.value(key); ok {
		for _, item := range n.entries() {
			if item.kind == text {
				d.refer(item, item.text, what, known)
			}
		}
	}
}

// refer checks that a name is one of those defined.
func (d *decoder) refer(n *node, name, what string, known []string) {
	if !slices.Contains(known, name) {
		d.fail(n, setting.Suggest(name, known), "the sweep has no %s %q", what, shorten(name))
	}
}

func methodIDs(s *Sweep) (ids []string) {
	for _, m := range s.Methods {
		ids = append(ids, m.ID)
	}
	return ids
}

func datasetIDs(s *Sweep) (ids []string) {
	for _, x := range s.Datasets {
		ids = append(ids, x.ID)
	}
	return ids
}
