package editor_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/internal/editor"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/setting"
	"github.com/assaylab/assay/plugins/assemblies"
	"github.com/assaylab/assay/plugins/assemblies/nemo"
	"github.com/assaylab/assay/plugins/baseline"
	"github.com/assaylab/assay/plugins/decoder"
	"github.com/assaylab/assay/plugins/eit"
	"github.com/assaylab/assay/plugins/evolution"
	"github.com/assaylab/assay/plugins/hiwa"
	"github.com/assaylab/assay/plugins/myow"
	"github.com/assaylab/assay/plugins/plasticity"
	"github.com/assaylab/assay/plugins/swapvae"
)

// methods are those that sweeps of this tree name.
var methods = []func() framework.Method{assemblies.New, baseline.New, decoder.New, eit.New, evolution.New, hiwa.New, myow.New, nemo.New, plasticity.New, swapvae.New}

// tree is where this repository begins.
const tree = "../../../"

// described are the built-in methods as "assay schema" knows them.
func described() (out []editor.Plugin, of map[string]framework.Description) {
	of = map[string]framework.Description{}
	for _, f := range methods {
		d := f().Describe()
		if d.Schema == nil {
			d.Schema = setting.Of(d.Settings)
		}
		of[d.Name] = d
		out = append(out, editor.Plugin{Name: d.Name, Description: &d})
	}
	return out, of
}

func schemaText(t *testing.T, o editor.Options) []byte {
	t.Helper()
	text, err := json.Marshal(editor.Schema(o))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// validator is another implementation's reading of the schema.
func validator(t *testing.T, text []byte) func(sweep string) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("urn:sweep", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("urn:sweep")
	if err != nil {
		t.Fatal(err)
	}
	return func(text string) error {
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			return err
		}
		plain, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if v, err = jsonschema.UnmarshalJSON(bytes.NewReader(plain)); err != nil {
			t.Fatal(err)
		}
		return schema.Validate(v)
	}
}

