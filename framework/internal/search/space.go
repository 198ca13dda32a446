package search

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"github.com/assaylab/assay/framework/setting"
)

// A Config is one configuration: settings as they were chosen, and complete.
type Config struct {
	Given map[string]any // fixed settings and those searched; may hold some without effect
	Full  map[string]any // complete: defaults filled, without effect removed
}

// A Space is what the search of one method ranges over.
type Space struct {
	schema      setting.Schema
	completer   *setting.Completer
	fixed       map[string]any
	params      []Param // each after those that its condition looks at; else in the order given
	kinds       []setting.Kind
	when        []*setting.Condition
	constraints []constraint
}

// New returns the space of the parameters around fixed settings. Constraints are
// conditions that every configuration must meet, such as "batch * views <= 512";
// a setting without effect counts with its default. All values, ranges and
// conditions must have passed the schema's checks; what remains to go wrong are
// conditions that wait for each other.
func New(schema setting.Schema, fixed map[string]any, params []Param, constraints ...string) (*Space, error) {
	ordered, err := order(params)
	if err != nil {
		return nil, err
	}
	s := &Space{schema: schema, fixed: fixed, params: ordered}
	if s.completer, err = schema.Completer(); err != nil {
		return nil, err
	}
	for _, p := range ordered {
		when, err := schema.Condition(p.When)
		if err != nil {
			return nil, fmt.Errorf("%s: when: %w", p.Name, err)
		}
		set, _ := schema.Find(p.Name)
		s.when, s.kinds = append(s.when, when), append(s.kinds, set.Kind)
	}
	for _, text := range constraints {
		c, err := schema.Condition(text)
		if err != nil {
			return nil, fmt.Errorf("constraint %w", err)
		}
		s.constraints = append(s.constraints, constraint{text, c})
	}
	return s, nil
}

// order sorts the parameters so that each comes after those its condition names.
func order(params []Param) ([]Param, error) {
	var out []Param
	rest := slices.Clone(params)
	for len(rest) > 0 {
		i := slices.IndexFunc(rest, func(p Param) bool {
			return !slices.ContainsFunc(rest, func(q Param) bool { return slices.Contains(names(p.When), q.Name) })
		})
		if i < 0 {
			var waiting []string
			for _, p := range rest {
				waiting = append(waiting, p.Name)
			}
			return nil, fmt.Errorf("the conditions of %s wait for each other", strings.Join(waiting, ", "))
		}
		out = append(out, rest[i])
		rest = slices.Delete(rest, i, i+1)
	}
	return out, nil
}

// names lists the settings that a condition looks at.
func names(when string) []string {
	if when == "" {
		return nil
	}
	tree, err := parser.Parse(when)
	if err != nil {
		return nil // the schema's check has refused it
	}
	var found collector
	ast.Walk(&tree.Node, &found)
	return found
}

type collector []string

func (c *collector) Visit(n *ast.Node) {
	if id, ok := (*n).(*ast.IdentifierNode); ok {
		*c = append(*c, id.Value)
	}
}

// active reports whether parameter i is searched with what is given so far.
func (s *Space) active(i int, given map[string]any) (bool, error) {
	on, err := s.when[i].Holds(given)
	if err != nil {
		return false, fmt.Errorf("%s: when: %w", s.params[i].Name, err)
	}
	return on, nil
}

// start is a copy of the fixed settings, to which chosen values are added.
func (s *Space) start() map[string]any {
	given := make(map[string]any, len(s.fixed)+len(s.params))
	maps.Copy(given, s.fixed)
	return given
}

// Distinct completes explicit settings, each on top of the fixed ones, and
// leaves out those that come to the same as an earlier one. One that breaks a
// constraint is a mistake.
func (s *Space) Distinct(configs []map[string]any) ([]Config, error) {
	u := s.unique()
	for i, c := range configs {
		given := s.start()
		maps.Copy(given, c)
		switch outcome, err := u.add(given); {
		case err != nil:
			return nil, err
		case outcome == refused:
			return nil, fmt.Errorf("configuration %d breaks the constraint %s", i+1, u.broken)
		}
	}
	return u.list, nil
}

// Grid lists every configuration once: the last parameter varies fastest, and a
// parameter whose condition is false stays at its default. A space with a range
// that has no step, or with more than MaxConfigs configurations, is refused.
func (s *Space) Grid() ([]Config, error) {
	for i, p := range s.params {
		if !p.Finite(s.kinds[i]) || p.Log && p.IsRange() {
			return nil, fmt.Errorf("%s is a range without values to list (no step, or scale log)", p.Name)
		}
	}
	list, err := s.product(MaxConfigs)
	if errors.Is(err, errTooMany) {
		return nil, fmt.Errorf("the grid has more than %d configurations", MaxConfigs)
	}
	return list, err
}

// product lists the configurations of a finite space, whole numbers on a log
// scale included. More combinations than that are errTooMany.
func (s *Space) product(most int) ([]Config, error) {
	u, leaves := s.unique(), 0
	given := s.start()
	var walk func(i int) error
	walk = func(i int) error {
		if i == len(s.params) {
			if leaves++; leaves > most {
				return errTooMany
			}
			_, err := u.add(given)
			return err
		}
		on, err := s.active(i, given)
		if err != nil {
			return err
		}
		if !on {
			return walk(i + 1)
		}
		p := s.params[i]
		values, err := p.list(s.kinds[i], most)
		if err != nil {
			return err
		}
		for _, v := range values {
			given[p.Name] = v
			if err := walk(i + 1); err != nil {
				return err
			}
		}
		delete(given, p.Name)
		return nil
	}
	if err := walk(0); err != nil {
		return nil, err
	}
	if len(u.list) == 0 {
		return nil, u.nothing(leaves)
	}
	return u.list, nil
}
