package study

import (
	"context"
	"fmt"
	"math"
	"reflect"

	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/search"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/setting"
)

// A StrategyCheck is one thing that a search relies on.
type StrategyCheck struct {
	Name, Hint string
	run        func(*strategyCase) error
}

// StrategyChecks are all of them, in order.
var StrategyChecks = []StrategyCheck{
	{"numbers", "a float within min and max, an int that is whole and on its steps", func(c *strategyCase) error { return c.asks(numbers, 8, 1) }},
	{"lists", "values as they stand in the list", func(c *strategyCase) error { return c.asks(lists, 8, 1) }},
	{"conditions", "a parameter whose condition does not hold is left out; conditions = False says that there may be none", func(c *strategyCase) error {
		if !c.plugin.Conditions {
			return nil
		}
		return c.asks(append(lists, search.Param{Name: "momentum", Min: 0.5, Max: 0.9, When: "rule == 'sgd'"}), 8, 1)
	}},
	{"several open questions", "it is asked up to batch times before it is told anything", func(c *strategyCase) error { return c.asks(numbers, 12, 5) }},
	{"the same seed asks the same", "draw from the seed of the search only, and keep nothing from one search to the next", func(c *strategyCase) error { return c.same(c.plugin) }},
	{"a new process asks the same", "a search that goes on after a kill begins anew", func(c *strategyCase) error {
		again, err := c.open()
		if err != nil {
			return err
		}
		defer again.Close()
		return c.same(again)
	}},
	{"answers without a value", "tell may bring no values: the outcome is failed or skipped", func(c *strategyCase) error {
		c.fails = true
		defer func() { c.fails = false }()
		return c.asks(numbers, 12, 3)
	}},
}

type strategySettings struct {
	Rate     float64 `name:"rate" default:"0.1" above:"0" max:"1" doc:"a number whose ratios matter"`
	Width    float64 `name:"width" default:"0" min:"-5" max:"5" doc:"a number"`
	Layers   int     `name:"layers" default:"2" min:"1" max:"9" doc:"a whole number"`
	Size     int     `name:"size" default:"16" min:"8" max:"64" doc:"a whole number in steps"`
	Rule     string  `name:"rule" default:"adam" choices:"adam,sgd" doc:"a word"`
	Momentum float64 `name:"momentum" default:"0.9" min:"0" max:"1" when:"rule == 'sgd'" doc:"with some rules only"`
	Bias     bool    `name:"bias" default:"true" doc:"a truth value"`
}

var (
	numbers = []search.Param{{Name: "rate", Min: 1e-4, Max: 1, Log: true}, {Name: "width", Min: -5, Max: 5}, {Name: "layers", Min: 1, Max: 9}, {Name: "size", Min: 8, Max: 64, Step: 8}}
	lists   = []search.Param{{Name: "rule", Values: []any{"adam", "sgd"}}, {Name: "bias", Values: []any{true, false}}, {Name: "layers", Values: []any{int64(1), int64(4), int64(9)}}}
)

// strategyCase is a strategy that is looked at.
type strategyCase struct {
	ctx    context.Context
	open   func() (*host.Strategist, error)
	plugin *host.Strategist
	begun  int
	fails  bool // every second answer has no value
}

// CheckStrategy asks a strategy plugin what the searches of a sweep would, and tells
// what each check found: nil is well. The error says that it does not even start.
func CheckStrategy(ctx context.Context, l *host.Launcher, p host.Plugin, tell func(StrategyCheck, error)) (name, version string, err error) {
	c := &strategyCase{ctx: ctx, open: func() (*host.Strategist, error) { return l.OpenStrategy(ctx, p) }}
	if c.plugin, err = c.open(); err != nil {
		return "", "", err
	}
	defer func() { c.plugin.Close() }()
	for _, check := range StrategyChecks {
		tell(check, check.run(c))
		if ctx.Err() != nil {
			return "", "", ctx.Err()
		}
	}
	return c.plugin.Name, c.plugin.Version, nil
}

// asks drives a search to its end.
func (c *strategyCase) asks(params []search.Param, n, batch int) error {
	_, err := c.questions(c.plugin, params, 1, n, batch)
	return err
}

func (c *strategyCase) questions(p *host.Strategist, params []search.Param, seed uint64, n, batch int) ([]search.Config, error) {
	space, err := search.New(setting.Of(strategySettings{}), nil, params)
	if err != nil {
		return nil, err
	}
	c.begun++
	o := &outside{ctx: c.ctx, plugin: p, space: space, id: fmt.Sprintf("check %d", c.begun)}
	sw := &sweep.Sweep{Search: sweep.Search{Seed: seed, Batch: batch}}
	if err := o.begin(sw, n); err != nil {
		return nil, err
	}
	seq := &search.Sequence{Strategy: o, Batch: batch}
	for !seq.Done() {
		_, _, err := seq.Next(func(i int) (search.Answer, bool) {
			if c.fails && i%2 == 0 {
				return search.None, true
			}
			full, sum := seq.Asked[i].Full, 0.0
			for _, name := range []string{"rate", "width"} {
				if x, ok := full[name].(float64); ok {
					sum -= math.Abs(x - 0.1)
				}
			}
			return search.Answer{Value: sum}, true
		})
		if err != nil {
			return nil, err
		}
	}
	if len(seq.Asked) == 0 {
		return nil, fmt.Errorf("it asks nothing")
	}
	return seq.Asked, o.failed
}

// same holds the questions of two searches against each other.
func (c *strategyCase) same(other *host.Strategist) error {
	first, err := c.questions(c.plugin, numbers, 7, 10, 2)
	if err != nil {
		return err
	}
	second, err := c.questions(other, numbers, 7, 10, 2)
	if err != nil {
		return err
	}
	for i := range min(len(first), len(second)) {
		if !reflect.DeepEqual(first[i].Full, second[i].Full) {
			return fmt.Errorf("question %d is %v, and the second time %v", i+1, first[i].Full, second[i].Full)
		}
	}
	if len(first) != len(second) {
		return fmt.Errorf("it asks %d questions, and the second time %d", len(first), len(second))
	}
	return nil
}
