package sweep

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/yaml"
)

// Carried is what became of one part of a file of another tool.
type Carried struct {
	Place problem.Place
	What  string
	Lost  bool // it has no counterpart here
}

// ImportWandb turns the configuration of a W&B sweep (its keys are program, method,
// metric, parameters, early_terminate, run_cap) into a sweep of one method, whose plugin
// it names, on a dataset whose source it names. It says of every part what became of it.
func ImportWandb(file string, src []byte, plugin, source string) (text string, said []Carried, err error) {
	root, errs := yaml.Read(file, src, yaml.Format{What: "the configuration of a W&B sweep", Smallest: "it has at least method and parameters"})
	if root == nil || len(errs) > 0 {
		return "", nil, errs.Sorted()
	}
	w := &wandb{method: "random"}
	if p, ok := root.Get("parameters"); root.Kind != yaml.Mapping || !ok || p.Value.Kind != yaml.Mapping {
		return "", nil, problem.At(root.Place, problem.Usage(fmt.Errorf("this is no configuration of a W&B sweep: it has no parameters"), "give the file that \"wandb sweep\" takes"))
	}
	for _, p := range root.Pairs {
		w.part(p)
	}
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	return w.text(name, plugin, source), w.said, nil
}

// wandb collects what a configuration says.
type wandb struct {
	method, metric, goal, prune, cap string
	settings, searched               []string // lines "name: value"
	said                             []Carried
}

func (w *wandb) carry(n *yaml.Node, format string, args ...any) {
	w.said = append(w.said, Carried{Place: n.Place, What: fmt.Sprintf(format, args...)})
}

func (w *wandb) lose(n *yaml.Node, format string, args ...any) {
	w.said = append(w.said, Carried{Place: n.Place, What: fmt.Sprintf(format, args...), Lost: true})
}

// part takes one key of the top.
func (w *wandb) part(p yaml.Pair) {
	switch p.Key.Text {
	case "parameters":
		for _, q := range p.Value.Pairs {
			w.parameter(q.Key, q.Key.Text, q.Value)
		}
	case "method":
		w.method = p.Value.Text
		switch p.Value.Text {
		case "grid", "random":
			w.carry(p.Key, "method: %s, the same strategy", p.Value.Text)
		case "bayes":
			w.carry(p.Key, "method: bayes becomes tpe: a tree-structured Parzen estimator, which takes lists and conditions too, in the place of a Gaussian process")
		default:
			w.lose(p.Key, "method %s is not known: random is taken", p.Value.Text)
			w.method = "random"
		}
	case "metric":
		if name, ok := p.Value.Get("name"); ok {
			w.metric = name.Value.Text
		}
		w.goal = "min" // as W&B has it
		if goal, ok := p.Value.Get("goal"); ok && goal.Value.Text == "maximize" {
			w.goal = "max"
		}
		w.carry(p.Key, "metric: configurations are selected by %s on the val part; the plugin has to report it, or name one of a probe, such as probe/logistic/accuracy", w.metric)
	case "early_terminate":
		w.terminate(p)
	case "run_cap":
		w.cap = p.Value.Text
		w.carry(p.Key, "run_cap: %s configurations; a grid has all of its own", p.Value.Text)
	case "name", "description":
		w.lose(p.Key, "%s: the name of the file stands for the sweep", p.Key.Text)
	case "program", "command":
		w.lose(p.Key, "%s: a method is a plugin that answers Train, Embed and Evaluate; \"assay plugin new\" makes its frame, into which the training goes", p.Key.Text)
	default:
		w.lose(p.Key, "%s: has no counterpart here", p.Key.Text)
	}
}

// terminate takes Hyperband, whose brackets are the rungs of successive halving.
func (w *wandb) terminate(p yaml.Pair) {
	if kind, ok := p.Value.Get("type"); !ok || kind.Value.Text != "hyperband" {
		w.lose(p.Key, "early_terminate: only hyperband has a counterpart")
		return
	}
	w.prune = "{strategy: asha}"
	if eta, ok := p.Value.Get("eta"); ok {
		w.prune = fmt.Sprintf("{strategy: asha, factor: %s}", eta.Value.Text)
	}
	w.carry(p.Key, "early_terminate: hyperband becomes asha, on shares of the method's own budget instead of logged iterations (min_iter, max_iter and s are left out); methods that name no budget train whole")
}

