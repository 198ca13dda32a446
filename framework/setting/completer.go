package setting

import "fmt"

// A Completer completes values as [Schema.Complete] does, for many of them: the
// conditions are read once.
type Completer struct {
	schema Schema
	when   []*Condition // of each setting
}

// Completer returns a Completer of the schema, or an error where a condition
// cannot be read.
func (s Schema) Completer() (*Completer, error) {
	c := &Completer{schema: s, when: make([]*Condition, len(s))}
	for i := range s {
		when, err := s.Condition(s[i].When)
		if err != nil {
			return nil, fmt.Errorf("setting %s: when: %w", s[i].Name, err)
		}
		c.when[i] = when
	}
	return c, nil
}

// Complete is [Schema.Complete].
func (c *Completer) Complete(values map[string]any) (map[string]any, error) {
	full, known := make(map[string]any, len(c.schema)), 0
	for i := range c.schema {
		set := &c.schema[i]
		v, given := values[set.Name]
		if !given {
			full[set.Name] = set.Default
			continue
		}
		known++
		n, err := set.normal(v)
		if err != nil {
			return nil, c.schema.problems(values)
		}
		full[set.Name] = n
	}
	if known < len(values) {
		return nil, c.schema.problems(values)
	}
	var off []string // removed at the end: a condition may look at a setting without effect
	for i := range c.schema {
		on, err := c.when[i].of(full)
		if err != nil {
			return nil, fmt.Errorf("setting %s: when: %w", c.schema[i].Name, err)
		}
		if !on {
			off = append(off, c.schema[i].Name)
		}
	}
	for _, name := range off {
		delete(full, name)
	}
	return full, nil
}