// Every sweep that we ship, or show in docs, is one by the schema, too.
func TestSchemaAcceptsSweeps(t *testing.T) {
	plugins, _ := described()
	plugins = append(plugins, editor.Plugin{Name: "toy"}, editor.Plugin{Name: "pair"}) // which cannot be asked here
	valid := validator(t, schemaText(t, editor.Options{Plugins: plugins}))
	var files []string
	for _, glob := range []string{"sweeps/*.yaml", "examples/*/sweep*.yaml", "plugins/python/examples/*/sweep*.yaml", "framework/internal/sweep/testdata/good/*.yaml"} {
		found, err := filepath.Glob(tree + glob)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	accepted := 0
	for _, file := range files {
		if _, err := sweep.Load(file, nil); err != nil {
			continue // it is there to be refused
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(string(text)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if strings.HasSuffix(file, "ablation.yaml") {
			own := validator(t, schemaText(t, editor.Options{Plugins: plugins, Sweep: names(t, file)}))
			if err := own(string(text)); err != nil {
				t.Errorf("%s by a schema of its own: %v", file, err)
			}
		}
		accepted++
	}
	if accepted < 34 {
		t.Errorf("%d sweeps", accepted)
	}
	page, err := os.ReadFile(tree + "docs/sweep.md")
	if err != nil {
		t.Fatal(err)
	}
	all := "version: 1\n"
	for _, b := range regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$").FindAllStringSubmatch(string(page), -1)[1:] {
		if !strings.HasPrefix(b[1], "    search:") { // of a method
			all += b[1]
		}
	}
	if err := valid(all); err != nil {
		t.Errorf("docs/sweep.md: %v", err)
	}
}

func names(t *testing.T, file string) editor.Names {
	t.Helper()
	n, err := editor.NamesOf(file)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// What a sweep says wrong is refused by the schema where one key is enough to see it,
// at the place that the sweep's own check names.
func TestSchemaRefusesSweeps(t *testing.T) {
	plugins, of := described()
	valid := validator(t, schemaText(t, editor.Options{Plugins: plugins}))
	good, err := os.ReadFile(tree + "sweeps/quickstart.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const small = `version: 2
datasets:
  d: {source: generate/swapvae-population, params: {per_cluster: 50}, split: {by: trial, train: 0.7, val: 0.1, test: 0.2}}
methods:
  raw: {plugin: baseline, settings: {embedding: raw}}
  vae: {plugin: swapvae, search: {learning_rate: {min: 0.001, max: 0.01, scale: log}, epochs: [1, 2]}}
search: {strategy: random, configurations: 3}
select: {metric: probe/direction/accuracy}
probes: [{kind: direction, target: direction}]
limits: {timeout: 30m, memory: 2GiB}
tables: [{name: main, cell: probe/direction/accuracy, stat: mean ± ci95}]
`
	check := func(text string) error { // as "assay plan" does, without data
		s, err := sweep.Parse("s.yaml", []byte(text), nil)
		if err != nil {
			return err
		}
		mine := map[string]framework.Description{}
		for _, m := range s.Methods {
			mine[m.ID] = of[m.Plugin]
		}
		return s.Bind(mine)
	}
	for _, text := range []string{string(good), small} {
		if err := valid(text); err != nil {
			t.Fatal(err)
		}
		if err := check(text); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range [][2]string{ // in small, and instead
		{"version: 2", "version: 3"}, {"version: 2", "verson: 2"}, {"version: 2", "name: a/b\nversion: 2"}, {"datasets:", "dataset:"},
		{"source: generate/swapvae-population", "source: generate/swapvae"}, {"source: generate/swapvae-population", "src: x"}, {"per_cluster: 50", "per_clutser: 50"}, {"per_cluster: 50", "per_cluster: many"},
		{"by: trial", "by: chance"}, {"train: 0.7", "train: most"}, {"by: trial", "fold: 5"},
		{"plugin: baseline", "plugin: basline"}, {"plugin: baseline", "plug: baseline"}, {"embedding: raw", "embeding: raw"}, {"embedding: raw", "embedding: rawer"}, {"embedding: raw", "embedding: 3"},
		{"epochs: [1, 2]", "epoch: [1, 2]"}, {"epochs: [1, 2]", "epochs: [1.5]"}, {"epochs: [1, 2]", "epochs: []"}, {"epochs: [1, 2]", "epochs: 3"}, {"scale: log", "scale: logarithm"}, {"min: 0.001", "least: 0.001"},
		{"strategy: random", "strategy: randon"}, {"configurations: 3", "configurations: 0"}, {"configurations: 3", "configuration: 3"},
		{"select: {metric: probe/direction/accuracy}", "select: {split: val}"}, {"kind: direction", "kind: directions"}, {"kind: direction, target: direction", "kind: direction"}, {"target: direction", "target: direction, profle: swapvae"},
		{"target: direction", "target: direction, min_speed: fast"}, {"target: direction", "target: direction, columns: [1]"},
		{"timeout: 30m", "timeout: 30"}, {"timeout: 30m", "timeout: 30 minutes"}, {"memory: 2GiB", "memory: 2G"}, {"memory: 2GiB", "memory: 2GiB, cpus: 3"},
		{"name: main", "nam: main"}, {"stat: mean ± ci95", "stat: mode"}, {"cell: probe/direction/accuracy, ", ""},
		{"limits:", "run: {executor: cloud}\nlimits:"}, {"limits:", "keep: {embeddings: some}\nlimits:"}, {"limits:", "retries: {on: [bad luck]}\nlimits:"}, {"limits:", "seeds: 0\nlimits:"}, {"limits:", "ablations: [{of: vae}]\nlimits:"},
		{"limits:", "stop: {after: -1}\nlimits:"}, {"limits:", "budget: {cpu: 10}\nlimits:"},
		{"  d:", "  e: {protocol: across-sessions, members: [d]}\n  d:"}, {"  d:", "  e: {protocol: learning-curve}\n  d:"}, {"  d:", "  e f: {source: x.npz}\n  d:"}, {"  d:", "  e: {roles: {}}\n  d:"},
	} {
		text := strings.Replace(small, c[0], c[1], 1)
		if text == small {
			t.Fatalf("%s is not there", c[0])
		}
		if err := check(text); err == nil {
			t.Errorf("%q instead of %q is a sweep", c[1], c[0])
		}
		if err := valid(text); err == nil {
			t.Errorf("%q instead of %q passes the schema", c[1], c[0])
		}
	}
}
