package table

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/internal/stats"
)

func TestMethodsText(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	has := func(text string, parts ...string) {
		t.Helper()
		for _, p := range parts {
			if !strings.Contains(text, p) {
				t.Errorf("lacks %q: %s", p, text)
			}
		}
	}
	one, over := build(t, Spec{}, strong(true)), build(t, Spec{}, recordings(r, 8, 1, subjects))
	text := MethodsText([]*Table{one, over})
	has(text, "training seeds and test cases (32 test trials) as crossed random factors", "Wilson", "Shaffer's (1986)", "joint sign-flip max-t", "8 subjects", "Friedman",
		"training seeds only", "without randomness")
	// Nothing that was not done.
	plain := MethodsText([]*Table{build(t, Spec{}, runs("a", "maze", 0.5, 0.6))})
	for _, absent := range []string{"Shaffer", "Wilson", "sign-flip", "Friedman", "crossed"} {
		if strings.Contains(plain, absent) {
			t.Errorf("claims %q: %s", absent, plain)
		}
	}
	has(plain, "n = 2 training seeds", "training seeds only")
	has(MethodsText([]*Table{build(t, Spec{}, join(folded(r, "a", 5, 20, 0.8), folded(r, "b", 5, 20, 0.5)))}), "Nadeau and Bengio (2003)")
	var file bytes.Buffer
	var back Table
	if err := Render(&file, one, "json"); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(file.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if MethodsText([]*Table{&back}) != MethodsText([]*Table{one}) {
		t.Error("a table read back has another text")
	}
}

// The plan for as many seeds and cases as there were is what the table then says; a
// little more where the variance over cases came out below that of seeds and cases.
func TestPlanPower(t *testing.T) {
	obs := strong(false)
	plan, err := PlanPower(Spec{Cell: accuracy}, obs, 5, 0)
	if err != nil || len(plan) != 3 {
		t.Fatal(plan, err)
	}
	tab := build(t, Spec{}, obs)
	for i, p := range plan {
		if p.Cases != 32 || p.SE < *tab.Pairs[i].SE*(1-1e-9) || p.SE > 1.25**tab.Pairs[i].SE {
			t.Errorf("%+v, the table has SE %v", p, *tab.Pairs[i].SE)
		}
		if want := stats.Detectable(p.SE, p.DF, 0.05/3, 0.8); p.Detectable != want {
			t.Errorf("%+v, want %v", p, want)
		}
	}
	more, err := PlanPower(Spec{Cell: accuracy}, obs, 20, 128)
	if err != nil || more[0].Detectable > 0.6*plan[0].Detectable {
		t.Errorf("four times as much: %v from %v, %v", more[0].Detectable, plan[0].Detectable, err)
	}
	against, err := PlanPower(Spec{Cell: accuracy, Against: "lost"}, obs, 5, 0)
	if err != nil || len(against) != 2 || against[0].Detectable >= plan[0].Detectable {
		t.Errorf("%+v, %v", against, err)
	}
}
