package probe

import (
	"fmt"
	"slices"
	"sync"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/setting"
)

// kind is one entry of the registry.
type kind struct {
	name    string
	schema  func() setting.Schema // made when it is first asked for
	metrics []metric.Info         // without prefix
	open    func(values map[string]any) (Prober, error)
}

// common is the settings that every kind has.
type common struct {
	MinSpeed float64 `name:"min_speed" default:"0" min:"0" doc:"fit and score only samples whose continuous target velocity is faster than this, in its unit; 0 = all samples"`
}

var kinds = []kind{
	register[direction]("direction",
		higher("accuracy", "share of samples whose angle is off by less than pi/8"),
		higher("delta_accuracy", "share of samples whose angle is off by less than 3*pi/16")),
	register[logistic]("logistic", higher("accuracy", "share of samples given their class")),
	register[state]("state", higher("accuracy", "share of samples given their class"),
		higher("f1", "F1 of the classes, averaged by their frequency")),
	register[ridge]("ridge", higher("r2", r2Doc)),
	register[knn]("knn",
		higher("accuracy", "share of samples given their class (class targets only)"),
		higher("r2", r2Doc+" (continuous targets only)")),
}

func higher(name, doc string) metric.Info {
	return metric.Info{Name: name, Goal: metric.Max, Doc: doc}
}

// register makes the entry of a kind whose settings are the exported fields of T.
func register[T Prober](name string, metrics ...metric.Info) kind {
	schema := sync.OnceValue(func() setting.Schema {
		var zero T
		return slices.Concat(setting.Of(zero), setting.Of(common{}))
	})
	return kind{name, schema, metrics, func(values map[string]any) (Prober, error) {
		var p T
		err := schema().Decode(values, &p)
		return p, err
	}}
}

// Kinds lists the kinds of probes there are.
func Kinds() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

func find(name string) (kind, bool) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}

// Schema returns the settings of a kind, and whether there is such a kind.
func Schema(name string) (setting.Schema, bool) {
	k, ok := find(name)
	if !ok {
		return nil, false
	}
	return slices.Clone(k.schema()), true
}

// Complete returns the spec with its name and settings filled in and in their
// one form: equal specs ask for the same probe. An unknown kind and a missing
// target are a [problem.Problem]; of the settings, all [setting.Problem]s are joined.
func Complete(s Spec) (Spec, error) {
	k, ok := find(s.Kind)
	if !ok {
		return Spec{}, problem.Problem{Path: "kind", Fact: fmt.Sprintf("there is no kind of probe %q", s.Kind), Hint: setting.Suggest(s.Kind, Kinds())}
	}
	if s.Name == "" {
		s.Name = s.Kind
	}
	if s.Target == "" {
		return Spec{}, fmt.Errorf("probe %s: %w", s.Name, problem.New("no target is given", "target names what the recording is read out for, such as direction"))
	}
	if c := s.Columns; c != nil && (len(c) != 2 || c[0] < 0 || c[1] <= c[0]) {
		return Spec{}, fmt.Errorf("probe %s: %w", s.Name, problem.New(fmt.Sprintf("columns are %v", c), "columns: [0, 64] are the first 64 dimensions of the embedding"))
	}
	full, err := k.schema().Complete(s.Settings)
	if err != nil {
		return Spec{}, fmt.Errorf("probe %s: %w", s.Name, err)
	}
	s.Settings = full
	return s, nil
}

// Metrics declares what [Run] may report for the spec; nil for an unknown kind.
// A metric whose doc limits it to one sort of target is left out for the other.
func Metrics(s Spec) []metric.Info {
	k, _ := find(s.Kind)
	out := slices.Clone(k.metrics)
	for i := range out {
		out[i].Name = prefix(s) + out[i].Name
	}
	return out
}

func prefix(s Spec) string {
	if s.Name == "" {
		s.Name = s.Kind
	}
	return "probe/" + s.Name + "/"
}
