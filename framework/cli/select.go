package cli

import "github.com/assaylab/assay/framework/internal/sweep"

// selection is which configurations stand for their methods.
type selection struct {
	choices []sweep.Choice
	waiting int // ablations that cannot be planned before the selection is made
}

// choose applies the sweep's select to the records there are.
func (s *session) choose(l *ledger) selection {
	if s.sweep.Select == nil {
		return selection{}
	}
	keys := map[string]string{}
	for _, p := range l.points {
		keys[label(p.Point)] = p.Key
	}
	choices, missing := s.sweep.Choose(func(p sweep.Point) (float64, bool) {
		for _, v := range l.records[keys[label(p)]].Metrics {
			if v.Name == s.sweep.Select.Metric && v.Split == s.sweep.Select.Split {
				return v.Value, true
			}
		}
		return 0, false
	})
	open := map[[2]string]bool{} // method and dataset whose search is not finished
	for _, p := range missing {
		if _, failed := l.failures[keys[label(p)]]; !failed {
			open[[2]string{p.Method, p.Dataset}] = true
		}
	}
	var out selection
	for _, c := range choices {
		if !open[[2]string{c.Method, c.Dataset}] {
			out.choices = append(out.choices, c)
		}
	}
	for _, a := range s.sweep.Ablations {
		for cell := range open {
			if cell[0] == a.Of {
				out.waiting += len(a.Variants)
			}
		}
	}
	return out
}

// isChosen reports whether a point of a search is the one that was selected.
func (s selection) isChosen(p sweep.Point) bool {
	for _, c := range s.choices {
		if c.Method == p.Method && c.Dataset == p.Dataset && c.Variant == p.Variant {
			return true
		}
	}
	return false
}
