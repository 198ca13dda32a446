// Package setting describes hyperparameters: their types, defaults, ranges and
// meaning. A method, a generator or a probe declares them once, as a struct
// with tags ([Of]); the same schema then checks a sweep before anything runs
// ([Schema.Check]), fills defaults and drops what does not apply
// ([Schema.Complete]), and fills the struct ([Schema.Decode]).
//
//	type settings struct {
//		Mu        float64 `name:"mu" default:"0.005" above:"0" doc:"penalty µ of the consensus term"`
//		Optimizer string  `name:"optimizer" default:"adam" choices:"adam,sgd" doc:"update rule"`
//		Momentum  float64 `name:"momentum" default:"0.9" min:"0" max:"1" when:"optimizer == 'sgd'" doc:"..."`
//	}
package setting

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Kind is the type of a setting.
type Kind string

const (
	Float  Kind = "float"
	Int    Kind = "int"
	Bool   Kind = "bool"
	String Kind = "string"
	Floats Kind = "floats" // a list of numbers
	Ints   Kind = "ints"   // a list of whole numbers
)

// Setting describes one hyperparameter.
type Setting struct {
	Name    string   `json:"name"`
	Kind    Kind     `json:"kind"`
	Default any      `json:"default"`           // float64, int64, bool, string, []float64 or []int64
	Min     *float64 `json:"min,omitempty"`     // least value allowed (for lists: of each element)
	Max     *float64 `json:"max,omitempty"`     // greatest value allowed
	Above   *float64 `json:"above,omitempty"`   // value must be strictly greater
	Below   *float64 `json:"below,omitempty"`   // value must be strictly less
	Scale   string   `json:"scale,omitempty"`   // "log" where ratios matter rather than differences
	Choices []string `json:"choices,omitempty"` // of a string
	When    string   `json:"when,omitempty"`    // condition under which the setting has an effect
	Doc     string   `json:"doc,omitempty"`     // meaning, symbol in the paper, unit
}

// Schema is the settings of one method in the order of their declaration.
type Schema []Setting

// Find returns the setting of that name.
func (s Schema) Find(name string) (Setting, bool) {
	i := slices.IndexFunc(s, func(x Setting) bool { return x.Name == name })
	if i < 0 {
		return Setting{}, false
	}
	return s[i], true
}

// Names lists the settings in order of declaration.
func (s Schema) Names() []string {
	names := make([]string, len(s))
	for i := range s {
		names[i] = s[i].Name
	}
	return names
}

// Of reads the schema from the tags of a struct (or a pointer to one). Tags:
// name, default, min, max, above, below, scale, choices (comma-separated), when,
// doc. Every exported field needs a name and a default. A malformed declaration
// is a bug of its author, so Of panics with the field's name.
func Of(v any) Schema {
	t := reflect.TypeOf(v)
	if t == nil {
		return nil
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	schema, ok := schemas.Load(t)
	if !ok {
		schema, _ = schemas.LoadOrStore(t, read(t))
	}
	return slices.Clone(schema.(Schema))
}

// schemas are those read so far, by type: a trial asks for one several times.
var schemas sync.Map

func read(t reflect.Type) Schema {
	var schema Schema
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() {
			schema = append(schema, fromField(t.String(), f))
		}
	}
	for _, s := range schema {
		if s.When == "" {
			continue
		}
		if _, err := compile(s.When, schema, condition); err != nil {
			panic(fmt.Sprintf("setting: %v.%s: when: %v", t, s.Name, err))
		}
	}
	return schema
}

func fromField(owner string, f reflect.StructField) Setting {
	fail := func(format string, args ...any) {
		panic(fmt.Sprintf("setting: %s.%s: %s", owner, f.Name, fmt.Sprintf(format, args...)))
	}
	s := Setting{Name: f.Tag.Get("name"), Scale: f.Tag.Get("scale"), When: f.Tag.Get("when"), Doc: f.Tag.Get("doc")}
	if s.Name == "" {
		fail("no name tag")
	}
	var ok bool
	if s.Kind, ok = kindOf(f.Type); !ok {
		fail("type %v cannot be a setting", f.Type)
	}
	bound := func(tag string) *float64 {
		text, ok := f.Tag.Lookup(tag)
		if !ok {
			return nil
		}
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			fail("%s tag %q is no number", tag, text)
		}
		return &x
	}
	s.Min, s.Max, s.Above, s.Below = bound("min"), bound("max"), bound("above"), bound("below")
	if c := f.Tag.Get("choices"); c != "" {
		s.Choices = strings.Split(c, ",")
	}
	text, ok := f.Tag.Lookup("default")
	if !ok {
		fail("no default tag")
	}
	d, err := parse(s.Kind, text)
	if err == nil {
		d, err = s.normal(d)
	}
	if err != nil {
		fail("default %q: %v", text, err)
	}
	s.Default = d
	return s
}

