package setting

import (
	"fmt"
	"math"

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
	program, err := compile(text, s, number)
	if err != nil {
		return 0, err
	}
	v, err := expr.Run(program, s.fill(values))
	if err != nil {
		return 0, fmt.Errorf("%q: %w", text, err)
	}
	x, ok := v.(float64)
	if !ok || x != math.Trunc(x) || math.Abs(x) > 1<<53 {
		return 0, fmt.Errorf("%q is %v, which is no whole number", text, v)
	}
	return int64(x), nil
}
