package source

import (
	"maps"
	"slices"

	"github.com/assaylab/assay/framework/data"
)

// RoleNames lists the roles that the dataset will have, in alphabetical order.
func (d Dataset) RoleNames() []string {
	if len(d.Roles) > 0 {
		return sortedKeys(d.Roles)
	}
	if shapes, ok := d.shapes(); ok {
		return sortedKeys(shapes)
	}
	return []string{data.MainRole}
}

// Targets lists the targets that the recording in that role will have. It is
// not known of a file before it has been read.
func (d Dataset) Targets(role string) (targets []TargetInfo, known bool) {
	if r, ok := d.Roles[role]; ok {
		shapes, ok := r.shapes()
		return shapes[data.MainRole].Targets, ok
	}
	shapes, ok := d.shapes()
	s, there := shapes[role]
	return s.Targets, ok && there
}

// Redrawn reports whether the dataset, or a role of it, is drawn anew with the
// seed of every trial.
func (d Dataset) Redrawn() bool {
	return d.Redivided() || d.Recording.PerTrial || slices.ContainsFunc(slices.Collect(maps.Values(d.Roles)), func(r Recording) bool { return r.PerTrial })
}

// shapes says what the source will bring; ok is false of files and unknown names.
func (r Recording) shapes() (shapes map[string]Shape, ok bool) { return r.provider().shapes() }

// knownTarget finds a target that every role of the source has; nil with known
// says that some role lacks it.
func (r Recording) knownTarget(name string) (t *TargetInfo, known bool) {
	shapes, ok := r.shapes()
	if !ok {
		return nil, false
	}
	for _, role := range sortedKeys(shapes) {
		i := slices.IndexFunc(shapes[role].Targets, func(t TargetInfo) bool { return t.Name == name })
		if i < 0 {
			return nil, true
		}
		t = &shapes[role].Targets[i]
	}
	return t, true
}

func (r Recording) targetNames(class bool) []string {
	shapes, _ := r.shapes()
	var out []string
	for _, role := range sortedKeys(shapes) {
		for _, t := range shapes[role].Targets {
			if t.Class == class && !slices.Contains(out, t.Name) {
				out = append(out, t.Name)
			}
		}
	}
	return out
}
