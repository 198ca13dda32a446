package search

import (
	"encoding/json"
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
	schema setting.Schema
	fixed  map[string]any
	params []Param // each after those that its condition looks at; else in the order given
}

// New returns the space of the parameters around fixed settings. All values,
// ranges and conditions must have passed the schema's checks; what remains to go
// wrong are conditions that wait for each other.
func New(schema setting.Schema, fixed map[string]any, params []Param) (*Space, error) {
	ordered, err := order(params)
	if err != nil {
		return nil, err
	}
	return &Space{schema: schema, fixed: fixed, params: ordered}, nil
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

// kind is the kind of the setting that a parameter searches.
func (s *Space) kind(p Param) setting.Kind {
	set, _ := s.schema.Find(p.Name)
	return set.Kind
}

// complete makes a configuration of chosen values.
func (s *Space) complete(given map[string]any) (Config, string, error) {
	full, err := s.schema.Complete(given)
	if err != nil {
		return Config{}, "", err
	}
	key, err := json.Marshal(full)
	if err != nil {
		return Config{}, "", fmt.Errorf("a setting holds what JSON cannot: %w", err)
	}
	return Config{Given: maps.Clone(given), Full: full}, string(key), nil
}

// unique collects configurations that differ once they are complete.
type unique struct {
	space *Space
	seen  map[string]bool
	list  []Config
}

func (s *Space) unique() *unique { return &unique{space: s, seen: map[string]bool{}} }

func (u *unique) add(given map[string]any) error {
	c, key, err := u.space.complete(given)
	if err != nil || u.seen[key] {
		return err
	}
	u.seen[key] = true
	u.list = append(u.list, c)
	return nil
}

// Distinct completes explicit settings, each on top of the fixed ones, and
// leaves out those that come to the same as an earlier one.
func (s *Space) Distinct(configs []map[string]any) ([]Config, error) {
	u := s.unique()
	for _, c := range configs {
		given := maps.Clone(s.fixed)
		if given == nil {
			given = map[string]any{}
		}
		maps.Copy(given, c)
		if err := u.add(given); err != nil {
			return nil, err
		}
	}
	return u.list, nil
}

// Grid lists every configuration once: the last parameter varies fastest, and a
// parameter whose condition is false stays at its default. A space with a range
// that has no step, or with more than MaxConfigs configurations, is refused.
func (s *Space) Grid() ([]Config, error) {
	for _, p := range s.params {
		if !p.Finite(s.kind(p)) || p.Log && p.IsRange() {
			return nil, fmt.Errorf("%s is a range without values to list (no step, or scale log)", p.Name)
		}
	}
	u, leaves := s.unique(), 0
	given := map[string]any{}
	maps.Copy(given, s.fixed)
	var walk func(rest []Param) error
	walk = func(rest []Param) error {
		if len(rest) == 0 {
			if leaves++; leaves > MaxConfigs {
				return errTooMany
			}
			return u.add(given)
		}
		p := rest[0]
		on, err := s.schema.Active(p.When, given)
		if err != nil {
			return fmt.Errorf("%s: when: %w", p.Name, err)
		}
		if !on {
			return walk(rest[1:])
		}
		values, err := p.list(s.kind(p))
		if err != nil {
			return err
		}
		for _, v := range values {
			given[p.Name] = v
			if err := walk(rest[1:]); err != nil {
				return err
			}
		}
		delete(given, p.Name)
		return nil
	}
	if err := walk(s.params); err != nil {
		if errors.Is(err, errTooMany) {
			return nil, fmt.Errorf("the grid has more than %d configurations", MaxConfigs)
		}
		return nil, err
	}
	return u.list, nil
}
