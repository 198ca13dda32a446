package study

import (
	"path/filepath"

	"github.com/assaylab/assay/framework/internal/lockfile"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/internal/yaml"
)

// grantOf is what a lock grants, with whole paths.
func grantOf(f *lockfile.File, a *lockfile.Allow) (trial.Grant, error) {
	g := trial.Grant{Network: a.Network, Env: a.Env}
	for _, list := range []struct {
		from []string
		into *[]string
	}{{a.Read, &g.Read}, {a.Write, &g.Write}} {
		for _, text := range list.from {
			path, _, err := yaml.Path(text, filepath.Dir(f.Path()))
			if err != nil {
				return g, err
			}
			*list.into = append(*list.into, path)
		}
	}
	for _, name := range a.Env {
		if err := trial.CheckVariable(name); err != nil {
			return g, err
		}
	}
	return g, nil
}

// allowOf is what a plugin's manifest asks for, as a lock writes it; nil: nothing.
func allowOf(f *lockfile.File, asked trial.Grant) *lockfile.Allow {
	if asked.Equal(trial.Grant{}) {
		return nil
	}
	a := &lockfile.Allow{Network: asked.Network, Env: asked.Env}
	for _, path := range asked.Read {
		a.Read = append(a.Read, f.Portable(path))
	}
	for _, path := range asked.Write {
		a.Write = append(a.Write, f.Portable(path))
	}
	return a
}
