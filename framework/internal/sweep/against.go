package sweep

import (
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/setting"
)

// against checks the row that a table compares with before anything is trained, as
// far as its rows are known by then.
func (b *binder) against(t table.Spec, at ...string) {
	if t.Against == "" || t.Against == "best" || t.Against == "none" {
		return
	}
	if rows := b.s.rivals(t); rows != nil && !slices.Contains(rows, t.Against) {
		b.failAt(setting.Suggest(t.Against, rows), append(slices.Clone(at), "compare", "against"), "table %s: there is no row %q to compare with", t.Name, t.Against)
	}
}

// rivals are what a table compares; nil where only results say it: values of a
// setting, configurations of a search, read-outs of permuted targets.
func (s *Sweep) rivals(t table.Spec) (out []string) {
	axis := t.Rows
	if axis == "dataset" || axis == "metric" {
		axis = t.Cols
	}
	if t.Shuffled || strings.HasPrefix(axis, "settings.") {
		return nil
	}
	for _, m := range s.Methods {
		if len(t.Methods) > 0 && !slices.Contains(t.Methods, m.ID) {
			continue
		}
		if axis == "variant" && (m.searched()) {
			return nil
		}
		out = append(out, m.ID)
		for _, a := range s.Ablations {
			for _, v := range a.Variants {
				if axis == "variant" && a.Of == m.ID {
					out = append(out, m.ID+": "+v.Label)
				}
			}
		}
	}
	return out
}
