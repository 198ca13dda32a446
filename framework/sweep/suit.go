package sweep

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/source"
)

// suit finds the datasets that a method can take.
func (b *binder) suit(i int, m Method) {
	d := b.s.methods[m.ID]
	n, listedWrong := len(b.s.pairs), false
	for _, x := range b.s.Datasets {
		listed := slices.Contains(m.Datasets, x.ID)
		if m.Datasets != nil && !listed {
			continue
		}
		why := b.unsuitable(d, x.Recipe)
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

func (b *binder) unsuitable(d framework.Description, r source.Dataset) string {
	roles := b.c.Roles(r)
	for _, role := range d.RoleNames() {
		if !slices.Contains(roles, role) {
			return fmt.Sprintf("it needs a recording in role %s; the dataset has %s", role, strings.Join(roles, ", "))
		}
		names, known := b.c.Targets(r, role)
		for _, t := range d.Targets {
			if known && !slices.Contains(names, t) {
				return fmt.Sprintf("it needs the target %s in role %s; there is %s", t, role, strings.Join(names, ", "))
			}
		}
	}
	return ""
}
