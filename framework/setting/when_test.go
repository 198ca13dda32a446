package setting

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var whenSchema = Schema{
	{Name: "a", Kind: String, Default: "x", Choices: []string{"x", "y"}},
	{Name: "n", Kind: Int, Default: int64(3)},
	{Name: "list", Kind: Floats, Default: []float64{1, 2}},
}

func TestConditions(t *testing.T) {
	for when, want := range map[string]bool{
		"":                             true,
		"a == 'x'":                     true,
		"a == 'y' or n >= 3":           true,
		"not (a == 'x') and n < 9":     false,
		"n in [1, 2, 3]":               true,
		"n + 1 > 2 * 2":                false,
		"a in ['p', 'q'] || !(n != 3)": true,
		"n > 2 ? a == 'x' : a == 'y'":  true,
		"list[0] == 1":                 true,
		strings.Repeat("(", 400) + "n==3" + strings.Repeat(")", 400): true,
	} {
		for range 2 { // compiled, and from memory
			got, err := whenSchema.Active(when, nil)
			if err != nil || got != want {
				t.Errorf("%.40q: got %v, %v", when, got, err)
			}
		}
	}
	if got, err := whenSchema.Active("n == 3", map[string]any{"n": 4}); err != nil || got {
		t.Errorf("with another value: %v, %v", got, err)
	}
	// The same text over other settings is another condition.
	if err := (Schema{{Name: "n", Kind: String, Default: "x"}}).CheckCondition("n + 1 > 2 * 2"); err == nil {
		t.Error("text is compared with numbers")
	}
}

// What is no condition, or would hold up or bloat whoever reads it, is refused at once.
func TestConditionsRefused(t *testing.T) {
	deep := 1_000_000
	for name, when := range map[string]string{
		"brackets":     strings.Repeat("(", deep),
		"nots":         strings.Repeat("not ", deep) + "true",
		"minus":        strings.Repeat("-", deep) + "1 == 1",
		"powers":       "1" + strings.Repeat("**1", deep) + " == 1",
		"ternaries":    strings.Repeat("true ? ", deep),
		"lists":        strings.Repeat("[", deep),
		"nested":       strings.Repeat("(", 990),
		"range":        "n in 1..1000000",
		"hidden range": "a == 'x' and [[1..1000000]] == [[1]]",
		"unknown":      "nobody == 1",
		"no condition": "n + 1",
		"builtin":      "len(a) == 1",
		"text":         "a ==",
	} {
		began := time.Now()
		err := whenSchema.CheckCondition(when)
		if err == nil || len(err.Error()) > 1500 {
			t.Errorf("%s: got %.80q", name, fmt.Sprint(err))
		}
		if err := whenSchema.CheckNumber(strings.ReplaceAll(when, " == 1", "")); name != "no condition" && err == nil {
			t.Errorf("%s: taken as a number", name)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("%s: it took %v", name, took)
		}
	}
}

// Conditions that are kept are bounded in number.
func TestProgramsAreBounded(t *testing.T) {
	for i := range 3 * maxPrograms {
		if err := whenSchema.CheckCondition(fmt.Sprintf("n == %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(programs.of); n > maxPrograms {
		t.Errorf("%d programs are kept", n)
	}
}

func FuzzCondition(f *testing.F) {
	for _, when := range []string{"a == 'x'", "n in [1,2]", "not (n > 3 or a != 'y')", "n ? a : list", "((((", "1..9", "a?.b ?? n", "let x = n; x > 1", "list | n"} {
		f.Add(when)
	}
	f.Fuzz(func(t *testing.T, when string) {
		if whenSchema.CheckCondition(when) == nil {
			_, _ = whenSchema.Active(when, nil)
		}
		_, _ = whenSchema.Number(when, nil)
	})
}
