package search

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/assaylab/assay/framework/setting"
)

type toy struct {
	Optimizer string  `name:"optimizer" default:"adam" choices:"adam,sgd" doc:"rule"`
	Rate      float64 `name:"lr" default:"1e-3" above:"0" max:"1" doc:"learning rate"`
	Momentum  float64 `name:"momentum" default:"0.9" min:"0" below:"1" when:"optimizer == 'sgd'" doc:"momentum"`
	Dropout   float64 `name:"dropout" default:"0" min:"0" max:"1" doc:"share"`
	Layers    int     `name:"layers" default:"2" min:"1" max:"4096" doc:"count"`
}

var schema = setting.Of(toy{})

// wide is a method of twenty settings, four of them conditional.
type wide struct {
	A string  `name:"a" default:"x" choices:"x,y" doc:"d"`
	B float64 `name:"b" default:"1" doc:"d"`
	C int     `name:"c" default:"1" doc:"d"`
	D int     `name:"d" default:"1" doc:"d"`
	E int     `name:"e" default:"1" doc:"d"`
	F float64 `name:"f" default:"1" when:"a == 'y'" doc:"d"`
	G float64 `name:"g" default:"1" when:"a == 'y'" doc:"d"`
	H float64 `name:"h" default:"1" when:"a == 'x'" doc:"d"`
	I float64 `name:"i" default:"1" when:"c > 3" doc:"d"`
	J []int   `name:"j" default:"64,64" doc:"d"`
	K bool    `name:"k" default:"true" doc:"d"`
	L string  `name:"l" default:"relu" doc:"d"`
	M float64 `name:"m" default:"1" doc:"d"`
	N float64 `name:"n" default:"1" doc:"d"`
	O float64 `name:"o" default:"1" doc:"d"`
	P float64 `name:"p" default:"1" doc:"d"`
	Q float64 `name:"q" default:"1" doc:"d"`
	R int     `name:"r" default:"1" doc:"d"`
	S int     `name:"s" default:"1" doc:"d"`
	T int     `name:"t" default:"1" doc:"d"`
}

var wideSchema = setting.Of(wide{})

func space(t testing.TB, params ...Param) *Space {
	t.Helper()
	s, err := New(schema, map[string]any{"layers": 3}, params)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// show writes the named settings of configurations, one string each.
func show(list []Config, names ...string) []string {
	var out []string
	for _, c := range list {
		var parts []string
		for _, n := range names {
			if v, ok := c.Full[n]; ok {
				parts = append(parts, fmt.Sprint(v))
			} else {
				parts = append(parts, "-")
			}
		}
		out = append(out, strings.Join(parts, " "))
	}
	return out
}

func TestGridOrder(t *testing.T) {
	list, err := space(t,
		Param{Name: "lr", Values: []any{0.1, 0.01}},
		Param{Name: "dropout", Min: 0, Max: 0.3, Step: 0.1},
	).Grid()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"0.1 0 3", "0.1 0.1 3", "0.1 0.2 3", "0.1 0.3 3", "0.01 0 3", "0.01 0.1 3", "0.01 0.2 3", "0.01 0.3 3"}
	if d := cmp.Diff(want, show(list, "lr", "dropout", "layers")); d != "" {
		t.Fatal(d)
	}
}

// Momentum has no effect with adam, by the schema; dropout is searched with sgd
// only, by the file, and the condition stands before what it looks at.
func TestGridWithConditions(t *testing.T) {
	list, err := space(t,
		Param{Name: "dropout", Values: []any{0.2, 0.4}, When: "optimizer == 'sgd' and momentum > 0.6"},
		Param{Name: "momentum", Values: []any{0.5, 0.9}},
		Param{Name: "optimizer", Values: []any{"adam", "sgd"}},
	).Grid()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"adam - 0", "sgd 0.5 0", "sgd 0.9 0.2", "sgd 0.9 0.4"}
	if d := cmp.Diff(want, show(list, "optimizer", "momentum", "dropout")); d != "" {
		t.Fatal(d)
	}
}

