package setting

import (
	"errors"
	"fmt"
	"reflect"
	"sort"

	"github.com/assaylab/assay/framework/internal/problem"
)

// Problem is one thing wrong with one setting. Fact and advice stay apart, so
// that whoever knows the file and line can put them in front.
type Problem struct {
	Setting string
	Fact    string // `must be at most 1, got 2`, or `has no setting "lrr"` of an unknown one
	Hint    string // may be empty
	Unknown bool   // the schema has no such setting
}

func (p Problem) Error() string {
	if p.Unknown {
		return fmt.Sprintf("there is no setting %q", p.Setting)
	}
	return fmt.Sprintf("setting %s %s", p.Setting, p.Fact)
}

// Problem says it in the shape that the host prints.
func (p Problem) Problem() problem.Problem {
	return problem.Problem{Path: p.Setting, Fact: p.Fact, Hint: p.Hint, Usage: true}
}

// Check returns everything that is wrong with the values, in alphabetical order
// of their names. It does not complain of missing ones: those get their default.
func (s Schema) Check(values map[string]any) []Problem {
	var out []Problem
	for name, v := range values {
		if p := s.CheckOne(name, v); p != nil {
			out = append(out, *p)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Setting < out[j].Setting })
	return out
}

// CheckOne returns what is wrong with one value, or nil.
func (s Schema) CheckOne(name string, v any) *Problem {
	set, ok := s.Find(name)
	if !ok {
		return &Problem{Setting: name, Unknown: true, Fact: "is unknown", Hint: Suggest(name, s.Names())}
	}
	if _, err := set.normal(v); err != nil {
		return &Problem{Setting: name, Fact: err.Error(), Hint: set.allowed(v)}
	}
	return nil
}

// Complete returns the values with defaults filled in, numbers in their one
// form, and settings removed that have no effect: equal results mean an equal
// trial. The error joins all [Problem]s.
func (s Schema) Complete(values map[string]any) (map[string]any, error) {
	if err := s.problems(values); err != nil {
		return nil, err
	}
	c, err := s.Completer()
	if err != nil {
		return nil, err
	}
	return c.Complete(values)
}

func (s Schema) problems(values map[string]any) error {
	var errs []error
	for _, p := range s.Check(values) {
		errs = append(errs, p)
	}
	return errors.Join(errs...)
}

// fill returns the values in normal form with defaults; values must have passed Check.
func (s Schema) fill(values map[string]any) map[string]any {
	full := make(map[string]any, len(s))
	for _, set := range s {
		full[set.Name] = set.Default
		if v, ok := values[set.Name]; ok {
			if n, err := set.normal(v); err == nil {
				full[set.Name] = n
			}
		}
	}
	return full
}

// Decode fills the struct that into points to: the values, and defaults for the rest.
func (s Schema) Decode(values map[string]any, into any) error {
	if problems := s.Check(values); len(problems) > 0 {
		return problems[0]
	}
	full := s.fill(values)
	rv := reflect.ValueOf(into).Elem()
	for i := range rv.NumField() {
		f := rv.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		v, ok := full[f.Tag.Get("name")]
		if !ok {
			return fmt.Errorf("setting: field %s is not in the schema", f.Name)
		}
		assign(rv.Field(i), reflect.ValueOf(v))
	}
	return nil
}

func assign(dst, v reflect.Value) {
	if dst.Kind() != reflect.Slice {
		dst.Set(v.Convert(dst.Type()))
		return
	}
	dst.Set(reflect.MakeSlice(dst.Type(), v.Len(), v.Len()))
	for i := range v.Len() {
		dst.Index(i).Set(v.Index(i).Convert(dst.Type().Elem()))
	}
}

// Normal returns a schema that came from another process with defaults in their
// one form, and an error where a declaration makes no sense: an unknown kind, a
// default outside its own range, a condition that cannot be read.
func (s Schema) Normal() (Schema, error) {
	out := make(Schema, len(s))
	seen := map[string]bool{}
	for i, set := range s {
		if set.Name == "" || seen[set.Name] {
			return nil, fmt.Errorf("setting %d: the name %q is empty or taken", i+1, set.Name)
		}
		seen[set.Name] = true
		d, err := set.normal(set.Default)
		if err != nil {
			return nil, fmt.Errorf("setting %s: default %w", set.Name, err)
		}
		set.Default = d
		out[i] = set
	}
	for _, set := range out {
		if set.When == "" {
			continue
		}
		if err := out.CheckCondition(set.When); err != nil {
			return nil, fmt.Errorf("setting %s: when: %w", set.Name, err)
		}
	}
	return out, nil
}
