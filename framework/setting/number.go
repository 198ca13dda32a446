package setting

import (
	"fmt"
	"math"
	"strings"

	"github.com/expr-lang/expr"
)

// CheckNumber reports whether a text is a whole number that follows from
// settings: "epochs", "window - 1", "steps > 0 ? steps : 10000".
func (s Schema) CheckNumber(text string) error {
	_, err := s.Number(text, nil)
	return err
}

// Number returns what such a text comes to for the values; defaults are filled.
func (s Schema) Number(text string, values map[string]any) (int64, error) {
	full := s.fill(values)
	program, err := expr.Compile(text, expr.Env(full), expr.AsFloat64(), expr.DisableAllBuiltins())
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return 0, fmt.Errorf("%q: %s", text, first)
	}
	v, err := expr.Run(program, full)
	if err != nil {
		return 0, fmt.Errorf("%q: %w", text, err)
	}
	x, ok := v.(float64)
	if !ok || x != math.Trunc(x) || math.Abs(x) > 1<<53 {
		return 0, fmt.Errorf("%q is %v, which is no whole number", text, v)
	}
	return int64(x), nil
}