func TestGridRefuses(t *testing.T) {
	for _, c := range []struct {
		want   string
		params []Param
	}{
		{"lr is a range without values to list", []Param{{Name: "lr", Min: 0.1, Max: 1}}},
		{"layers is a range without values to list", []Param{{Name: "layers", Min: 1, Max: 9, Log: true}}},
		{"more than 100000 configurations", []Param{{Name: "layers", Min: 1, Max: 2000}, {Name: "lr", Min: 0.01, Max: 1, Step: 0.01}}},
		{"more than 100000 configurations", []Param{{Name: "lr", Min: 0.1, Max: 1, Step: 1e-12}}},
	} {
		if _, err := space(t, c.params...).Grid(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v, want %q", c.params, err, c.want)
		}
	}
}

func TestConditionsInACircle(t *testing.T) {
	_, err := New(schema, nil, []Param{
		{Name: "optimizer", Values: []any{"sgd"}},
		{Name: "lr", Values: []any{0.1}, When: "dropout > 0.1"},
		{Name: "dropout", Values: []any{0.1}, When: "lr > 0.1"},
	})
	if err == nil || err.Error() != "the conditions of lr, dropout wait for each other" {
		t.Fatalf("got %v", err)
	}
}

func TestCheckRange(t *testing.T) {
	for _, c := range []struct {
		p    Param
		kind setting.Kind
		want string // "" is fine
	}{
		{Param{Min: 1, Max: 2}, setting.Float, ""},
		{Param{Min: 1, Max: 2, Step: 1}, setting.Int, ""},
		{Param{Values: []any{"a"}}, setting.String, ""},
		{Param{Min: 1, Max: 2}, setting.String, "no single number"},
		{Param{Min: 1, Max: 2}, setting.Floats, "no single number"},
		{Param{Min: 2, Max: 2}, setting.Float, "min below max"},
		{Param{Min: 0, Max: 2, Log: true}, setting.Float, "min above 0"},
		{Param{Min: 1, Max: 2, Step: -1}, setting.Float, "step above 0"},
		{Param{Min: 1, Max: 2, Step: 0.1, Log: true}, setting.Float, "linear range"},
		{Param{Min: 1, Max: 2, Step: 3}, setting.Float, "more than the range"},
		{Param{Min: 1, Max: 2.5}, setting.Int, "must be whole"},
		{Param{Min: 1, Max: math.Inf(1)}, setting.Float, "finite"},
	} {
		err := c.p.CheckRange(c.kind)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v as %s: got %v, want %q", c.p, c.kind, err, c.want)
		}
	}
}

// The mean of ln x over a log-uniform range [a, b] is (ln a + ln b)/2 with
// standard deviation ln(b/a)/√12; of x over a uniform one likewise. With n draws
// the means lie within five standard errors, unless the draws are wrong.
func TestDrawsFollowTheirScale(t *testing.T) {
	const n = 2000
	s := space(t, Param{Name: "lr", Min: 1e-4, Max: 1, Log: true}, Param{Name: "dropout", Min: 0.2, Max: 0.6},
		Param{Name: "layers", Min: 1, Max: 64, Log: true})
	list, note, err := s.Random(7, n)
	if err != nil || note != "" || len(list) != n {
		t.Fatalf("%d configurations, note %q, %v", len(list), note, err)
	}
	var logRate, dropout, ends float64
	for _, c := range list {
		logRate += math.Log(c.Full["lr"].(float64)) / n
		dropout += c.Full["dropout"].(float64) / n
		if c.Full["layers"] == int64(1) {
			ends++
		}
	}
	within := func(what string, got, mean, width float64) {
		if bound := 5 * width / math.Sqrt(12*n); !(math.Abs(got-mean) <= bound) {
			t.Errorf("mean of %s is %v, want %v ± %.2g", what, got, mean, bound)
		}
	}
	within("ln lr", logRate, math.Log(1e-4)/2, math.Log(1e4))
	within("dropout", dropout, 0.4, 0.4)
	// P(1) = ln(1.5/0.5)/ln(64.5/0.5)
	p := math.Log(3) / math.Log(129)
	if bound := 5 * math.Sqrt(p*(1-p)*n); !(math.Abs(ends-p*n) <= bound) {
		t.Errorf("layers = 1 was drawn %v times, want %.0f ± %.0f", ends, p*n, bound)
	}
}

