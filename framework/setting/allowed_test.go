package setting

import "testing"

// The advice on a refused value says what is allowed, not what the setting is for.
func TestAdviceOnValues(t *testing.T) {
	type settings struct {
		Rate  float64   `name:"rate" default:"0.01" above:"0" max:"1" doc:"d"`
		Steps int       `name:"steps" default:"3" min:"1" doc:"d"`
		Free  float64   `name:"free" default:"0" doc:"d"`
		On    bool      `name:"on" default:"true" doc:"d"`
		Rule  string    `name:"rule" default:"adam" choices:"adam,sgd" doc:"d"`
		Name  string    `name:"name" default:"" doc:"d"`
		Parts []float64 `name:"parts" default:"0.5,0.5" min:"0" doc:"d"`
	}
	schema := Of(settings{})
	for _, c := range []struct {
		name  string
		value any
		want  string
	}{
		{"rate", 2, "rate takes a number above 0 and at most 1; the default is 0.01"},
		{"rate", "0.1", "write 0.1 without quotes"},
		{"rate", "7", "rate takes a number above 0 and at most 1; the default is 0.01"},
		{"steps", 1.5, "steps takes a whole number of at least 1; the default is 3"},
		{"free", nil, "free takes a number; the default is 0"},
		{"on", "false", "write false without quotes"},
		{"on", 1, "on takes true or false; the default is true"},
		{"rule", "adm", `did you mean "adam"?`},
		{"rule", "lion", "rule takes one of adam, sgd; the default is adam"},
		{"name", 3, `name takes text; the default is ""`},
		{"parts", 0.5, "parts takes a list of numbers, [0.1, 0.2], each of at least 0; the default is [0.5, 0.5]"},
	} {
		p := schema.CheckOne(c.name, c.value)
		if p == nil || p.Hint != c.want {
			t.Errorf("%s = %v: got %+v, want %s", c.name, c.value, p, c.want)
		}
	}
}
