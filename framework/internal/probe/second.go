package probe

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/setting"
)

// learner is a kind of version 2: it fits to a task and returns what reads others.
type learner interface {
	// learn fits on train; val is nil where there is none. What it does of itself
	// goes to notes. Of several initialisations there are several readers.
	learn(ctx context.Context, how course, train, val *task) ([]reader, error)
}

// reader reads samples. fitted says that they are those it was fitted on.
type reader func(ctx context.Context, q *task, fitted bool) (answer, error)

// course is what learners share.
type course struct {
	penalty penalty
	seed    uint64
	note    func(format string, args ...any)
}

// scaling and shuffling are settings of all kinds of version 2.
type scaling struct {
	Scale string `name:"scale" default:"global" choices:"global,columns,none" doc:"global: means of the columns removed, all divided by the root of their mean variance on train; columns: each by its own; none: as they are"`
}

type shuffling struct {
	Shuffled int `name:"shuffled" default:"0" min:"0" doc:"also fit to train's target permuted by whole trials, so many times (20 or more say something): metrics shuffled/... are the mean, shuffled95/... the 95th percentile"`
}

// penalties are the settings of those that choose one.
func penalties() setting.Schema { return setting.Of(penalty{}) }

// second makes the entry of a kind of version 2 whose settings are the exported
// fields of T, more, and what all have.
func second[T learner](name, reads string, more func() setting.Schema, metrics []metric.Info) kind {
	schema := sync.OnceValue(func() setting.Schema {
		var zero T
		var extra setting.Schema
		if more != nil {
			extra = more()
		}
		scales := setting.Of(scaling{})
		if _, ok := any(zero).(angular); ok { // the released read-outs scale nothing
			scales[0].When = "profile == 'ridge'"
			for i := range extra {
				extra[i].When = joinWhen(extra[i].When, "profile == 'ridge'")
			}
		}
		return slices.Concat(setting.Of(zero), extra, scales, setting.Of(shuffling{}), setting.Of(common{}))
	})
	return kind{name, "2", reads, schema, metrics, func(s Spec) (Prober, error) {
		var l T
		p := probe2{spec: s}
		into := []any{&l, &p.scaling, &p.shuffling}
		if more != nil {
			into = append(into, &p.penalty)
		}
		for _, into := range into {
			if err := schema().Decode(s.Settings, into); err != nil {
				return nil, err
			}
		}
		if p.Shuffled > 0 && p.Shuffled < 20 {
			return nil, problem.New(fmt.Sprintf("%d permutations say little", p.Shuffled), "shuffled: 20 or more, or 0")
		}
		p.learner = l
		return p, nil
	}}
}

func joinWhen(a, b string) string {
	if a == "" {
		return b
	}
	return "(" + a + ") and " + b
}

// probe2 is a probe of version 2.
type probe2 struct {
	spec    Spec
	learner learner
	penalty penalty
	scaling
	shuffling
}

// history is how many samples are read together.
func (p probe2) history() int {
	if l, ok := p.learner.(lagged); ok {
		return l.Lags
	}
	return 1
}

func (p probe2) Run(ctx context.Context, parts Parts, target string, seed uint64) (Result, error) {
	var out Result
	tasks, err := p.tasks(&out, parts, target)
	if err != nil {
		return Result{}, err
	}
	from := data.Train
	if parts[from].Recording == nil {
		from = data.All
	}
	train, val := tasks[from], tasks[data.Val]
	how := course{p.penalty, seed, out.note}
	readers, err := p.learner.learn(ctx, how, train, val)
	if err != nil {
		return Result{}, err
	}
	for _, s := range parts.splits() {
		t := tasks[s]
		answers, err := t.ask(ctx, readers, s == from)
		if err != nil {
			return Result{}, err
		}
		scores, err := t.scores(answers)
		if err != nil {
			return Result{}, fmt.Errorf("on the %s part: %w", s, err)
		}
		out.add(s, "", scores)
		if share := t.unseen(train); share > 0 {
			out.putFor(metric.None, unseen.Name, s, share, numbers{})
		}
		chance, err := t.chance(train)
		if err != nil {
			return Result{}, fmt.Errorf("on the %s part: %w", s, err)
		}
		out.add(s, "chance/", chance)
		if t.want.labels != nil && t.want.theta == nil {
			if out.Arrays == nil {
				out.Arrays = map[data.Split]map[string]data.Array{}
			}
			out.Arrays[s] = map[string]data.Array{"confusion": matrix(answers[0].labels, t.want)}
		}
	}
	if p.Shuffled > 0 {
		if err := p.shuffle(ctx, &out, how, tasks, from, parts.splits()); err != nil {
			return Result{}, err
		}
	}
	return out, nil
}

// ask has every reader read the samples.
func (t *task) ask(ctx context.Context, readers []reader, fitted bool) ([]answer, error) {
	out := make([]answer, len(readers))
	for i, read := range readers {
		var err error
		if out[i], err = read(ctx, t, fitted); err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *Result) add(split data.Split, prefix string, scores []score) {
	for _, s := range scores {
		r.putFor(s.goal, prefix+s.name, split, s.value, s.numbers)
	}
}

// tasks are the parts, scaled alike, with what they should be read as.
func (p probe2) tasks(out *Result, parts Parts, target string) (map[data.Split]*task, error) {
	angles, err := p.angles(out, parts, target)
	if err != nil {
		return nil, err
	}
	fit := widen(parts.fitted().X)
	if fit.n < 2 {
		return nil, problem.New(fmt.Sprintf("the probe is fitted on %d sample", fit.n), "divide the recording so that more samples are in train")
	}
	by := newScale(p.Scale, fit)
	tasks := map[data.Split]*task{}
	for s, part := range parts {
		want, err := wanted(part.Recording, target, angles)
		if err != nil {
			return nil, err
		}
		tasks[s] = &task{by.apply(widen(part.X)), units(part), part.cases, want}
	}
	return tasks, nil
}

// leastCases is how many a part needs for intervals over its cases.
const leastCases = 8

// angles are those that the classes stand for: of the recording, or, where it does
// not say, the classes that occur, in order, evenly spaced.
func (p probe2) angles(out *Result, parts Parts, target string) ([]float64, error) {
	if _, ok := p.learner.(angular); !ok {
		return nil, nil
	}
	if p.spec.Angles != nil {
		return p.spec.Angles, nil
	}
	occur := map[int32]bool{}
	classes := 0
	for _, part := range parts {
		t, err := part.Recording.ClassTarget(target)
		if err != nil {
			return nil, err
		}
		classes = max(classes, t.Classes)
		for _, l := range t.Labels {
			occur[l] = true
		}
	}
	angles, i := make([]float64, classes), 0
	for l := range angles {
		if occur[int32(l)] {
			angles[l] = 2 * math.Pi * float64(i) / float64(len(occur))
			i++
		}
	}
	out.note("the recording does not say which angles the classes of %s stand for: the %d that occur stand, in order, for 0, 1/%d, ... of a turn", target, len(occur), len(occur))
	return angles, nil
}

// ReadsAngles reports whether a probe asks the recording for the angles of its target.
func ReadsAngles(s Spec) bool { return s.Kind == "direction" && s.Version != "" }
