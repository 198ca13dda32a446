package bundle

import (
	"path/filepath"
	"slices"

	"github.com/assaylab/assay/framework/internal/store"
)

// sets are the datasets of the trials, in the order of their coming.
type sets struct {
	taken *taken
	byID  map[string]*Dataset
	order []string
	files map[string][]string // by dataset: what the sweep names
}

func newSets(t *taken) *sets {
	s := &sets{taken: t, byID: map[string]*Dataset{}, files: map[string][]string{}}
	for _, d := range t.sweep.Datasets {
		s.files[d.ID] = pathsOf(d.Recipe)
	}
	return s
}

func (s *sets) see(l store.Line) {
	d := s.byID[l.Dataset]
	if d == nil {
		d = &Dataset{ID: l.Dataset}
		s.byID[l.Dataset], s.order = d, append(s.order, l.Dataset)
	}
	add(&d.Digests, l.Spec.Dataset)
	for _, path := range pathsOf(l.Provenance.Recipe) {
		if d.Files[path] != "" {
			continue
		}
		in := s.taken.place.inside(s.inSweep(l.Dataset, path))
		if in == "" {
			continue // whoever runs it again is told
		}
		if d.Files == nil {
			d.Files = map[string]string{}
		}
		d.Files[path] = in
	}
	for _, r := range recordings(l.Provenance.Recipe) {
		switch {
		case r.Source == "":
		case !r.IsFile():
			add(&d.Sources, r.Source)
		case d.Files[r.Source] != "":
			add(&d.Sources, d.Files[r.Source])
		default:
			add(&d.Sources, filepath.Base(r.Source))
		}
	}
}

// inSweep is the path that the sweep has for a file of a recipe: recipes that were
// recorded from another folder have another one.
func (s *sets) inSweep(dataset, path string) string {
	all := s.files[dataset]
	if slices.Contains(all, path) {
		return path
	}
	var same []string
	for _, p := range all {
		if filepath.Base(p) == filepath.Base(path) && !slices.Contains(same, p) {
			same = append(same, p)
		}
	}
	if len(same) == 1 {
		return same[0]
	}
	return path
}

func (s *sets) list() []Dataset {
	out := make([]Dataset, 0, len(s.order))
	for _, id := range s.order {
		out = append(out, *s.byID[id])
	}
	return out
}

// plugins are those that trained, in the order of their coming.
type plugins struct{ seen []Plugin }

func newPlugins() *plugins { return &plugins{seen: []Plugin{}} }

func (p *plugins) see(l store.Line) {
	is := Plugin{Name: l.Provenance.Plugin, Method: l.Spec.Method + " " + l.Spec.Version, Code: l.Spec.Code,
		Digest: l.Provenance.Binary, Environment: l.Provenance.Packages}
	if !slices.Contains(p.seen, is) {
		p.seen = append(p.seen, is)
	}
}

func (p *plugins) list() []Plugin { return p.seen }

func add(to *[]string, s string) {
	if !slices.Contains(*to, s) {
		*to = append(*to, s)
	}
}
