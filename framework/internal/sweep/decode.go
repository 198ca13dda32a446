package sweep

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/yaml"
)

// Load reads a sweep file and changes it by arguments PATH=VALUE. The error
// is a [problem.List]: all mistakes at once.
func Load(path string, sets []string) (*Sweep, error) {
	text, err := yaml.ReadFile(path)
	if err != nil {
		return nil, problem.List{{Place: problem.Place{File: path}, Fact: "cannot be read: " + err.Error(), Hint: "name a sweep file; docs/sweep.md says what stands in one", Usage: true}}
	}
	return Parse(path, text, sets)
}

// format names a sweep in messages.
var format = yaml.Format{What: "a sweep", Smallest: "docs/sweep.md shows the smallest sweep"}

// decoder reads a sweep file.
type decoder struct {
	yaml.Decoder
	file string
	dir  string // of the file: relative paths start there

	tables map[string]bool     // names so far
	groups map[string][]string // datasets that a protocol makes, by its name
}

// Parse is Load of a text; file names it in messages, and relative paths in it
// start at file's folder.
func Parse(file string, src []byte, sets []string) (*Sweep, error) {
	root, errs := yaml.Read(file, src, format)
	if root == nil {
		return nil, errs.Sorted()
	}
	errs = append(errs, applySets(root, sets)...)
	d := &decoder{Decoder: yaml.Decoder{Errs: errs}, file: file, dir: filepath.Dir(file)}
	s := d.sweep(root)
	if err := d.Errs.Sorted(); err != nil {
		return nil, err
	}
	return s, nil
}

func (d *decoder) sweep(root *yaml.Node) *Sweep {
	f := d.Fields(root, "the sweep", "version", "name", "description", "datasets", "methods", "seeds", "search", "budget", "select", "ablations",
		"probes", "limits", "retries", "stop", "keep", "run", "tables")
	s := &Sweep{file: d.file, root: root}
	f.Require("version", "the first line of a sweep is: version: 2")
	if f.Whole("version", 0, &s.Version) && s.Version != 1 && s.Version != 2 {
		n, _ := f.Value("version")
		d.Fail(n, "this assay reads versions 1 and 2", "the sweep file is of version %d", s.Version)
	}
	s.Name = strings.TrimSuffix(filepath.Base(d.file), filepath.Ext(d.file))
	if n, ok := f.Value("name"); ok && d.ReadText(n, "name", &s.Name) {
		d.sweepName(n)
	} else if !ok && taken().MatchString(s.Name) {
		d.Fail(root, "write name: "+strings.TrimRight(s.Name, ".")+"-1 below version", "%q, from the file's name, is no name for a sweep: %s", yaml.Shorten(s.Name), whyTaken)
	}
	f.Text("description", &s.Description)
	f.Require("datasets", "datasets: {mine: {source: generate/swapvae-population}}")
	f.Nonempty("datasets")
	d.datasets(f.Mapping("datasets"), s)
	f.Require("methods", "methods: {raw: {plugin: baseline}}")
	f.Nonempty("methods")
	for _, p := range f.Mapping("methods") {
		s.Methods = append(s.Methods, d.method(d.id(p.Key, "method"), p.Value, s))
	}
	d.seeds(f, s)
	d.search(f, s)
	d.budget(f, s)
	if n, ok := f.Value("select"); ok {
		g := d.Fields(n, "select", "metric", "split", "goal", "allow_test")
		s.Select = &Select{Split: string(data.Val)}
		g.Require("metric", "")
		g.Text("metric", &s.Select.Metric)
		g.Choice("split", &s.Select.Split, "val", "train", "all", "test")
		g.Choice("goal", &s.Select.Goal, "max", "min")
		allowed := s.Version == 1 // which never asked
		g.Boolean("allow_test", &allowed)
		if s.Select.Split == string(data.Test) && !allowed {
			v, _ := g.Value("split")
			d.Fail(v, "select on val; or write allow_test: true, and tables will say so", "select: choosing on the test part makes its numbers too good")
		}
	}
	for i, n := range f.List("ablations") {
		s.Ablations = append(s.Ablations, d.ablation(n, i, s))
	}
	for i, n := range f.List("probes") {
		s.Probes = append(s.Probes, d.probe(n, i, s))
	}
	d.limits(f, s)
	for i, n := range f.List("tables") {
		s.Tables = append(s.Tables, d.table(n, i, s))
	}
	return s
}

// seeds are those of the report: of every method, and of a search without its own.
func (d *decoder) seeds(f yaml.Fields, s *Sweep) {
	s.Seeds = []uint64{1}
	if n, ok := f.Value("seeds"); ok {
		s.Seeds = d.seedList(n, "seeds", 1)
	}
}

// seedList reads seeds: so many from the first on, or a list.
func (d *decoder) seedList(n *yaml.Node, what string, first uint64) (out []uint64) {
	if n.Kind == yaml.List {
		seen := map[uint64]bool{}
		for i, item := range n.Items {
			var seed uint64
			if d.ReadWhole(item, fmt.Sprintf("%s, entry %d", what, i+1), 0, &seed) {
				if seen[seed] {
					d.Fail(item, "", "seed %d is there twice", seed)
				}
				seen[seed] = true
				out = append(out, seed)
			}
		}
		if len(n.Items) == 0 {
			d.Fail(n, "seeds: 5, or seeds: [1, 2, 3]", "%s is empty", what)
		}
		return out
	}
	var count uint64
	if d.ReadWhole(n, what, 1, &count) {
		if count > 100_000 {
			d.Fail(n, "", "%s must be at most 100000, got %d", what, count)
			return []uint64{first}
		}
		for i := range count {
			out = append(out, first+i)
		}
	}
	return out
}
