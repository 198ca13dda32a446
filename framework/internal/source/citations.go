package source

import "slices"

// Citations are what the sources of a recipe want to be cited for, each once. Files of
// the user's say nothing.
func Citations(d Dataset) (out []string) {
	var add func(r Recording)
	add = func(r Recording) {
		if c, ok := r.provider().(citable); ok && c.citation() != "" && !slices.Contains(out, c.citation()) {
			out = append(out, c.citation())
		}
		for _, part := range r.Join {
			add(part)
		}
	}
	if len(d.Roles) == 0 {
		add(d.Recording)
	}
	for _, role := range sortedKeys(d.Roles) {
		add(d.Roles[role])
	}
	return out
}

// citable are providers that somebody has published.
type citable interface{ citation() string }

func (c catalogued) citation() string {
	e, _ := Find(c.name)
	return e.Citation
}

func (g generated) citation() string {
	e, _ := FindGenerator(g.name)
	return e.Citation
}