func TestSmallSpaceIsUsedUp(t *testing.T) {
	s := space(t, Param{Name: "optimizer", Values: []any{"adam", "sgd"}}, Param{Name: "momentum", Values: []any{0.1, 0.2, 0.3}})
	list, note, err := s.Random(1, 40)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 4 || note != "the search space has only 4 different configurations for 40 trials; each is tried once" {
		t.Fatalf("%d configurations, note %q", len(list), note)
	}
	// One parameter without effect makes an infinite space of one configuration.
	list, note, err = space(t, Param{Name: "momentum", Min: 0.1, Max: 0.9}).Random(1, 5)
	if err != nil || len(list) != 1 || !strings.Contains(note, "only 1 different") {
		t.Fatalf("%d configurations, note %q, %v", len(list), note, err)
	}
}

// anySpace draws a space: one to four parameters, some finite, some conditional.
func anySpace(t *rapid.T) *Space {
	all := []Param{
		{Name: "optimizer", Values: []any{"adam", "sgd"}},
		{Name: "lr", Min: 1e-4, Max: 1e-2, Log: true},
		{Name: "momentum", Min: 0.5, Max: 0.99, When: "optimizer == 'sgd'"},
		{Name: "dropout", Min: 0, Max: 0.6, Step: 0.05},
		{Name: "layers", Min: 1, Max: 5, When: "dropout > 0.2"},
	}
	var params []Param
	for _, p := range all {
		if rapid.Bool().Draw(t, p.Name) {
			params = append(params, p)
		}
	}
	s, err := New(schema, nil, params)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// More trials only add to the list; all of it is in range and different.
func TestDrawsAreStableAndInRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, seed := anySpace(t), rapid.Uint64().Draw(t, "seed")
		n := rapid.IntRange(1, 30).Draw(t, "n")
		drawn := rapid.SampledFrom([]func(*Space, uint64, int) ([]Config, string, error){(*Space).Random, (*Space).Sobol}).Draw(t, "how")
		few, _, err := drawn(s, seed, n)
		if err != nil {
			t.Fatal(err)
		}
		many, _, err := drawn(s, seed, n+rapid.IntRange(1, 40).Draw(t, "more"))
		if err != nil {
			t.Fatal(err)
		}
		if len(few) > len(many) {
			t.Fatalf("%d configurations become %d with more trials", len(few), len(many))
		}
		if d := cmp.Diff(few, many[:len(few)]); d != "" {
			t.Fatalf("more trials change the first ones: %s", d)
		}
		seen := map[string]bool{}
		for _, c := range many {
			if key := fmt.Sprint(c.Full); seen[key] {
				t.Fatalf("%s is there twice", key)
			} else {
				seen[key] = true
			}
			for _, p := range s.params {
				v, ok := c.Given[p.Name]
				if !ok || !p.IsRange() {
					continue
				}
				if x := v.(float64); !(x >= p.Min && x <= p.Max) {
					t.Fatalf("%s = %v is outside %v to %v", p.Name, x, p.Min, p.Max)
				}
			}
		}
	})
}

// Of a space with rare configurations, which draws alone do not find in time,
// the order is the same for every number of trials too.
func TestRareConfigurationsKeepTheirOrder(t *testing.T) {
	rates := []any{0.5}
	for range 60 {
		rates = append(rates, 0.1)
	}
	s := space(t, Param{Name: "lr", Values: rates}, Param{Name: "layers", Min: 1, Max: 10})
	for seed := range uint64(4) {
		all, note, err := s.Random(seed, 20)
		if err != nil || note != "" || len(all) != 20 {
			t.Fatalf("%d configurations, note %q, %v", len(all), note, err)
		}
		for n := 10; n < 20; n++ {
			some, _, err := s.Random(seed, n)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(show(all[:n], "lr", "layers"), show(some, "lr", "layers")); d != "" {
				t.Fatalf("seed %d, %d trials: %s", seed, n, d)
			}
		}
	}
}

// A parameter more leaves the values of the others alone.
func TestStreamsAreApart(t *testing.T) {
	one := Param{Name: "lr", Min: 1e-4, Max: 1e-2, Log: true}
	a, _, err := space(t, one).Random(3, 10)
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := space(t, Param{Name: "dropout", Min: 0, Max: 1}, one).Random(3, 10)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(show(a, "lr"), show(b, "lr")); d != "" {
		t.Fatal(d)
	}
}

func BenchmarkRandom(b *testing.B) {
	s := space(b, Param{Name: "optimizer", Values: []any{"adam", "sgd"}}, Param{Name: "momentum", Min: 0.5, Max: 0.9, When: "optimizer == 'sgd'"})
	for b.Loop() {
		if _, _, err := s.Random(1, 40); err != nil {
			b.Fatal(err)
		}
	}
}