func kindOf(t reflect.Type) (Kind, bool) {
	switch t.Kind() {
	case reflect.Float64:
		return Float, true
	case reflect.Int, reflect.Int64:
		return Int, true
	case reflect.Bool:
		return Bool, true
	case reflect.String:
		return String, true
	case reflect.Slice:
		switch t.Elem().Kind() {
		case reflect.Float64:
			return Floats, true
		case reflect.Int, reflect.Int64:
			return Ints, true
		}
	}
	return "", false
}

// parse reads the text of a default tag; lists are comma-separated.
func parse(k Kind, text string) (any, error) {
	switch k {
	case Float, Int:
		return strconv.ParseFloat(text, 64)
	case Bool:
		return strconv.ParseBool(text)
	case String:
		return text, nil
	}
	list := []any{}
	if text == "" {
		return list, nil
	}
	for _, part := range strings.Split(text, ",") {
		x, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}

// normal turns a value as YAML or JSON brings it into the one form that the
// kind has, and checks its range. Equal settings thus look equal: 1, 1.0 and
// 1e0 are the same int64 for an Int and the same float64 for a Float.
func (s Setting) normal(v any) (any, error) {
	switch s.Kind {
	case Bool:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, fmt.Errorf("must be true or false, got %s", show(v))
	case String:
		str, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("must be text, got %s", show(v))
		}
		if len(s.Choices) > 0 && !slices.Contains(s.Choices, str) {
			return nil, fmt.Errorf("must be one of %s, got %q", strings.Join(s.Choices, ", "), str)
		}
		return str, nil
	case Float, Int:
		return s.number(v, s.Kind == Int)
	case Floats, Ints:
		rv := reflect.ValueOf(v)
		if !rv.IsValid() || rv.Kind() != reflect.Slice {
			return nil, fmt.Errorf("must be a list of numbers, got %s", show(v))
		}
		floats, ints := make([]float64, 0, rv.Len()), make([]int64, 0, rv.Len())
		for i := range rv.Len() {
			x, err := s.number(rv.Index(i).Interface(), s.Kind == Ints)
			if err != nil {
				return nil, fmt.Errorf("element %d %w", i+1, err)
			}
			if s.Kind == Ints {
				ints = append(ints, x.(int64))
			} else {
				floats = append(floats, x.(float64))
			}
		}
		if s.Kind == Ints {
			return ints, nil
		}
		return floats, nil
	}
	return nil, fmt.Errorf("has the unknown kind %q", s.Kind)
}

// maxWhole bounds whole numbers: above it a float64 cannot tell neighbours apart,
// and neither can most readers of JSON.
const maxWhole = 1<<53 - 1

func (s Setting) number(v any, whole bool) (any, error) {
	var x float64
	switch rv := reflect.ValueOf(v); {
	case rv.IsValid() && rv.CanInt():
		x = float64(rv.Int())
	case rv.IsValid() && rv.CanUint():
		x = float64(rv.Uint())
	case rv.IsValid() && rv.CanFloat():
		x = rv.Float()
	default:
		if whole {
			return nil, fmt.Errorf("must be a whole number, got %s", show(v))
		}
		return nil, fmt.Errorf("must be a number, got %s", show(v))
	}
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return nil, fmt.Errorf("must be finite, got %v", x)
	case whole && x != math.Trunc(x):
		return nil, fmt.Errorf("must be a whole number, got %v", x)
	case whole && math.Abs(x) > maxWhole: // beyond it neighbours have one float64
		return nil, fmt.Errorf("must be between -%d and %d, got %v", int64(maxWhole), int64(maxWhole), v)
	case s.Min != nil && x < *s.Min:
		return nil, fmt.Errorf("must be at least %v, got %v", *s.Min, x)
	case s.Max != nil && x > *s.Max:
		return nil, fmt.Errorf("must be at most %v, got %v", *s.Max, x)
	case s.Above != nil && x <= *s.Above:
		return nil, fmt.Errorf("must be above %v, got %v", *s.Above, x)
	case s.Below != nil && x >= *s.Below:
		return nil, fmt.Errorf("must be below %v, got %v", *s.Below, x)
	}
	if whole {
		return int64(x), nil
	}
	if _, ok := v.(float64); ok {
		return v, nil // as it is: many configurations share one value
	}
	return x, nil
}

func show(v any) string {
	switch x := v.(type) {
	case nil:
		return "nothing"
	case string:
		return strconv.Quote(x)
	default:
		return fmt.Sprint(x)
	}
}