// parameter takes one setting; those that are nested get names with dots.
func (w *wandb) parameter(key *yaml.Node, name string, n *yaml.Node) {
	get := func(k string) *yaml.Node {
		if p, ok := n.Get(k); ok && n.Kind == yaml.Mapping {
			return p.Value
		}
		return nil
	}
	if nested := get("parameters"); nested != nil && nested.Kind == yaml.Mapping {
		for _, q := range nested.Pairs {
			w.parameter(q.Key, name+"."+q.Key.Text, q.Value)
		}
		return
	}
	label := flow(&yaml.Node{Kind: yaml.Text, Text: name})
	fixed := func(v *yaml.Node) { w.settings = append(w.settings, label+": "+flow(v)) }
	search := func(v string) { w.searched = append(w.searched, label+": "+v) }
	if v := get("value"); v != nil {
		fixed(v)
		return
	}
	if v := get("values"); v != nil && v.Kind == yaml.List {
		search(flow(v))
		if p := get("probabilities"); p != nil {
			w.lose(p, "%s: probabilities: all values are equally likely at first", name)
		}
		return
	}
	low, high := get("min"), get("max")
	if low == nil || high == nil {
		w.lose(key, "%s: a range without ends cannot be searched; add it with min and max", name)
		return
	}
	distribution := "uniform"
	if low.Kind == yaml.Integer && high.Kind == yaml.Integer {
		distribution = "int_uniform"
	}
	if d := get("distribution"); d != nil {
		distribution = d.Text
	}
	ends := fmt.Sprintf("min: %s, max: %s", low.Text, high.Text)
	if strings.HasSuffix(distribution, "log_uniform") { // its ends are natural logarithms
		ends = fmt.Sprintf("min: %s, max: %s", number(math.Exp(low.Float())), number(math.Exp(high.Float())))
	}
	step := ", step: 1"
	if q := get("q"); q != nil {
		step = ", step: " + q.Text
	}
	switch distribution {
	case "uniform":
		search("{" + ends + "}")
	case "int_uniform":
		search("{" + ends + ", step: 1}")
	case "q_uniform":
		search("{" + ends + step + "}")
	case "log_uniform", "log_uniform_values":
		search("{" + ends + ", scale: log}")
	case "q_log_uniform", "q_log_uniform_values":
		search("{" + ends + ", scale: log}")
		w.lose(key, "%s: values are not rounded to q on a logarithmic scale", name)
	default:
		search("{" + ends + "}")
		w.lose(key, "%s: distribution %s: drawn evenly between its ends", name, distribution)
	}
}

// text is the sweep.
func (w *wandb) text(name, plugin, source string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# From %s.yaml, a sweep of W&B. What became of what, \"assay sweep import\" has said.\nversion: 2\n", name)
	fmt.Fprintf(&b, "datasets:\n  data:\n    source: %s\n    split: {train: 0.6, val: 0.2, test: 0.2, order: random, seed: 1}\n", flow(&yaml.Node{Kind: yaml.Text, Text: source}))
	fmt.Fprintf(&b, "methods:\n  %s:\n    plugin: %s\n", "tuned", flow(&yaml.Node{Kind: yaml.Text, Text: plugin}))
	for _, section := range []struct {
		name  string
		lines []string
	}{{"settings", w.settings}, {"search", w.searched}} {
		if len(section.lines) > 0 {
			fmt.Fprintf(&b, "    %s:\n      %s\n", section.name, strings.Join(section.lines, "\n      "))
		}
	}
	strategy := map[string]string{"grid": "grid", "random": "random", "bayes": "tpe"}[w.method]
	var keys []string
	if strategy != "grid" { // which has as many as it has
		keys = append(keys, "configurations: "+cmp.Or(w.cap, "40"))
	}
	if w.prune != "" {
		keys = append(keys, "prune: "+w.prune)
	}
	if len(w.searched) > 0 {
		fmt.Fprintf(&b, "search: {%s}\n", strings.Join(append([]string{"strategy: " + strategy}, keys...), ", "))
		if w.metric != "" {
			fmt.Fprintf(&b, "select: {metric: %s, split: val, goal: %s}\n", flow(&yaml.Node{Kind: yaml.Text, Text: w.metric}), w.goal)
		}
	}
	b.WriteString("seeds: 3\n")
	if w.metric != "" {
		fmt.Fprintf(&b, "tables:\n  - {name: main, rows: method, cols: dataset, cell: %s, split: test}\n", flow(&yaml.Node{Kind: yaml.Text, Text: w.metric}))
	}
	return b.String()
}

// number writes a float as YAML reads one.
func number(x float64) string {
	s := strconv.FormatFloat(x, 'g', 6, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	if m, e, ok := strings.Cut(s, "e"); ok && !strings.Contains(m, ".") {
		s = m + ".0e" + e
	}
	return s
}

// plain is text that is nothing else without quotes.
var plain = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?i:[a-z./_][a-z0-9./_-]*)$`) })

// words are what older YAML takes for something else.
var words = []string{"true", "false", "yes", "no", "on", "off", "null", ".inf", ".nan", "y", "n"}

// flow writes a value in one line. Text that could be read as something else stands in
// quotes.
func flow(n *yaml.Node) string {
	switch n.Kind {
	case yaml.List:
		out := make([]string, len(n.Items))
		for i, item := range n.Items {
			out[i] = flow(item)
		}
		return "[" + strings.Join(out, ", ") + "]"
	case yaml.Mapping:
		out := make([]string, len(n.Pairs))
		for i, p := range n.Pairs {
			out[i] = flow(p.Key) + ": " + flow(p.Value)
		}
		return "{" + strings.Join(out, ", ") + "}"
	case yaml.Text:
		if plain().MatchString(n.Text) && !n.Quoted && !slices.Contains(words, strings.ToLower(n.Text)) {
			return n.Text
		}
		return strconv.Quote(n.Text)
	case yaml.Null:
		return "null"
	}
	return n.Text
}
