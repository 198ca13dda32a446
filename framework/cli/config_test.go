package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/problem"
)

// configured loads a configuration in a folder of its own, with variables NAME=VALUE.
func configured(t *testing.T, file string, env ...string) (config, error) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", filepath.Join(dir, "home"))
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "home", "conf"))
	for _, name := range []string{"RESULTS", "CACHE", "JOBS", "MTLS", "START_TIMEOUT", "GRACE", "PLUGIN_PATH", "DATA_MIRROR"} {
		t.Setenv("ASSAY_"+name, "")
	}
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		t.Setenv(name, value)
	}
	if file != "" {
		write(t, "assay.yaml", file)
	}
	return loadConfig()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestConfigOfNothing(t *testing.T) {
	want := config{Results: "assay-results", MTLS: true, StartTimeout: 20 * time.Second, Grace: 30 * time.Second, Plugins: map[string]host.Entry{}}
	for name, file := range map[string]string{"no file": "", "comments": "# later\n", "empty values": "jobs:\ncache: \"\"\nplugins:\n"} {
		t.Run(name, func(t *testing.T) {
			c, err := configured(t, file)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, c); d != "" {
				t.Error(d)
			}
		})
	}
}

// Values of the file hold against the defaults, those of the environment against both.
func TestConfigOrder(t *testing.T) {
	c, err := configured(t, "jobs: 3\nmtls: false\ngrace: 0s\nstart_timeout: 1m30s\nresults: mine\nplugin_path: a:/b\n", "ASSAY_JOBS=5", "ASSAY_RESULTS=theirs", "ASSAY_MTLS=1")
	if err != nil {
		t.Fatal(err)
	}
	want := config{Results: "theirs", Jobs: 5, MTLS: true, StartTimeout: 90 * time.Second, PluginPath: "a:/b", Plugins: map[string]host.Entry{}}
	if d := cmp.Diff(want, c); d != "" {
		t.Error(d)
	}
}

// Names of plugins are kept as they are written: capitals, dots, spaces.
func TestConfigPlugins(t *testing.T) {
	c, err := configured(t, "plugins:\n  MyCEBRA: ./p\n  slow.v2: q/plugin.yaml\n  mycebra: /abs\n  a b: ~/c\n")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]host.Entry{"MyCEBRA": {Path: "p"}, "slow.v2": {Path: "q/plugin.yaml"}, "mycebra": {Path: "/abs"}, "a b": {Path: filepath.Join(os.Getenv("HOME"), "c")}}
	if d := cmp.Diff(want, c.Plugins); d != "" {
		t.Error(d)
	}
}

