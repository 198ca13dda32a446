package bundle

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/sweep"
)

// place is the nearest folder that the sweep and all that it names by relative paths
// are in: what a bundle calls the top, wherever it is unpacked.
type place struct{ top string }

func placeOf(file string, sw *sweep.Sweep) (place, error) {
	abs, err := filepath.Abs(file)
	if err != nil {
		return place{}, err
	}
	dir := filepath.Dir(abs)
	p := place{dir}
	for _, m := range sw.Methods {
		if isPath(m.Plugin) && !filepath.IsAbs(m.Plugin) && !strings.HasPrefix(m.Plugin, "~") {
			p.widen(filepath.Join(dir, m.Plugin))
		}
	}
	for _, d := range sw.Datasets {
		for _, path := range pathsOf(d.Recipe) {
			if at, err := filepath.Abs(path); err == nil && near(dir, at) {
				p.widen(at)
			}
		}
	}
	return p, nil
}

// isPath reports whether a plugin's name is one.
func isPath(name string) bool {
	return strings.ContainsAny(name, `/`+string(filepath.Separator)) || name == "." || name == ".."
}

// near tells a file of a project from one that lies anywhere on the machine: they
// share more than the root.
func near(dir, at string) bool {
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if within(dir, at) {
			return true
		}
	}
	return false
}

func (p *place) widen(at string) {
	for !within(p.top, at) && p.top != filepath.Dir(p.top) {
		p.top = filepath.Dir(p.top)
	}
}

// inside is a path from the top, with slashes; "" where it is outside.
func (p place) inside(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil || !within(p.top, abs) {
		return ""
	}
	rel, err := filepath.Rel(p.top, abs)
	if err != nil {
		return ""
	}
	return filepath.ToSlash(rel)
}

// within reports whether a path is in a folder, or the folder itself.
func within(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// recordings are those that a recipe reads.
func recordings(d source.Dataset) (out []source.Recording) {
	var add func(r source.Recording)
	add = func(r source.Recording) {
		out = append(out, r)
		for _, part := range r.Join {
			add(part)
		}
	}
	add(d.Recording)
	for _, role := range slices.Sorted(maps.Keys(d.Roles)) {
		add(d.Roles[role])
	}
	return out
}

// pathsOf are the user's files that a recipe names.
func pathsOf(d source.Dataset) (out []string) {
	for _, r := range recordings(d) {
		if r.Source != "" && r.IsFile() {
			out = append(out, r.Source)
		}
		if r.Split != nil && r.Split.File != "" {
			out = append(out, r.Split.File)
		}
	}
	return out
}

// moved is a recipe whose files are where to says.
func moved(d source.Dataset, to func(path string) (string, error)) (source.Dataset, error) {
	var err error
	move := func(path *string) {
		if moved, wrong := to(*path); wrong == nil {
			*path = moved
		} else if err == nil {
			err = wrong
		}
	}
	var each func(r source.Recording) source.Recording
	each = func(r source.Recording) source.Recording {
		if r.Source != "" && r.IsFile() {
			move(&r.Source)
		}
		if r.Split != nil && r.Split.File != "" {
			split := *r.Split
			move(&split.File)
			r.Split = &split
		}
		r.Join = slices.Clone(r.Join)
		for i := range r.Join {
			r.Join[i] = each(r.Join[i])
		}
		return r
	}
	d.Recording = each(d.Recording)
	roles := d.Roles
	if roles != nil {
		d.Roles = map[string]source.Recording{}
	}
	for role, r := range roles {
		d.Roles[role] = each(r)
	}
	return d, err
}
