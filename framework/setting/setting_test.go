package setting

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type toy struct {
	Rate      float64   `name:"rate" default:"1e-3" above:"0" max:"1" scale:"log" doc:"learning rate"`
	Epochs    int       `name:"epochs" default:"10" min:"1" doc:"passes"`
	Optimizer string    `name:"optimizer" default:"adam" choices:"adam,sgd" doc:"rule"`
	Momentum  float64   `name:"momentum" default:"0.9" min:"0" below:"1" when:"optimizer == 'sgd'" doc:"momentum"`
	Centre    bool      `name:"centre" default:"true" doc:"subtract the mean"`
	Hidden    []int     `name:"hidden" default:"64,32" min:"1" doc:"widths"`
	Lags      []float64 `name:"lags" default:"" doc:"lags in s"`
}

func TestDecodeFillsDefaults(t *testing.T) {
	var got toy
	if err := Of(toy{}).Decode(map[string]any{"epochs": 3.0, "hidden": []any{8}}, &got); err != nil {
		t.Fatal(err)
	}
	want := toy{Rate: 1e-3, Epochs: 3, Optimizer: "adam", Momentum: 0.9, Centre: true, Hidden: []int{8}, Lags: []float64{}}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
}

// Equal settings must look equal, however they are written, and a setting
// without effect must not tell two trials apart.
func TestCompleteIsCanonical(t *testing.T) {
	s := Of(toy{})
	a, err := s.Complete(map[string]any{"epochs": 10, "rate": 0.001, "momentum": 0.5})
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Complete(map[string]any{"epochs": 1e1, "hidden": []int{64, 32}})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(a, b); d != "" {
		t.Fatal(d)
	}
	if _, ok := a["momentum"]; ok {
		t.Fatal("momentum has no effect with adam, but is kept")
	}
	c, err := s.Complete(map[string]any{"optimizer": "sgd"})
	if err != nil || c["momentum"] != 0.9 {
		t.Fatalf("with sgd: %v, %v", c, err)
	}
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name, fact, hint string
		value            any
	}{
		{"ratee", "is unknown", `did you mean "rate"?`, 1},
		{"rate", "must be above 0, got 0", "rate takes a number above 0", 0},
		{"rate", "must be at most 1, got 1.5", "", 1.5},
		{"rate", `must be a number, got "fast"`, "", "fast"},
		{"epochs", "must be a whole number, got 1.5", "", 1.5},
		{"epochs", "must be at least 1, got 0", "", 0},
		{"momentum", "must be below 1, got 1", "", 1},
		{"optimizer", `must be one of adam, sgd, got "lamb"`, "", "lamb"},
		{"centre", "must be true or false, got 1", "", 1},
		{"hidden", "element 2 must be at least 1, got 0", "", []any{3, 0}},
		{"hidden", "must be a list of numbers, got 3", "", 3},
	} {
		p := Of(toy{}).CheckOne(c.name, c.value)
		if p == nil || p.Fact != c.fact || !strings.Contains(p.Hint, c.hint) {
			t.Errorf("%s = %v: got %+v, want %q (hint %q)", c.name, c.value, p, c.fact, c.hint)
		}
	}
}

func TestConditionsAreChecked(t *testing.T) {
	s := Of(toy{})
	for _, good := range []string{"optimizer == 'sgd'", "epochs > 3 and not centre", "optimizer in ['sgd', 'adam'] or rate < 1e-2"} {
		if err := s.CheckCondition(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"optimiser == 'sgd'", "epochs + 1", "optimizer == 3", "epochs >", "len(optimizer) > 1"} {
		if err := s.CheckCondition(bad); err == nil {
			t.Errorf("%s: accepted", bad)
		}
	}
}

func TestDeclarationMistakesPanic(t *testing.T) {
	for name, v := range map[string]any{
		"no name": struct{ A int }{},
		"default outside": struct {
			A int `name:"a" default:"0" min:"1"`
		}{},
		"bad when": struct {
			A int `name:"a" default:"0" when:"b > 1"`
		}{},
		"bad type": struct {
			A map[string]int `name:"a" default:""`
		}{},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			Of(v)
		}()
	}
}

// Whole numbers are exact or refused, whatever type brings them.
func TestWholeNumbersAreExact(t *testing.T) {
	s := Setting{Name: "n", Kind: Int}
	for _, v := range []any{int64(1<<53 + 1), int64(-1<<53 - 1), uint64(1<<63 + 1), 1e300, float64(1 << 53)} {
		if got, err := s.normal(v); err == nil {
			t.Errorf("%v is taken as %v", v, got)
		}
	}
	for _, v := range []any{int64(1<<53 - 1), int64(-1<<53 + 1), 1e15, uint8(3)} {
		if got, err := s.normal(v); err != nil || fmt.Sprint(got) != fmt.Sprintf("%.0f", reflect.ValueOf(v).Convert(reflect.TypeFor[float64]()).Float()) {
			t.Errorf("%v: got %v, %v", v, got, err)
		}
	}
}

// A Completer serves many values, one after the other.
func TestCompleter(t *testing.T) {
	c, err := Of(toy{}).Completer()
	if err != nil {
		t.Fatal(err)
	}
	full := func(change map[string]any) map[string]any {
		out := map[string]any{"rate": 1e-3, "epochs": int64(10), "optimizer": "adam", "centre": true, "hidden": []int64{64, 32}, "lags": []float64{}}
		maps.Copy(out, change)
		return out
	}
	for _, row := range []struct {
		values, want map[string]any
		err          string
	}{
		{nil, full(nil), ""},
		{map[string]any{"optimizer": "sgd", "momentum": 0}, full(map[string]any{"optimizer": "sgd", "momentum": 0.0}), ""},
		{map[string]any{"momentum": 0.5, "hidden": []any{3, 4}}, full(map[string]any{"hidden": []int64{3, 4}}), ""},
		{map[string]any{"ratee": 1}, nil, `there is no setting "ratee"`},
		{map[string]any{"epochs": 0, "ratee": 1}, nil, "setting epochs must be at least 1, got 0\nthere is no setting \"ratee\""},
	} {
		got, err := c.Complete(row.values)
		if (err == nil) != (row.err == "") || err != nil && err.Error() != row.err {
			t.Errorf("%v: %v, want %q", row.values, err, row.err)
		}
		if d := cmp.Diff(row.want, got); d != "" {
			t.Errorf("%v: %s", row.values, d)
		}
	}
}
