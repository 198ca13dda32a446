package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/setting"
)

// Prefix is how the file names of third-party plugins begin: the plugin
// "cebra" is the executable assay-plugin-cebra.
const Prefix = "assay-plugin-"

// Finder knows where plugins may be. Earlier places win: a path given in a
// sweep, the configuration, the built-in methods, ASSAY_PLUGIN_PATH, the folder
// beside the assay binary.
type Finder struct {
	Builtin    []string          // names of the methods inside this binary
	Configured map[string]string // name -> executable, from the configuration file
	Path       []string          // folders of ASSAY_PLUGIN_PATH
	Self       string            // this binary; "" means os.Executable
}

// NotFoundError says that no place has the plugin.
type NotFoundError struct {
	Name string
	Hint string
}

func (e *NotFoundError) Error() string { return fmt.Sprintf("no plugin %q", e.Name) }

// Find returns the plugin of that name, or the one at a path: a name with a
// separator in it is a path, relative to dir.
func (f *Finder) Find(name, dir string) (Plugin, error) {
	if strings.ContainsRune(name, filepath.Separator) || strings.Contains(name, "/") {
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		path, err := filepath.Abs(path)
		return Plugin{Name: name, Path: path, Origin: "path"}, err
	}
	all, err := f.List()
	if err != nil {
		return Plugin{}, err
	}
	var names []string
	for _, p := range all {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	hint := setting.Suggest(name, names)
	hint = strings.TrimSpace(hint + fmt.Sprintf(" (looked at the built-in methods, the configuration, %d folders of ASSAY_PLUGIN_PATH, and beside assay for %s%s)", len(f.Path), Prefix, name))
	return Plugin{}, &NotFoundError{Name: name, Hint: hint}
}

// List returns every plugin there is, in the order in which they win.
func (f *Finder) List() ([]Plugin, error) {
	self := f.Self
	if self == "" {
		var err error
		if self, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("finding this binary: %w", err)
		}
	}
	var out []Plugin
	var configured []string
	for name := range f.Configured {
		configured = append(configured, name)
	}
	slices.Sort(configured)
	for _, name := range configured {
		out = append(out, Plugin{Name: name, Path: f.Configured[name], Origin: "configuration"})
	}
	for _, name := range f.Builtin {
		out = append(out, Plugin{Name: name, Path: self, Args: []string{"serve", name}, Origin: "built-in"})
	}
	for _, dir := range f.Path {
		out = append(out, inFolder(dir, "ASSAY_PLUGIN_PATH")...)
	}
	return append(out, inFolder(filepath.Dir(self), "beside assay")...), nil
}

func inFolder(dir, origin string) []Plugin {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil // a folder one may not read holds no plugins for us
	}
	var out []Plugin
	for _, e := range entries {
		name, ok := strings.CutPrefix(e.Name(), Prefix)
		name = strings.TrimSuffix(name, ".exe")
		if ok && name != "" && !e.IsDir() {
			out = append(out, Plugin{Name: name, Path: filepath.Join(dir, e.Name()), Origin: origin})
		}
	}
	return out
}
