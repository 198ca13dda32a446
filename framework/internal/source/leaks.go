package source

import (
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/data"
)

// Leaks says what of the recipe lets a method learn from what it is tested on, as far as
// recipes show it. Protocols make none of these: they refuse members that are not apart.
func (d Dataset) Leaks(embedded string) (out []string) {
	main, ok := d.Roles[embedded]
	if !ok {
		main = d.Recording
	}
	for _, role := range sortedKeys(d.Roles) {
		if r := d.Roles[role]; role != embedded && role != UnlabeledRole {
			if why := r.overlaps(main); why != "" {
				out = append(out, fmt.Sprintf("role %s may train on what role %s tests: %s", role, embedded, why))
			}
		}
	}
	for i, r := range main.Join {
		for _, other := range main.Join[i+1:] {
			if r.As != other.As && r.same(other) {
				out = append(out, fmt.Sprintf("%s is joined twice, as %s and as %s", r.name(), partName(r.As), partName(other.As)))
			}
		}
	}
	return out
}

func partName(s data.Split) string {
	if s == "" {
		return "divided"
	}
	return string(s)
}

// same reports whether two recipes read one recording, or two binnings of one session.
func (r Recording) same(other Recording) bool {
	_, a := r.Whose()
	_, b := other.Whose()
	if a != "" && a == b {
		return true
	}
	return r.Source != "" && r.Source == other.Source && fmt.Sprint(r.Params, r.Seed) == fmt.Sprint(other.Params, other.Seed) && !r.PerTrial
}

// overlaps says why samples of the recording may be among those that main tests on; "":
// they cannot be.
func (r Recording) overlaps(main Recording) string {
	parts := main.Join
	if len(parts) == 0 {
		parts = []Recording{main}
	}
	for _, m := range parts {
		if !r.same(m) || m.As == data.Train || m.As == data.Val || m.As == "" && m.Split == nil {
			continue
		}
		if disjoint(r.Keep, m.Keep) || r.Source == m.Source && r.alike(m) {
			continue
		}
		return fmt.Sprintf("both are of the session %s", firstOf(r.name(), m.name()))
	}
	return ""
}

// alike reports whether both are divided in the same way, so that what one trains on the
// other trains on.
func (r Recording) alike(m Recording) bool {
	return r.Split != nil && m.Split != nil && *r.Split == *m.Split && fmt.Sprint(r.Keep) == fmt.Sprint(m.Keep) && r.MinSpeed == m.MinSpeed
}

// disjoint reports whether some target has no label in common.
func disjoint(a, b map[string]Labels) bool {
	for target, labels := range a {
		others, ok := b[target]
		if ok && !slices.ContainsFunc(labels, func(l string) bool { return slices.Contains(others, l) }) {
			return true
		}
	}
	return false
}

func firstOf(a, b string) string {
	if a == b {
		return a
	}
	return a + ", " + b
}
