package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/viper"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/internal/yaml"
)

// config is the host's own configuration: where things are on this machine.
// What a trial depends on stands in the sweep instead. Every key but plugins can
// be set in assay.yaml (in the working folder or the user's configuration folder)
// and, stronger, by the environment variable ASSAY_KEY. docs/configuration.md
// says what each means.
type config struct {
	Results      string // folder of results
	Cache        string // folder of datasets and downloads; "" for the user's
	Jobs         int    // trials at a time; 0 where nothing is said
	MTLS         bool   // mutual TLS to plugins
	StartTimeout time.Duration
	Grace        time.Duration // for running trials after Ctrl-C
	PluginPath   string        // folders with plugins
	DataMirror   string        // folder looked at before downloading
	Importers    string        // Python that reads HDF5 and NWB: a virtual environment or an interpreter
	Confine      host.Confine  // of plugins
	AllowEnv     []string      // variables that all plugins see
	Plugins      map[string]host.Entry
}

// defaults are the keys with one value, and what they are where nobody sets them.
var defaults = map[string]string{
	"results": "assay-results", "cache": "", "jobs": "", "mtls": "true", "start_timeout": "20s", "grace": "30s",
	"plugin_path": "", "data_mirror": "", "importers": "", "confine": "default", "allow_env": "",
}

const configName = "assay.yaml"

// loadConfig reads the configuration. The error is a [problem.List]: all mistakes
// at once, with their places.
func loadConfig() (config, error) {
	r := &configReader{scalars: viper.New()}
	r.scalars.SetEnvPrefix("assay")
	r.scalars.AutomaticEnv()
	for key, value := range defaults {
		r.scalars.SetDefault(key, value)
	}
	c := config{Plugins: map[string]host.Entry{}}
	folders := []string{"."}
	if dir, err := os.UserConfigDir(); err == nil {
		folders = append(folders, filepath.Join(dir, "assay"))
	}
	for _, dir := range folders {
		if exists(filepath.Join(dir, configName)) {
			r.file(dir, c.Plugins)
			break
		}
	}
	c.Results, c.Cache, c.DataMirror = r.path("results", "."), r.path("cache", r.dir), r.path("data_mirror", r.dir)
	c.Importers = r.interpreter("importers")
	c.PluginPath = r.paths("plugin_path")
	c.Confine, c.AllowEnv = r.confine(), r.names("allow_env")
	c.Jobs, c.MTLS = r.jobs(), r.mtls()
	c.StartTimeout, c.Grace = r.duration("start_timeout"), r.duration("grace")
	return c, r.Errs.Sorted()
}

func (c config) pluginFolders() []string {
	if c.PluginPath == "" {
		return nil
	}
	return filepath.SplitList(c.PluginPath)
}

// configReader collects the mistakes of the file and of the environment.
type configReader struct {
	yaml.Decoder
	scalars *viper.Viper          // file under environment: which value holds
	nodes   map[string]*yaml.Node // those of the file, for their places
	dir     string                // of the file: relative paths start there
}

// file reads assay.yaml in a folder. Of what viper would do itself it keeps
// names as they are written (viper makes them small and parts them at dots) and
// knows where each value stands.
func (r *configReader) file(dir string, plugins map[string]host.Entry) {
	path := filepath.Join(dir, configName)
	r.dir, r.nodes = dir, map[string]*yaml.Node{}
	text, err := yaml.ReadFile(path)
	if err != nil {
		r.Errs = append(r.Errs, problem.Problem{Place: problem.Place{File: path}, Fact: "cannot be read: " + err.Error(), Hint: "docs/configuration.md says what stands in it", Usage: true})
		return
	}
	root, mistakes := yaml.Read(path, text, yaml.Format{What: "a configuration", Smallest: "docs/configuration.md lists the keys", Empty: true})
	if root == nil {
		r.Errs = append(r.Errs, mistakes...)
		return
	}
	known := []string{"plugins"}
	for key := range defaults {
		known = append(known, key)
	}
	slices.Sort(known)
	f := r.Fields(root, "the configuration", known...)
	for _, p := range f.Mapping("plugins") {
		plugins[p.Key.Text] = r.plugin(p)
	}
	for _, m := range mistakes { // one inside an entry is the entry's own
		if !r.ofPlugin(f, m, plugins) {
			r.Errs = append(r.Errs, m)
		}
	}
	for key := range defaults {
		n, ok := f.Value(key)
		if !ok {
			continue
		}
		if n.Kind == yaml.List || n.Kind == yaml.Mapping {
			r.Fail(n, "", "%s must be one value, got %v", key, n)
			continue
		}
		r.nodes[key] = n
		if n.Text != "" {
			_ = r.scalars.MergeConfigMap(map[string]any{key: n.Text}) // never fails: the map is flat
		}
	}
}

