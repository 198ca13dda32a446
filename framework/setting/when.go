package setting

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// CheckCondition reports whether a `when` condition is one: comparisons of
// settings, and / or / not, and `in [..]`, for example
// "optimizer == 'sgd' and epochs > 10". Names are checked against the schema
// and types against each other.
func (s Schema) CheckCondition(when string) error {
	_, err := compile(when, s)
	return err
}

// Active reports whether a condition holds for the values; the empty one always does.
func (s Schema) Active(when string, values map[string]any) (bool, error) {
	c, err := s.Condition(when)
	if err != nil {
		return false, err
	}
	return c.Holds(values)
}

// A Condition is a `when` that was read once and is asked many times.
type Condition struct {
	schema  Schema
	program *vm.Program // nil: always
}

// Condition reads a condition on the settings of the schema; the empty one always holds.
func (s Schema) Condition(when string) (*Condition, error) {
	if when == "" {
		return &Condition{}, nil
	}
	program, err := compile(when, s)
	if err != nil {
		return nil, err
	}
	return &Condition{schema: s, program: program}, nil
}

// Holds reports whether the condition holds for the values, defaults in place of missing ones.
func (c *Condition) Holds(values map[string]any) (bool, error) {
	if c.program == nil {
		return true, nil
	}
	return c.of(c.schema.fill(values))
}

// of is Holds for values of all settings.
func (c *Condition) of(full map[string]any) (bool, error) {
	if c.program == nil {
		return true, nil
	}
	v, err := expr.Run(c.program, full)
	if err != nil {
		return false, err
	}
	return v.(bool), nil
}

func compile(when string, schema Schema) (*vm.Program, error) {
	program, err := expr.Compile(when, expr.Env(schema.fill(nil)), expr.AsBool(), expr.DisableAllBuiltins())
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return nil, fmt.Errorf("%q: %s", when, first)
	}
	return program, nil
}

// Suggest returns `did you mean "epsilon"?` for a name close to a known one, or
// a list of the known ones where none is close and the list is short.
func Suggest(name string, known []string) string {
	best, score := "", 0.0
	for _, k := range known {
		if s := levenshtein.Match(strings.ToLower(name), strings.ToLower(k), nil); s > score {
			best, score = k, s
		}
	}
	switch {
	case score >= 0.5:
		return fmt.Sprintf("did you mean %q?", best)
	case len(known) == 0:
		return "there are none"
	case len(known) <= 12:
		return "known: " + strings.Join(known, ", ")
	}
	return ""
}
