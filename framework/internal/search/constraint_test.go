package search

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func constrained(t testing.TB, params []Param, constraints ...string) *Space {
	t.Helper()
	s, err := New(schema, nil, params, constraints...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConstraintsLeaveOut(t *testing.T) {
	params := []Param{{Name: "layers", Min: 1, Max: 4}, {Name: "dropout", Values: []any{0.0, 0.2, 0.4}}}
	list, err := constrained(t, params, "dropout * layers < 1", "layers != 2 or dropout > 0").Grid()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"1 0", "1 0.2", "1 0.4", "2 0.2", "2 0.4", "3 0", "3 0.2", "4 0", "4 0.2"}
	if d := cmp.Diff(want, show(list, "layers", "dropout")); d != "" {
		t.Fatal(d)
	}
	// A random draw of more than there is ends with the same ones.
	drawn, note, err := constrained(t, params, "dropout * layers < 1", "layers != 2 or dropout > 0").Random(1, 40)
	if err != nil || len(drawn) != len(want) || !strings.Contains(note, "only 9 different") {
		t.Fatalf("%d configurations, note %q, %v", len(drawn), note, err)
	}
}

// What constraints leave of the draws is what they leave of the same draws
// without them: a constraint changes no value.
func TestConstraintsOnlyReject(t *testing.T) {
	params := []Param{{Name: "lr", Min: 1e-4, Max: 1, Log: true}, {Name: "dropout", Min: 0, Max: 1}}
	all, _, err := constrained(t, params).Random(3, 8000)
	if err != nil {
		t.Fatal(err)
	}
	some, _, err := constrained(t, params, "lr < 0.001 and dropout < 0.05").Random(3, 60)
	if err != nil {
		t.Fatal(err)
	}
	var want []Config
	for _, c := range all {
		if c.Full["lr"].(float64) < 0.001 && c.Full["dropout"].(float64) < 0.05 && len(want) < 60 {
			want = append(want, c)
		}
	}
	if len(want) != 60 {
		t.Fatalf("the test needs more draws: %d", len(want))
	}
	if d := cmp.Diff(want, some); d != "" {
		t.Fatal(d)
	}
}

// A setting without effect counts with its default, whatever was given for it.
func TestConstraintsSeeWhatHasEffect(t *testing.T) {
	params := []Param{{Name: "optimizer", Values: []any{"adam", "sgd"}}, {Name: "momentum", Values: []any{0.5}}}
	list, err := constrained(t, params, "momentum > 0.6").Grid()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"adam -"}, show(list, "optimizer", "momentum")); d != "" {
		t.Fatal(d)
	}
}

func TestConstraintsThatCannotBeMet(t *testing.T) {
	_, err := New(schema, nil, nil, "lrr > 1")
	if err == nil || !strings.Contains(err.Error(), "lrr") {
		t.Errorf("an unknown name: %v", err)
	}
	rate := []Param{{Name: "lr", Min: 0.1, Max: 1}}
	if _, _, err := constrained(t, rate, "lr > 1").Random(1, 3); err == nil || !strings.Contains(err.Error(), "lr > 1") {
		t.Errorf("none of the draws: %v", err)
	}
	layers := []Param{{Name: "layers", Min: 1, Max: 3}}
	if _, err := constrained(t, layers, "layers > 3").Grid(); err == nil || !strings.Contains(err.Error(), "layers > 3") {
		t.Errorf("none of the grid: %v", err)
	}
	_, err = constrained(t, nil, "layers > 3").Distinct([]map[string]any{{"layers": 4}, {"layers": 3}})
	if err == nil || err.Error() != "configuration 2 breaks the constraint layers > 3" {
		t.Errorf("an explicit one: %v", err)
	}
}
