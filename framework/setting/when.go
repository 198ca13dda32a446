package setting

import (
	"fmt"
	"strings"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// Expressions on settings come with plugins, which may be anybody's. Their length bounds how
// deep they nest, and with it the stack of whoever reads them.
const (
	MaxCondition = 1000 // bytes
	maxPrograms  = 512  // compiled expressions that are kept
)

// CheckCondition reports whether a `when` condition is one: comparisons of
// settings, and / or / not, and `in [..]`, for example
// "optimizer == 'sgd' and epochs > 10". Names are checked against the schema
// and types against each other.
func (s Schema) CheckCondition(when string) error {
	_, err := compile(when, s, condition)
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
	program, err := compile(when, s, condition)
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

// programs are compiled expressions, by their text and what they may name: each is
// asked for every configuration of a sweep.
var programs = struct {
	sync.Mutex
	of map[string]*vm.Program
}{of: map[string]*vm.Program{}}

// What an expression on settings comes to.
const (
	condition = "condition"
	number    = "number"
)

// compile reads an expression, of anybody's.
func compile(when string, schema Schema, want string) (*vm.Program, error) {
	if len(when) > MaxCondition {
		return nil, fmt.Errorf("%q...: has %d bytes; a %s has at most %d", when[:40], len(when), want, MaxCondition)
	}
	key := signature(when, schema, want)
	programs.Lock()
	defer programs.Unlock()
	if p, ok := programs.of[key]; ok {
		return p, nil
	}
	if err := harmless(when); err != nil {
		return nil, fmt.Errorf("%q: %w", when, err)
	}
	as := expr.AsBool()
	if want == number {
		as = expr.AsFloat64()
	}
	program, err := expr.Compile(when, expr.Env(schema.fill(nil)), as, expr.DisableAllBuiltins())
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return nil, fmt.Errorf("%q: %s", when, first)
	}
	if len(programs.of) >= maxPrograms {
		clear(programs.of)
	}
	programs.of[key] = program
	return program, nil
}

// signature is all that the compiled expression depends on.
func signature(when string, schema Schema, want string) string {
	var b strings.Builder
	b.WriteString(want)
	b.WriteString(when)
	for _, s := range schema {
		b.WriteByte(0)
		b.WriteString(s.Name)
		b.WriteByte(0)
		b.WriteString(string(s.Kind))
	}
	return b.String()
}

// harmless refuses ranges, 1..1000000: a few bytes that need megabytes.
func harmless(when string) error {
	tree, err := parser.Parse(when)
	if err != nil {
		return nil // the compiler says so in better words
	}
	var v ranges
	ast.Walk(&tree.Node, &v)
	if v.found {
		return fmt.Errorf("there are no ranges (..) in expressions on settings")
	}
	return nil
}

type ranges struct{ found bool }

func (r *ranges) Visit(node *ast.Node) {
	if b, ok := (*node).(*ast.BinaryNode); ok && b.Operator == ".." {
		r.found = true
	}
}
