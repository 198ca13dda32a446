package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/yaml"
	"github.com/assaylab/assay/framework/setting"
)

// Prefix is how the file names of third-party plugins begin: the plugin
// "cebra" is the executable assay-plugin-cebra.
const Prefix = "assay-plugin-"

// Finder knows where plugins may be. Earlier places win: a path given in a
// sweep, the configuration, the built-in methods, ASSAY_PLUGIN_PATH, the folder
// beside the assay binary.
type Finder struct {
	Builtin    []string         // names of the methods inside this binary
	Configured map[string]Entry // by name, from the configuration file
	Path       []string         // folders of ASSAY_PLUGIN_PATH
	Self       string           // this binary; "" means os.Executable
}

// Entry is what the configuration says of a plugin.
type Entry struct {
	Path   string           // executable, manifest or its folder
	Broken *failure.Failure // why the entry cannot be used, or nil
}

// Find returns the plugin of that name, or the one at a path: a name with a
// separator in it is a path, relative to dir, of an executable, of a manifest,
// or of a manifest's folder.
func (f *Finder) Find(name, dir string) (Plugin, error) {
	if strings.ContainsRune(name, filepath.Separator) || strings.Contains(name, "/") || name == "." || name == ".." {
		path, hint, err := yaml.Path(name, dir)
		if err != nil {
			return Plugin{}, problem.Problem{Fact: fmt.Sprintf("the path of plugin %q %v", name, err), Hint: hint, Usage: true}
		}
		return at(path, name, "path")
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
	if info, err := os.Stat(filepath.Join(dir, name)); err == nil && (info.IsDir() || name == ManifestName) {
		hint = fmt.Sprintf("a path needs a separator: write ./%s", name)
	}
	return Plugin{}, problem.Problem{Fact: fmt.Sprintf("no plugin %q", name), Hint: hint, Usage: true}
}

// at is the plugin at a path, whatever is there.
func at(path, name, origin string) (Plugin, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return Plugin{}, err
	}
	p := Plugin{Name: name, Path: path, Origin: origin}
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		path = filepath.Join(path, ManifestName)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			p.Broken = &failure.Failure{Kind: failure.Launch, Plugin: p.Path, Reason: "the folder holds no " + ManifestName,
				Hint: "name an executable, a " + ManifestName + ", or a folder with one; \"assay plugin new\" makes one"}
			return p, nil
		}
	}
	if filepath.Base(path) == ManifestName {
		p.start(path)
	}
	return p, nil
}

// mistakes is what keeps a plugin from being started where its manifest has some: the
// first with its place and its hint, then the others with theirs.
func mistakes(list problem.List) *failure.Failure {
	first := list[0]
	f := &failure.Failure{Kind: failure.Launch, Plugin: first.Place.String(), Reason: first.Fact, Hint: first.Hint}
	for _, p := range list[1:] {
		f.Reason += fmt.Sprintf("; line %d: %s", p.Place.Line, p.Fact)
		if p.Hint != "" {
			f.Reason += " (" + p.Hint + ")"
		}
	}
	return f
}

// start fills in what the manifest in file says.
func (p *Plugin) start(file string) {
	p.Path = file
	m, err := ReadManifest(file)
	if err != nil {
		p.Broken = &failure.Failure{Kind: failure.Launch, Plugin: file, Reason: err.Error()}
		if list, ok := errors.AsType[problem.List](err); ok {
			p.Broken = mistakes(list)
		} else if errors.Is(err, fs.ErrNotExist) {
			p.Broken.Reason, p.Broken.Hint = "there is no such file", "check the path in the sweep or the configuration; \"assay plugin list\" shows what was found where"
		}
		return
	}
	p.Manifest = m
	for _, arg := range m.Args {
		p.Args = append(p.Args, m.inFolder(arg))
	}
	if m.Python != "" {
		p.Path, p.Broken = m.interpreter()
		return
	}
	p.Path = m.Command
	if !filepath.IsAbs(p.Path) {
		p.Path = filepath.Join(m.Dir(), p.Path)
	}
}

// inFolder makes a path of an argument that names something in the manifest's
// folder: the plugin runs in another one.
func (m *Manifest) inFolder(arg string) string {
	if arg == "" || strings.HasPrefix(arg, "-") || filepath.IsAbs(arg) {
		return arg
	}
	path := filepath.Join(m.Dir(), arg)
	if _, err := os.Stat(path); err != nil {
		return arg
	}
	return path
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
		entry := f.Configured[name]
		if entry.Broken != nil { // it matters only to whoever asks for this name
			out = append(out, Plugin{Name: name, Path: entry.Broken.Plugin, Origin: "configuration", Broken: entry.Broken})
			continue
		}
		p, err := at(entry.Path, name, "configuration")
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	for _, name := range f.Builtin {
		out = append(out, Plugin{Name: name, Path: self, Args: []string{"serve", name}, Origin: "built-in"})
	}
	for _, dir := range f.Path {
		out = append(out, inFolder(dir, "ASSAY_PLUGIN_PATH")...)
	}
	return append(out, inFolder(filepath.Dir(self), "beside assay")...), nil
}

// inFolder lists the plugins of a folder: executables assay-plugin-NAME, and
// folders NAME or assay-plugin-NAME with a manifest.
func inFolder(dir, origin string) []Plugin {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil // a folder one may not read holds no plugins for us
	}
	var out []Plugin
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		name, prefixed := strings.CutPrefix(e.Name(), Prefix)
		name = strings.TrimSuffix(name, ".exe")
		if info, err := os.Stat(path); err == nil && info.IsDir() { // through links
			if _, err := os.Stat(filepath.Join(path, ManifestName)); err != nil {
				continue
			}
		} else if !prefixed {
			continue
		}
		if name == "" {
			continue
		}
		if p, err := at(path, name, origin); err == nil {
			out = append(out, p)
		}
	}
	return out
}
