package sweep

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/assaylab/assay/framework/internal/yaml"
	"github.com/assaylab/assay/framework/setting"
)

// idForm is the form of names that become file names and table entries.
var idForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$`) })

// taken are names of folders that a folder of results has beside those of sweeps, and
// of devices of Windows, whatever ending they have.
var taken = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(work|kept|checkpoints|logs|attempts|queue|assay\..*|(con|prn|aux|nul|com\d|lpt\d)(\..*)?|.*\.)$`)
})

const whyTaken = "its tables would lie in a folder that is used for something else"

// sweepName is a name whose folder is the sweep's alone.
func (d *decoder) sweepName(n *yaml.Node) {
	d.id(n, "sweep")
	if taken().MatchString(n.Text) {
		d.Fail(n, "give it another name, such as "+strings.TrimRight(n.Text, ".")+"-1", "%q is no name for a sweep: %s", yaml.Shorten(n.Text), whyTaken)
	}
}

func (d *decoder) id(n *yaml.Node, what string) string {
	if !idForm().MatchString(n.Text) {
		d.Fail(n, "use letters, digits, and - _ . inside", "%q is no name for a %s", yaml.Shorten(n.Text), what)
	}
	return n.Text
}

// references reads names of what the sweep defines.
func (d *decoder) references(f yaml.Fields, key, what string, known []string, into *[]string) {
	f.Texts(key, into)
	if what == "dataset" { // a protocol stands for the datasets that it makes
		known = slices.Concat(known, slices.Sorted(maps.Keys(d.groups)))
		*into = d.members(*into)
	}
	if n, ok := f.Value(key); ok {
		for _, item := range n.Entries() {
			if item.Kind == yaml.Text {
				d.refer(item, item.Text, what, known)
			}
		}
	}
}

// members puts the datasets of protocols in place of their names.
func (d *decoder) members(names []string) (out []string) {
	for _, name := range names {
		if made, ok := d.groups[name]; ok {
			out = append(out, made...)
		} else {
			out = append(out, name)
		}
	}
	return out
}

// refer checks that a name is one of those defined.
func (d *decoder) refer(n *yaml.Node, name, what string, known []string) {
	if !slices.Contains(known, name) {
		d.Fail(n, setting.Suggest(name, known), "the sweep has no %s %q", what, yaml.Shorten(name))
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
