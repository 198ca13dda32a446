package sweep

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/failure"
	"github.com/assaylab/assay/framework/probe"
	"github.com/assaylab/assay/framework/search"
	"github.com/assaylab/assay/framework/setting"
	"github.com/assaylab/assay/framework/source"
	"github.com/assaylab/assay/framework/table"
)

// Load reads a sweep file and changes it by arguments PATH=VALUE. The error
// is Errors: all mistakes at once.
func Load(path string, sets []string) (*Sweep, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, Errors{{File: path, Fact: "cannot be read: " + cause(err), Hint: "name a sweep file; docs/sweep.md says what stands in one"}}
	}
	return Parse(path, text, sets)
}

func cause(err error) string {
	if e, ok := err.(*os.PathError); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// Parse is Load of a text; file names it in messages, and relative paths in it
// start at file's folder.
func Parse(file string, src []byte, sets []string) (*Sweep, error) {
	root, errs := readYAML(file, src)
	if root == nil {
		return nil, errs.sorted()
	}
	errs = append(errs, applySets(root, sets)...)
	d := &decoder{file: file, dir: filepath.Dir(file), errs: errs}
	s := d.sweep(root)
	if err := d.errs.sorted(); err != nil {
		return nil, err
	}
	return s, nil
}

// idForm is the form of names that become file names and table entries.
var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$`)

func (d *decoder) id(n *node, what string) string {
	if !idForm.MatchString(n.text) {
		d.fail(n, "use letters, digits, and - _ . inside", "%q is no name for a %s", shorten(n.text), what)
	}
	return n.text
}

func (d *decoder) sweep(root *node) *Sweep {
	f := d.fields(root, "the sweep", "version", "name", "description", "datasets", "methods", "seeds", "search", "select", "ablations",
		"probes", "limits", "retries", "keep", "run", "tables")
	s := &Sweep{file: d.file, root: root}
	f.require("version", "the first line of a sweep is: version: 1")
	var version uint64
	if f.whole("version", 0, &version) && version != 1 {
		n, _ := f.value("version")
		d.fail(n, "this assay reads version 1", "the sweep file is of version %d", version)
	}
	s.Name = strings.TrimSuffix(filepath.Base(d.file), filepath.Ext(d.file))
	if n, ok := f.value("name"); ok && d.readText(n, "name", &s.Name) {
		d.id(n, "sweep")
	}
	f.text("description", &s.Description)
	f.require("datasets", "datasets:\n  mine: {source: generate/swapvae-population}")
	for _, p := range f.mapping("datasets") {
		s.Datasets = append(s.Datasets, Dataset{ID: d.id(p.key, "dataset"), Recipe: d.recipe(p.value, "dataset "+p.key.text)})
	}
	f.require("methods", "methods:\n  raw: {plugin: baseline}")
	for _, p := range f.mapping("methods") {
		s.Methods = append(s.Methods, d.method(d.id(p.key, "method"), p.value))
	}
	d.seeds(f, s)
	d.search(f, s)
	if n, ok := f.value("select"); ok {
		g := d.fields(n, "select", "metric", "split", "goal")
		s.Select = &Select{Split: string(data.Val)}
		g.require("metric", "")
		g.text("metric", &s.Select.Metric)
		g.choice("split", &s.Select.Split, "val", "train", "all", "test")
		g.choice("goal", &s.Select.Goal, "max", "min")
	}
	for i, n := range f.list("ablations") {
		s.Ablations = append(s.Ablations, d.ablation(n, i, s))
	}
	for i, n := range f.list("probes") {
		s.Probes = append(s.Probes, d.probe(n, i))
	}
	d.limits(f, s)
	for i, n := range f.list("tables") {
		s.Tables = append(s.Tables, d.table(n, i, s))
	}
	return s
}

func (d *decoder) seeds(f fields, s *Sweep) {
	s.Seeds = []uint64{1}
	n, ok := f.value("seeds")
	if !ok {
		return
	}
	if n.kind == list {
		s.Seeds = nil
		for i, item := range n.items {
			var seed uint64
			if d.readWhole(item, fmt.Sprintf("seeds, entry %d", i+1), 0, &seed) {
				if slices.Contains(s.Seeds, seed) {
					d.fail(item, "", "seed %d is there twice", seed)
				}
				s.Seeds = append(s.Seeds, seed)
			}
		}
		if len(n.items) == 0 {
			d.fail(n, "seeds: 5, or seeds: [1, 2, 3]", "seeds is empty")
		}
		return
	}
	var count uint64
	if d.readWhole(n, "seeds", 1, &count) {
		if count > 100_000 {
			d.fail(n, "", "seeds must be at most 100000, got %d", count)
			return
		}
		s.Seeds = nil
		for i := range count {
			s.Seeds = append(s.Seeds, i+1)
		}
	}
}

func (d *decoder) search(f fields, s *Sweep) {
	s.Search.Strategy = "grid"
	n, ok := f.value("search")
	if !ok {
		return
	}
	g := d.fields(n, "search", "strategy", "trials", "seed")
	g.text("strategy", &s.Search.Strategy)
	switch s.Search.Strategy {
	case "grid", "random":
	case "sobol", "tpe", "cmaes":
		v, _ := g.value("strategy")
		d.fail(v, "grid and random are", "search: the strategy %s is not part of this version", s.Search.Strategy)
	default:
		v, _ := g.value("strategy")
		d.fail(v, setting.Suggest(s.Search.Strategy, []string{"grid", "random"}), "search: there is no strategy %q", shorten(s.Search.Strategy))
	}
	g.count("trials", 1, &s.Search.Trials)
	g.whole("seed", 0, &s.Search.Seed)
	if s.Search.Strategy == "random" {
		g.require("trials", "trials is the number of configurations per method")
	}
}

func (d *decoder) recipe(n *node, what string) source.Dataset {
	if roles, ok := n.get("roles"); ok && n.kind == mapping {
		d.fields(n, what, "roles")
		out := source.Dataset{Roles: map[string]source.Recording{}}
		if roles.value.kind != mapping {
			d.fail(roles.value, "roles: {source: {source: ...}, target: {source: ...}}", "%s: roles must be a mapping, got %v", what, roles.value)
			return out
		}
		for _, p := range roles.value.pairs {
			out.Roles[d.id(p.key, "role")] = d.recording(p.value, what+", role "+p.key.text)
		}
		return out
	}
	return source.Dataset{Recording: d.recording(n, what)}
}

func (d *decoder) recording(n *node, what string) source.Recording {
	f := d.fields(n, what, "source", "params", "seed", "read", "sha256", "keep", "min_speed", "split")
	var r source.Recording
	f.require("source", "catalogue/NAME, generate/NAME or the path of a file; \"assay data list\" names them")
	f.text("source", &r.Source)
	if r.Source != "" && !strings.HasPrefix(r.Source, "catalogue/") && !strings.HasPrefix(r.Source, "generate/") {
		r.Source = d.path(r.Source)
	}
	r.Params = f.plain("params")
	if s, ok := f.value("seed"); ok {
		if s.kind == text && s.text == "trial" {
			r.PerTrial = true
		} else {
			d.readWhole(s, f.name("seed")+" (or the word trial)", 0, &r.Seed)
		}
	}
	f.text("sha256", &r.SHA256)
	f.number("min_speed", &r.MinSpeed)
	for _, p := range f.mapping("keep") {
		var labels []int
		if p.value.kind != list {
			d.fail(p.value, "keep: {direction: [0, 2]}", "%s: keep takes lists of labels, got %v", what, p.value)
			continue
		}
		for _, item := range p.value.items {
			var label uint64
			if d.readWhole(item, what+": keep", 0, &label) {
				labels = append(labels, int(label))
			}
		}
		if r.Keep == nil {
			r.Keep = map[string][]int{}
		}
		r.Keep[p.key.text] = labels
	}
	if c, ok := f.value("read"); ok {
		g := d.fields(c, what+": read", "samples", "trial", "bin_seconds", "unit", "classes", "continuous")
		r.Read = new(source.Columns)
		g.texts("samples", &r.Read.Samples)
		g.text("trial", &r.Read.Trial)
		g.number("bin_seconds", &r.Read.BinSeconds)
		g.text("unit", &r.Read.Unit)
		g.texts("classes", &r.Read.Classes)
		for _, p := range g.mapping("continuous") {
			if r.Read.Continuous == nil {
				r.Read.Continuous = map[string][]string{}
			}
			var columns []string
			fields{d, &node{place: p.value.place, kind: mapping, pairs: []pair{p}}, g.name("continuous")}.texts(p.key.text, &columns)
			r.Read.Continuous[p.key.text] = columns
		}
	}
	if c, ok := f.value("split"); ok {
		g := d.fields(c, what+": split", "by", "train", "val", "test", "order", "seed", "file")
		r.Split = new(data.Division)
		g.text("by", &r.Split.By)
		g.number("train", &r.Split.Train)
		g.number("val", &r.Split.Val)
		g.number("test", &r.Split.Test)
		g.text("order", &r.Split.Order)
		g.whole("seed", 0, &r.Split.Seed)
		g.text("file", &r.Split.File)
		if r.Split.File != "" {
			r.Split.File = d.path(r.Split.File)
		}
	}
	return r
}

func (d *decoder) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(d.dir, p)
}

func (d *decoder) method(id string, n *node) Method {
	f := d.fields(n, "method "+id, "plugin", "settings", "search", "configs", "datasets")
	m := Method{ID: id}
	f.require("plugin", "\"assay plugin list\" names the plugins there are")
	f.text("plugin", &m.Plugin)
	m.Settings = f.plain("settings")
	for _, p := range f.mapping("search") {
		m.Search = append(m.Search, d.param(id, p))
	}
	for i, c := range f.list("configs") {
		if c.kind != mapping {
			d.fail(c, "configs: [{lr: 0.1}, {lr: 0.01}]", "method %s: configs, entry %d must be a mapping of settings, got %v", id, i+1, c)
			continue
		}
		m.Configs = append(m.Configs, c.plain().(map[string]any))
	}
	if len(m.Search) > 0 && len(m.Configs) > 0 {
		v, _ := f.value("configs")
		d.fail(v, "keep one of them", "method %s has both search and configs", id)
	}
	f.texts("datasets", &m.Datasets)
	return m
}

func (d *decoder) param(id string, p pair) search.Param {
	out := search.Param{Name: p.key.text}
	what := fmt.Sprintf("method %s: search %s", id, p.key.text)
	if p.value.kind == list {
		out.Values = p.value.plain().([]any)
	} else {
		f := d.fields(p.value, what, "values", "min", "max", "step", "scale", "when")
		f.text("when", &out.When)
		if v, ok := f.value("values"); ok {
			for _, k := range []string{"min", "max", "step", "scale"} {
				if _, both := f.value(k); both {
					d.fail(v, "", "%s has both values and %s", what, k)
				}
			}
			if v.kind == list {
				out.Values = v.plain().([]any)
			} else {
				d.fail(v, "values: [1, 10]", "%s: values must be a list, got %v", what, v)
			}
		} else {
			f.require("min", "give values: [..], or min and max")
			f.require("max", "give values: [..], or min and max")
			f.number("min", &out.Min)
			f.number("max", &out.Max)
			f.number("step", &out.Step)
			scale := ""
			f.choice("scale", &scale, "linear", "log")
			out.Log = scale == "log"
			return out
		}
	}
	if len(out.Values) == 0 {
		d.fail(p.value, "", "%s has no values", what)
		out.Values = []any{}
	}
	return out
}

func (d *decoder) ablation(n *node, i int, s *Sweep) Ablation {
	f := d.fields(n, fmt.Sprintf("ablation %d", i+1), "of", "variants")
	var a Ablation
	f.require("of", "of names a method of the sweep")
	f.require("variants", "variants:\n  no swap: {swap_weight: 0}")
	f.text("of", &a.Of)
	if v, ok := f.value("of"); ok {
		d.refer(v, a.Of, "method", methodIDs(s))
	}
	for _, p := range f.mapping("variants") {
		if p.value.kind != mapping || len(p.value.pairs) == 0 {
			d.fail(p.value, "", "ablation %q must be a mapping of the settings that differ, got %v", p.key.text, p.value)
			continue
		}
		a.Variants = append(a.Variants, Variant{Label: p.key.text, Settings: p.value.plain().(map[string]any)})
	}
	return a
}

func (d *decoder) probe(n *node, i int) probe.Spec {
	var p probe.Spec
	if n.kind != mapping {
		d.fail(n, "{kind: direction, target: direction}", "probe %d must be a mapping, got %v", i+1, n)
		return p
	}
	f := fields{d, n, fmt.Sprintf("probe %d", i+1)}
	f.require("kind", "")
	f.require("target", "target names what is read out, for example direction")
	f.text("kind", &p.Kind)
	f.text("name", &p.Name)
	f.text("target", &p.Target)
	if v, ok := f.value("name"); ok {
		d.id(v, "probe")
	}
	p.Settings = map[string]any{}
	for _, kv := range n.pairs {
		if k := kv.key.text; k != "kind" && k != "name" && k != "target" {
			p.Settings[k] = kv.value.plain()
		}
	}
	return p
}

func (d *decoder) limits(f fields, s *Sweep) {
	s.Limits.Threads = 1
	if n, ok := f.value("limits"); ok {
		g := d.fields(n, "limits", "timeout", "memory", "threads")
		g.count("threads", 1, &s.Limits.Threads)
		if v, ok := g.value("timeout"); ok {
			t, err := parseDuration(v.text)
			if err != nil || v.kind != text {
				d.fail(v, durationHint, "limits: timeout: %s", reason(err, v, "is no duration"))
			}
			s.Limits.Timeout = t
		}
		if v, ok := g.value("memory"); ok {
			m, err := parseBytes(v.text)
			if err != nil || v.kind != text {
				d.fail(v, bytesHint, "limits: memory: %s", reason(err, v, "is no size of memory"))
			}
			s.Limits.Memory = m
		}
	}
	if n, ok := f.value("retries"); ok {
		g := d.fields(n, "retries", "max", "on")
		g.count("max", 0, &s.Retries.Max)
		s.Retries.On = nil
		g.texts("on", &s.Retries.On)
		for _, k := range s.Retries.On {
			if v, _ := g.value("on"); !slices.Contains(failure.Kinds(), k) {
				d.fail(v, setting.Suggest(k, failure.Kinds()), "retries: there is no kind of failure %q", k)
			}
		}
		if s.Retries.On == nil {
			s.Retries.On = []string{string(failure.Crash), string(failure.Lost)}
		}
	}
	if n, ok := f.value("keep"); ok {
		g := d.fields(n, "keep", "models", "embeddings")
		g.boolean("models", &s.Keep.Models)
		g.boolean("embeddings", &s.Keep.Embeddings)
	}
	s.Run.Executor = "local"
	if n, ok := f.value("run"); ok {
		g := d.fields(n, "run", "executor", "jobs")
		g.choice("executor", &s.Run.Executor, "local")
		g.count("jobs", 1, &s.Run.Jobs)
	}
}

func reason(err error, n *node, what string) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%v %s", n, what)
}

func (d *decoder) table(n *node, i int, s *Sweep) table.Spec {
	f := d.fields(n, fmt.Sprintf("table %d", i+1), "name", "rows", "cols", "cell", "split", "stat", "bold", "compare", "methods", "datasets")
	t := table.Spec{Name: fmt.Sprintf("table-%d", i+1)}
	if v, ok := f.value("name"); ok && d.readText(v, f.name("name"), &t.Name) {
		d.id(v, "table")
		for _, other := range s.Tables {
			if other.Name == t.Name {
				d.fail(v, "", "there are two tables %q", t.Name)
			}
		}
	}
	f.text("rows", &t.Rows)
	f.text("cols", &t.Cols)
	f.text("split", &t.Split)
	f.text("stat", &t.Stat)
	f.text("bold", &t.Bold)
	f.require("cell", "cell names a metric, for example probe/direction/accuracy")
	var cells []string
	f.texts("cell", &cells)
	switch len(cells) {
	case 0:
	case 1:
		t.Cell = cells[0]
	default:
		t.Cell = cells
	}
	if v, ok := f.value("compare"); ok {
		g := d.fields(v, f.name("compare"), "against", "correct")
		g.text("against", &t.Against)
		g.text("correct", &t.Correct)
	}
	f.texts("methods", &t.Methods)
	f.texts("datasets", &t.Dataset)
	for _, m := range t.Methods {
		v, _ := f.value("methods")
		d.refer(v, m, "method", methodIDs(s))
	}
	for _, x := range t.Dataset {
		v, _ := f.value("datasets")
		d.refer(v, x, "dataset", datasetIDs(s))
	}
	return t
}

// refer checks that a name is one of those defined.
func (d *decoder) refer(n *node, name, what string, known []string) {
	if !slices.Contains(known, name) {
		d.fail(n, setting.Suggest(name, known), "the sweep has no %s %q", what, shorten(name))
	}
}

func methodIDs(s *Sweep) (ids []string) {
	for _, m := range s.Methods {
		ids = append(ids, m.ID)
	}
	return ids
}

func datasetIDs(s *Sweep) (ids []string) {
	for _, x := range s.Datasets {
		ids = append(ids, x.ID)
	}
	return ids
}
