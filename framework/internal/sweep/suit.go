package sweep

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source"
)

// suit finds the datasets that a method can take.
func (b *binder) suit(i int, m Method) {
	d := b.s.methods[m.ID]
	roles := b.roles(d, m)
	n, listedWrong := len(b.s.pairs), false
	for _, x := range b.s.Datasets {
		listed := slices.Contains(m.Datasets, x.ID)
		if m.Datasets != nil && !listed {
			continue
		}
		why := b.unsuitable(d, roles, x.Recipe)
		switch {
		case why == "":
			b.s.pairs = append(b.s.pairs, cell{i, x.ID})
		case listed:
			listedWrong = true
			b.failAt("take it off the list, or give the dataset what is missing", []string{"methods", m.ID, "datasets"}, "method %s cannot take dataset %s: %s", m.ID, x.ID, why)
		default:
			b.s.skipped = append(b.s.skipped, Skip{m.ID, x.ID, why})
		}
	}
	if len(b.s.pairs) == n && !listedWrong {
		why := ""
		for _, k := range b.s.skipped {
			if k.Method == m.ID {
				why += "; " + k.Dataset + ": " + k.Reason
			}
		}
		b.failAt("add a dataset that has what it needs, or remove the method", []string{"methods", m.ID}, "method %s suits none of the datasets%s", m.ID, why)
	}
}

// roles are those that some configuration of the method needs.
func (b *binder) roles(d framework.Description, m Method) []string {
	roles := slices.Clone(d.RoleNames())
	configs, err := b.s.configs(m)
	if err != nil {
		return roles // reported by method
	}
	for _, c := range configs {
		needed, err := d.RolesFor(c.Full)
		if err != nil {
			b.failAt("", []string{"methods", m.ID}, "method %s: %v", m.ID, err)
			return roles
		}
		for _, role := range needed {
			if !slices.Contains(roles, role) {
				roles = append(roles, role)
			}
		}
	}
	return roles
}

func (b *binder) unsuitable(d framework.Description, needed []string, r source.Dataset) string {
	roles := r.RoleNames()
	for _, role := range needed {
		if slices.Contains(roles, data.Numbered(role, 1)) && !slices.Contains(d.Several, role) {
			return fmt.Sprintf("it takes one recording in role %s; the dataset has several", role)
		}
		if !slices.Contains(roles, role) {
			return fmt.Sprintf("it needs a recording in role %s; the dataset has %s", role, strings.Join(roles, ", "))
		}
		names, known := targetNames(r, role)
		for _, t := range d.Targets {
			if known && !slices.Contains(names, t) {
				return fmt.Sprintf("it needs the target %s in role %s; there is %s", t, role, strings.Join(names, ", "))
			}
		}
	}
	return ""
}

// targetNames are the targets of a dataset's recording, where they are known
// before it is read.
func targetNames(d source.Dataset, role string) (names []string, known bool) {
	targets, known := d.Targets(role)
	for _, t := range targets {
		names = append(names, t.Name)
	}
	return names, known
}
