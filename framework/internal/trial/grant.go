package trial

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Grant is what a confined plugin reaches beside its own code, its interpreter, the
// libraries of the system, and what every trial needs.
type Grant struct {
	Read    []string `json:"read,omitempty"`  // files and folders
	Write   []string `json:"write,omitempty"` // the same, and what is made in them
	Network bool     `json:"network,omitempty"`
	Env     []string `json:"env,omitempty"` // names of variables of the host that it sees
}

// And is what either gives.
func (g Grant) And(h Grant) Grant {
	return Grant{slices.Concat(g.Read, h.Read), slices.Concat(g.Write, h.Write), g.Network || h.Network, slices.Concat(g.Env, h.Env)}
}

// Equal reports whether a process that was given g has what h gives, and no more.
func (g Grant) Equal(h Grant) bool {
	return slices.Equal(g.Read, h.Read) && slices.Equal(g.Write, h.Write) && g.Network == h.Network && slices.Equal(g.Env, h.Env)
}

// Lacks is what of the wanted is not given, as a sweep would write it; empty: nothing.
func (g Grant) Lacks(wanted Grant) string {
	var out []string
	if wanted.Network && !g.Network {
		out = append(out, "network: true")
	}
	for _, w := range []struct {
		key           string
		wanted, given []string
	}{{"read", wanted.Read, slices.Concat(g.Read, g.Write)}, {"write", wanted.Write, g.Write}, {"env", wanted.Env, g.Env}} {
		missing := slices.DeleteFunc(slices.Clone(w.wanted), func(x string) bool {
			return slices.ContainsFunc(w.given, func(is string) bool { return is == x || w.key != "env" && within(x, is) })
		})
		if len(missing) > 0 {
			out = append(out, fmt.Sprintf("%s: [%s]", w.key, strings.Join(missing, ", ")))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "{" + strings.Join(out, ", ") + "}"
}

// within reports whether a path lies in a folder, or is it.
func within(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

var variable = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`) })

// CheckVariable refuses what is no name of a variable, and those of the host.
func CheckVariable(name string) error {
	switch {
	case !variable().MatchString(name):
		return fmt.Errorf("%q is no name of an environment variable", name)
	case strings.HasPrefix(name, "ASSAY_"), strings.HasPrefix(name, "PLUGIN_"):
		return fmt.Errorf("the variable %s belongs to the host", name)
	}
	return nil
}