// A bad entry is a fault of that name alone.
func TestConfigBadPlugins(t *testing.T) {
	c, err := configured(t, `plugins:
  good: ./p
  number: 7
  octal: 010
  list: [a]
  slow: {v2: ./p}
  nothing:
  empty: ""
  home: ~nobody-of-that-name/p
  variable: $HOME/p
  a/b: ./p
  twice: ./p
  twice: ./q
  tagged: !!binary ab
`)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for name, e := range c.Plugins {
		if e.Broken != nil {
			got[name] = e.Broken.Plugin + ": " + e.Broken.Reason
		} else if name != "good" {
			t.Errorf("%s is taken as %q", name, e.Path)
		}
	}
	want := map[string]string{
		"number":   `assay.yaml:3:11: plugins: "number" must be text, got the number 7`,
		"octal":    `assay.yaml:4:10: the number 010 means different things to different readers`,
		"list":     `assay.yaml:5:9: plugins: "list" must be text, got a list`,
		"slow":     `assay.yaml:6:9: plugins: "slow" must be text, got a mapping`,
		"nothing":  `assay.yaml:7:11: plugins: "nothing" must be text, got nothing`,
		"empty":    `assay.yaml:8:10: plugins: "empty" is empty`,
		"home":     `assay.yaml:9:9: plugins: "home" begins with ~nobody-of-that-name, and there is no such user`,
		"variable": `assay.yaml:10:13: plugins: "variable" has $HOME in it, and variables are not filled in here`,
		"a/b":      `assay.yaml:11:3: plugins: "a/b" is no name`,
		"twice":    `assay.yaml:13:3: the key "twice" is there twice`,
		"tagged":   `assay.yaml:14:11: the tag !!binary has no meaning here`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// ~ is the home folder wherever a path stands, in the file and in the environment.
func TestConfigHome(t *testing.T) {
	c, err := configured(t, "results: ~/r\ncache: ~\nplugin_path: ~/a:b:~/c\ndata_mirror: ./~d\n", "ASSAY_CACHE=~/k")
	if err != nil {
		t.Fatal(err)
	}
	home := os.Getenv("HOME")
	want := config{Results: home + "/r", Cache: home + "/k", PluginPath: home + "/a:b:" + home + "/c", DataMirror: "~d",
		MTLS: true, StartTimeout: 20 * time.Second, Grace: 30 * time.Second, Plugins: map[string]host.Entry{}}
	if d := cmp.Diff(want, c); d != "" {
		t.Error(d)
	}
}

// The user's own file holds where the working folder has none; its paths start
// where it lies, only results belong to where one works.
func TestConfigOfUser(t *testing.T) {
	c, err := configured(t, "")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(os.Getenv("XDG_CONFIG_HOME"), "assay")
	write(t, filepath.Join(dir, "assay.yaml"), "results: r\ncache: k\nplugin_path: p\nplugins: {m: ./m}\n")
	if c, err = loadConfig(); err != nil {
		t.Fatal(err)
	}
	got := []string{c.Results, c.Cache, c.PluginPath, c.Plugins["m"].Path}
	if d := cmp.Diff([]string{"r", dir + "/k", dir + "/p", dir + "/m"}, got); d != "" {
		t.Error(d)
	}
}

// All mistakes come at once, each with its place and what to do.
func TestConfigMistakes(t *testing.T) {
	cases := map[string]struct {
		file, env string
		want      []string // text, and hint
	}{
		"many": {"reslts: x\njobs: 0\nmtls: perhaps\nstart_timeout: 5\ngrace: -3s\nresults: [a]\ncache: $XDG/k\nplugins: p\n", "ASSAY_DATA_MIRROR=~nobody-of-that-name", []string{
			`assay.yaml:1:1: the configuration has no key "reslts"|did you mean "results"?`,
			`assay.yaml:2:7: jobs must be a whole number of at least 1, got 0|leave it out to run as many trials as fit the cores`,
			`assay.yaml:3:7: mtls must be true or false, got perhaps|`,
			`assay.yaml:4:16: start_timeout: "5" is no duration|write a number with its unit: 90s, 30m, 1h30m`,
			`assay.yaml:5:8: grace: must be longer than nothing, got -3s|write a number with its unit: 90s, 30m, 1h30m`,
			`assay.yaml:6:10: results must be one value, got a list|`,
			`assay.yaml:7:8: cache has $XDG in it, and variables are not filled in here|write ~ for the home folder, or the whole path`,
			`assay.yaml:8:10: the configuration: plugins must be a mapping, got "p"|`,
			`ASSAY_DATA_MIRROR: data_mirror begins with ~nobody-of-that-name, and there is no such user|write ./~nobody-of-that-name if that is its name`,
		}},
		"negative":       {"jobs: -2\n", "", []string{`assay.yaml:1:7: jobs must be a whole number of at least 1, got -2|leave it out to run as many trials as fit the cores`}},
		"no whole":       {"jobs: 1.5\n", "", []string{`assay.yaml:1:7: jobs must be a whole number of at least 1, got 1.5|leave it out to run as many trials as fit the cores`}},
		"of environment": {"jobs: 2\n", "ASSAY_JOBS=0", []string{`ASSAY_JOBS: jobs must be a whole number of at least 1, got 0|leave it out to run as many trials as fit the cores`}},
		"no time":        {"start_timeout: 0s\n", "", []string{`assay.yaml:1:16: start_timeout: must be longer than nothing, got 0s|write a number with its unit: 90s, 30m, 1h30m`}},
		"time of env":    {"", "ASSAY_GRACE=10", []string{`ASSAY_GRACE: grace: "10" is no duration|write a number with its unit: 90s, 30m, 1h30m`}},
		"twice":          {"jobs: 1\njobs: 2\n", "", []string{`assay.yaml:2:1: the key "jobs" is there twice|it stands in line 1 already; keep one of them`}},
		"no YAML":        {"jobs: [\n", "", []string{`assay.yaml:2:1: did not find expected node content (while parsing a flow node)|it was opened in line 2`}},
		"a list":         {"- jobs\n", "", []string{`assay.yaml:1:1: the configuration must be a mapping, got a list|`}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var env []string
			if c.env != "" {
				env = []string{c.env}
			}
			_, err := configured(t, c.file, env...)
			var got []string
			for _, p := range problem.All(err) {
				got = append(got, p.Error()+"|"+p.Hint)
				if p.ExitCode() != exitUsage {
					t.Errorf("%v: exit code %d", p, p.ExitCode())
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// What is no regular file is refused, not waited for.
func TestConfigIsAFolder(t *testing.T) {
	if _, err := configured(t, ""); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("assay.yaml", 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := loadConfig(); err == nil || err.Error() != "assay.yaml: cannot be read: it is a folder, not a file" {
		t.Errorf("got %v", err)
	}
}

// The example of the reference is a configuration, and its table has every key.
func TestConfigDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(text), "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	c, err := configured(t, example)
	if err != nil || c.Jobs != 4 || len(c.Plugins) != 2 {
		t.Errorf("%+v, %v", c, err)
	}
	for key := range defaults {
		if !strings.Contains(string(text), "| `"+key+"` | `ASSAY_"+strings.ToUpper(key)+"` |") {
			t.Errorf("the table lacks %s", key)
		}
	}
}
