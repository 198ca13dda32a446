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
	version string                // "" of the first edition
	reads   string                // what a target must be: a "class", a "value" or "either"
	schema  func() setting.Schema // made when it is first asked for
	metrics []metric.Info         // without prefix
	open    func(s Spec) (Prober, error)
}

// common is the settings that every kind has.
type common struct {
	MinSpeed float64 `name:"min_speed" default:"0" min:"0" doc:"fit and score only samples whose continuous target velocity is faster than this, in its unit; 0 = all samples"`
}

var kinds = []kind{
	register[direction]("direction", "class",
		higher("accuracy", "share of samples whose angle is off by less than pi/8"),
		higher("delta_accuracy", "share of samples whose angle is off by less than 3*pi/16")),
	register[logistic]("logistic", "class", higher("accuracy", "share of samples given their class")),
	register[state]("state", "class", higher("accuracy", "share of samples given their class"),
		higher("f1", "F1 of the classes, averaged by their frequency")),
	register[ridge]("ridge", "value", higher("r2", r2Doc)),
	register[knn]("knn", "either",
		higher("accuracy", "share of samples given their class (class targets only)"),
		higher("r2", r2Doc+" (continuous targets only)")),

	second[angular]("direction", "class", penalties, angleMetrics),
	second[softmaxed]("logistic", "class", penalties, classMetrics),
	second[linear]("ridge", "value", penalties, valueMetrics),
	second[lagged]("wiener", "value", penalties, valueMetrics),
	second[balanced]("state", "class", nil, classMetrics),
	repeated(),
	second[neighbours]("knn", "either", nil, slices.Concat(classMetrics, valueMetrics)),
}

func higher(name, doc string) metric.Info {
	return metric.Info{Name: name, Goal: metric.Max, Doc: doc}
}

// register makes the entry of a kind of the first edition whose settings are the
// exported fields of T.
func register[T Prober](name, reads string, metrics ...metric.Info) kind {
	schema := sync.OnceValue(func() setting.Schema {
		var zero T
		return slices.Concat(setting.Of(zero), setting.Of(common{}))
	})
	return kind{name, "", reads, schema, metrics, func(s Spec) (Prober, error) {
		var p T
		err := schema().Decode(s.Settings, &p)
		return p, err
	}}
}

// repeated is the entry of what reads nothing out.
func repeated() kind {
	return kind{"ceiling", "2", "class", func() setting.Schema { return setting.Of(common{}) }, ceilingMetrics, func(Spec) (Prober, error) { return ceiling{}, nil }}
}

// Kinds lists the kinds of probes there are.
func Kinds() []string {
	var names []string
	for _, k := range kinds {
		if !slices.Contains(names, k.name) {
			names = append(names, k.name)
		}
	}
	return names
}

// Newest is the version that a kind has in sweep files of version 2.
func Newest(name string) (version string) {
	for _, k := range kinds {
		if k.name == name {
			version = max(version, k.version)
		}
	}
	return version
}

// version is that of a spec: of a kind that the first edition did not have the newest.
func version(s Spec) string {
	if _, ok := find(s.Kind, s.Version); !ok && s.Version == "" {
		return Newest(s.Kind)
	}
	return s.Version
}

func find(name, version string) (kind, bool) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name && k.version == version })
	if i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}

// Schema returns the settings of a version of a kind, and whether there is one.
func Schema(name, version string) (setting.Schema, bool) {
	k, ok := find(name, version)
	if !ok {
		return nil, false
	}
	return slices.Clone(k.schema()), true
}

// Complete returns the spec with its name, version and settings filled in and in
// their one form: equal specs ask for the same probe. An unknown kind and a missing
// target are a [problem.Problem]; of the settings, all [setting.Problem]s are joined.
func Complete(s Spec) (Spec, error) {
	s.Version = version(s)
	k, ok := find(s.Kind, s.Version)
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
	k, _ := find(s.Kind, version(s))
	out := slices.Clone(k.metrics)
	if k.version != "" && k.name != "ceiling" { // which has no answers that could be given by chance
		s.Settings, _ = k.schema().Complete(s.Settings) // of wrong ones nothing is shuffled
		out = withLevels(out, Permutations(s) > 0)
	}
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
