package sweep

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/setting"
)

// Load reads a sweep file and changes it by arguments PATH=VALUE. The error
// is a [problem.List]: all mistakes at once.
func Load(path string, sets []string) (*Sweep, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, problem.List{{Place: problem.Place{File: path}, Fact: "cannot be read: " + cause(err), Hint: "name a sweep file; docs/sweep.md says what stands in one", Usage: true}}
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
		return nil, errs.Sorted()
	}
	errs = append(errs, applySets(root, sets)...)
	d := &decoder{file: file, dir: filepath.Dir(file), errs: errs}
	s := d.sweep(root)
	if err := d.errs.Sorted(); err != nil {
		return nil, err
	}
	return s, nil
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
	f.require("datasets", "datasets: {mine: {source: generate/swapvae-population}}")
	f.nonempty("datasets")
	for _, p := range f.mapping("datasets") {
		s.Datasets = append(s.Datasets, Dataset{ID: d.id(p.key, "dataset"), Recipe: d.recipe(p.value, "dataset "+p.key.text)})
	}
	f.require("methods", "methods: {raw: {plugin: baseline}}")
	f.nonempty("methods")
	for _, p := range f.mapping("methods") {
		s.Methods = append(s.Methods, d.method(d.id(p.key, "method"), p.value, s))
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
	trials, given := g.value("trials")
	switch {
	case s.Search.Strategy == "random":
		g.require("trials", "trials is the number of configurations per method")
	case s.Search.Strategy == "grid" && given:
		d.fail(trials, "add strategy: random, or remove trials: a grid tries every combination", "search: trials has no effect on a grid")
	}
}