// plugin reads one entry of plugins. A mistake in it must not stop whoever does
// not need it, so it is kept with the name.
func (r *configReader) plugin(p yaml.Pair) host.Entry {
	var d yaml.Decoder
	what := "plugins: " + strconv.Quote(yaml.Shorten(p.Key.Text))
	e := host.Entry{}
	switch {
	case p.Key.Text == "" || strings.ContainsAny(p.Key.Text, `/\`):
		d.Fail(p.Key, "a name with a separator is a path, and needs no entry", "%s is no name", what)
	case d.ReadText(p.Value, what, &e.Path):
		path, hint, err := yaml.Path(e.Path, r.dir)
		if err != nil {
			d.Fail(p.Value, hint, "%s %v", what, err)
		}
		e.Path = path
	}
	if len(d.Errs) > 0 {
		e.Broken = broken(d.Errs[0])
	}
	return e
}

func broken(p problem.Problem) *failure.Failure {
	return &failure.Failure{Kind: failure.Launch, Plugin: p.Place.String(), Reason: p.Fact, Hint: p.Hint}
}

// ofPlugin gives a mistake to the plugin in whose entry it stands.
func (r *configReader) ofPlugin(f yaml.Fields, m problem.Problem, plugins map[string]host.Entry) bool {
	n, ok := f.Value("plugins")
	if !ok || n.Kind != yaml.Mapping {
		return false
	}
	for _, p := range n.Pairs {
		if p.Holds(m.Place) {
			plugins[p.Key.Text] = host.Entry{Broken: broken(m)}
			return true
		}
	}
	return false
}

// value is what holds for a key, with its place: a variable of the environment,
// or a line of the file.
func (r *configReader) value(key string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.Text, Text: r.scalars.GetString(key)}
	if name := "ASSAY_" + strings.ToUpper(key); os.Getenv(name) != "" {
		n.Place.File = name
	} else if at, ok := r.nodes[key]; ok {
		n.Place = at.Place
	}
	return n
}

// path reads a folder that is relative to dir; "" where none is named. Those of
// the environment are relative to the working folder.
func (r *configReader) path(key, dir string) string {
	n := r.value(key)
	if n.Text == "" {
		return ""
	}
	if n.Place.Line == 0 {
		dir = ""
	}
	path, hint, err := yaml.Path(n.Text, dir)
	if err != nil {
		r.Fail(n, hint, "%s %v", key, err)
	}
	return path
}

// interpreter reads the path of one, or a name that is looked for on the PATH.
func (r *configReader) interpreter(key string) string {
	if n := r.value(key); !strings.ContainsAny(n.Text, `/\`) && !exists(filepath.Join(r.dir, n.Text)) {
		return n.Text
	}
	return r.path(key, r.dir)
}

// paths reads a list of folders, parted as PATH is.
func (r *configReader) paths(key string) string {
	n := r.value(key)
	dir := r.dir
	if n.Place.Line == 0 {
		dir = ""
	}
	var out []string
	for _, part := range filepath.SplitList(n.Text) {
		if part == "" {
			continue
		}
		path, hint, err := yaml.Path(part, dir)
		if err != nil {
			r.Fail(n, hint, "%s: %s %v", key, part, err)
		}
		out = append(out, path)
	}
	return strings.Join(out, string(filepath.ListSeparator))
}

func (r *configReader) jobs() int {
	n := r.value("jobs")
	if n.Text == "" {
		return 0
	}
	jobs, err := strconv.Atoi(n.Text)
	if err != nil || jobs < 1 {
		r.Fail(n, "leave it out to run as many trials as fit the cores", "jobs must be a whole number of at least 1, got %s", yaml.Shorten(n.Text))
	}
	return jobs
}

func (r *configReader) confine() host.Confine {
	n := r.value("confine")
	switch c := host.Confine(n.Text); c {
	case "", host.ConfineDefault:
		return ""
	case host.ConfineRequired, host.ConfineOff:
		return c
	}
	r.Fail(n, "default confines plugins as far as the system can, required starts no other", "confine must be default, required or off, got %s", yaml.Shorten(n.Text))
	return ""
}

// names are those of environment variables, parted by commas or spaces.
func (r *configReader) names(key string) []string {
	n := r.value(key)
	var out []string
	out = append(out, strings.FieldsFunc(n.Text, func(c rune) bool { return c == ',' || c == ' ' })...)
	for _, name := range out {
		if err := trial.CheckVariable(name); err != nil {
			r.Fail(n, "allow_env: HF_HOME, WANDB_MODE", "%s: %v", key, err)
		}
	}
	return out
}

func (r *configReader) mtls() bool {
	n := r.value("mtls")
	on, err := strconv.ParseBool(n.Text)
	if err != nil {
		r.Fail(n, "", "mtls must be true or false, got %s", yaml.Shorten(n.Text))
	}
	return on
}

func (r *configReader) duration(key string) time.Duration {
	n := r.value(key)
	if zero, err := time.ParseDuration(n.Text); key == "grace" && err == nil && zero == 0 {
		return 0 // running trials end at once
	}
	d, err := yaml.ParseDuration(n.Text)
	if err != nil {
		r.Fail(n, yaml.DurationHint, "%s: %v", key, err)
	}
	return d
}
