package setting

import (
	"fmt"
	"strconv"
	"strings"
)

// allowed is advice on a value that was refused: how it is written if it only
// looks different, else what the setting takes and what it is without it.
func (s Setting) allowed(v any) string {
	if text, ok := v.(string); ok && s.Kind != String {
		if plain, ok := unquoted(s, text); ok {
			return "write " + plain + " without quotes"
		}
	}
	if text, ok := v.(string); ok && len(s.Choices) > 0 {
		if hint := Suggest(text, s.Choices); strings.HasPrefix(hint, "did you mean") {
			return hint
		}
	}
	return s.Name + " takes " + s.takes() + "; the default is " + shown(s.Default)
}

// unquoted is what a text would be without its quotes, if that were right.
func unquoted(s Setting, text string) (string, bool) {
	var v any
	if x, err := strconv.ParseFloat(text, 64); err == nil {
		v = x
	} else if b, err := strconv.ParseBool(text); err == nil && len(text) > 1 {
		v = b
	}
	_, err := s.normal(v)
	return text, v != nil && err == nil
}

// takes is the kind and range: "a whole number of at least 1".
func (s Setting) takes() string {
	what := map[Kind]string{Float: "a number", Int: "a whole number", Bool: "true or false", String: "text",
		Floats: "a list of numbers, [0.1, 0.2]", Ints: "a list of whole numbers, [1, 2]"}[s.Kind]
	if len(s.Choices) > 0 {
		what = "one of " + strings.Join(s.Choices, ", ")
	}
	var bounds []string
	for _, b := range []struct {
		limit *float64
		words string
	}{{s.Min, "at least"}, {s.Above, "above"}, {s.Max, "at most"}, {s.Below, "below"}} {
		if b.limit != nil {
			bounds = append(bounds, fmt.Sprintf("%s %v", b.words, *b.limit))
		}
	}
	if len(bounds) > 0 {
		if s.Kind == Floats || s.Kind == Ints {
			what += ", each"
		}
		if strings.HasPrefix(bounds[0], "at") {
			what += " of"
		}
		what += " " + strings.Join(bounds, " and ")
	}
	return what
}

// shown is a value as a sweep would write it.
func shown(v any) string {
	if text := fmt.Sprint(v); text != "" {
		return strings.ReplaceAll(text, " ", ", ")
	}
	return `""`
}
