package study

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/search"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/wire"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/setting"
)

// openStrategy starts the plugin that the sweep searches with, if it names one.
func (s *Study) openStrategy(ctx context.Context, file string) error {
	sw := s.Sweep
	if sw.Search.Plugin == "" {
		return nil
	}
	at := func(err error) error { return sw.At(err, "search", "strategy") }
	p, err := s.Finder.Find(sw.Search.Plugin, filepath.Dir(file))
	if err != nil {
		return at(problem.Usage(fmt.Errorf("search: strategy: %w", err), ""))
	}
	if s.strategist, err = s.Launcher.OpenStrategy(ctx, p); err != nil {
		return at(problem.Advise(fmt.Errorf("the strategy %s: %w", sw.Search.Plugin, err), "\"assay plugin check "+sw.Search.Plugin+"\" looks at it"))
	}
	for name := range sw.Search.Settings {
		if !slices.Contains(s.strategist.Settings, name) {
			return sw.At(problem.Usage(fmt.Errorf("search: the strategy %s has no setting %q", s.strategist.Name, name), setting.Suggest(name, s.strategist.Settings)), "search", "settings", name)
		}
	}
	begun := 0
	sw.Outside = func(space *search.Space, n int) (search.Strategy, error) {
		begun++
		o := &outside{ctx: ctx, plugin: s.strategist, space: space, id: fmt.Sprint(begun), min: sw.Select != nil && metric.Goal(sw.Select.Goal) == metric.Min}
		return o, o.begin(sw, n)
	}
	return nil
}

// Close ends what the study has started.
func (s *Study) Close() {
	if s.strategist != nil {
		s.strategist.Close()
	}
}

// outside is a search by a plugin. Questions that break a constraint are answered
// "skipped", in their turn, and another one is asked.
type outside struct {
	ctx    context.Context
	plugin *host.Strategist
	space  *search.Space
	id     string
	min    bool
	most   int

	asked   int
	skipped []bool // of the plugin's questions that have no answer yet, the oldest first
	told    int64
	failed  error
}

// patient is how many questions in a row may break a constraint.
const patient = 100

func (o *outside) begin(sw *sweep.Sweep, n int) error {
	o.most = n
	params, fixed := o.space.Parameters()
	goal, metricName := "max", "value"
	if o.min {
		goal = "min"
	}
	if sw.Select != nil {
		metricName = sw.Select.Metric
	}
	r := &wire.BeginRequest{Search: o.id, Seed: sw.Search.Seed, Configurations: int64(n), Batch: int64(sw.Search.Batch),
		Objectives: []*wire.Objective{{Metric: metricName, Goal: goal}}}
	var errs []error
	text := func(v any) string {
		b, err := json.Marshal(v)
		errs = append(errs, err)
		return string(b)
	}
	r.SettingsJson, r.FixedJson = text(nonNil(sw.Search.Settings)), text(nonNil(fixed))
	for _, p := range params {
		if p.When != "" && !o.plugin.Conditions {
			return problem.Usage(fmt.Errorf("the strategy %s takes no conditions, and %s has one", o.plugin.Name, p.Name), "search it in a sweep of its own, or take another strategy")
		}
		x := &wire.Parameter{Name: p.Name, Kind: string(p.Kind), Min: p.Min, Max: p.Max, Step: p.Step, When: p.When, DefaultJson: text(p.Default)}
		if p.Log {
			x.Scale = "log"
		}
		for _, v := range p.Values {
			x.ValuesJson = append(x.ValuesJson, text(v))
		}
		r.Parameters = append(r.Parameters, x)
	}
	return errors.Join(errors.Join(errs...), o.plugin.Begin(o.ctx, r))
}

func nonNil(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// Ask implements [search.Strategy].
func (o *outside) Ask() (search.Config, bool, error) {
	if o.failed != nil || o.asked == o.most {
		return search.Config{}, false, o.failed
	}
	for range patient {
		values, ok, err := o.plugin.Ask(o.ctx, o.id)
		if err != nil || !ok {
			return search.Config{}, false, err
		}
		c, allowed, err := o.space.Configure(values)
		if err != nil {
			return search.Config{}, false, o.plugin.Wrong(fmt.Sprintf("the question %v makes no sense: %v", values, err))
		}
		o.skipped = append(o.skipped, !allowed)
		if allowed {
			o.asked++
			return c, true, nil
		}
		o.skip()
	}
	return search.Config{}, false, o.plugin.Wrong(fmt.Sprintf("%d questions in a row break the constraints", patient))
}

// Tell implements [search.Strategy].
func (o *outside) Tell(a search.Answer) {
	r := &wire.TellRequest{Search: o.id, Question: o.told, Outcome: "failed", Seeds: 1}
	if !math.IsNaN(a.Value) {
		v := a.Value
		if o.min {
			v = -v
		}
		r.Values, r.Outcome = []float64{v}, "ok"
	}
	o.tell(r)
	o.skip()
}

// skip answers the questions that nobody will try and whose turn it is.
func (o *outside) skip() {
	for len(o.skipped) > 0 && o.skipped[0] {
		o.tell(&wire.TellRequest{Search: o.id, Question: o.told, Outcome: "skipped", Seeds: 1})
	}
}

func (o *outside) tell(r *wire.TellRequest) {
	o.skipped = o.skipped[1:]
	o.told++
	o.failed = errors.Join(o.failed, o.plugin.Tell(o.ctx, r))
}
