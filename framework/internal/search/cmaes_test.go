package search

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func cmaes(t testing.TB, s *Space, seed uint64, n int) *CMAES {
	t.Helper()
	c, err := NewCMAES(s, seed, n)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCMAESObeysTheLaws(t *testing.T) {
	obeysLaws(t, 80, func(seed uint64) Strategy { return cmaes(t, space(t, mixed...), seed, 80) }, truth)
}

func TestCMAESObeysTheLawsInSmallSpaces(t *testing.T) {
	s := constrained(t, []Param{{Name: "optimizer", Values: []any{"adam", "sgd"}}, {Name: "momentum", Values: []any{0.1, 0.2, 0.3}},
		{Name: "layers", Min: 1, Max: 8, Log: true}}, "layers != 5")
	obeysLaws(t, 60, func(seed uint64) Strategy { return cmaes(t, s, seed, 60) }, truth)
}

func TestCMAESRefusesCategories(t *testing.T) {
	s, err := New(wideSchema, nil, []Param{{Name: "b", Min: 0, Max: 1}, {Name: "l", Values: []any{"relu", "elu", "tanh"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewCMAES(s, 1, 10); err == nil || !strings.Contains(err.Error(), "cannot search l, whose values have no order; use tpe") {
		t.Fatal(err)
	}
}

// Only ranks matter: the same questions for f and for exp(f), worse answers and none.
func TestCMAESSeesRanksOnly(t *testing.T) {
	ask := func(answer func(Config) Answer) []Config {
		return drive(t, cmaes(t, space(t, mixed...), 4, 60), 1, answer)
	}
	want := ask(truth)
	got := ask(func(c Config) Answer {
		if a := truth(c); !math.IsNaN(a.Value) {
			return Answer{Value: math.Exp(3 * a.Value)}
		}
		return Answer{Value: -7}
	})
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
}

func TestCMAESLearns(t *testing.T) {
	var ours, random []float64
	for seed := range uint64(15) {
		s := space(t, mixed...)
		ours = append(ours, best(t, cmaes(t, s, seed, 100)))
		draws, err := NewStrategy("random", s, seed, 100)
		if err != nil {
			t.Fatal(err)
		}
		random = append(random, best(t, draws))
	}
	slices.Sort(ours)
	slices.Sort(random)
	t.Logf("cmaes %.4f, random %.4f", ours[7], random[7])
	if !(ours[7] < random[7]/2) {
		t.Errorf("median of cmaes %.4f, of random %.4f", ours[7], random[7])
	}
}

// whole numbers only: the margin lets every coordinate reach its optimum. 9⁵
// configurations, of which 250 are asked.
func TestCMAESFindsWholeNumbers(t *testing.T) {
	names := []string{"c", "d", "e", "r", "s"}
	var params []Param
	for _, name := range names {
		params = append(params, Param{Name: name, Min: 1, Max: 9})
	}
	s, err := New(wideSchema, nil, params)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for seed := range uint64(15) {
		least := math.Inf(1)
		drive(t, cmaes(t, s, seed, 250), 1, func(c Config) Answer {
			f := 0.0
			for i, name := range names {
				x := float64(c.Full[name].(int64)) - []float64{8, 2, 7, 9, 3}[i]
				f += x * x * math.Pow(30, float64(i)/4)
			}
			least = math.Min(least, f)
			return Answer{Value: -f}
		})
		if least == 0 {
			found++
		}
	}
	t.Logf("found %d times of 15", found)
	if found < 13 {
		t.Errorf("the optimum was found %d times of 15", found)
	}
}

// Once it has converged it looks elsewhere, with more points. The middle, where
// it starts, belongs to the worse of two valleys.
func TestCMAESStartsAgain(t *testing.T) {
	s := constrained(t, []Param{{Name: "dropout", Min: 0, Max: 1}, {Name: "lr", Min: 1e-4, Max: 1, Log: true}})
	found := 0
	for seed := range uint64(15) {
		c := cmaes(t, s, seed, 1500)
		least := math.Inf(1)
		drive(t, c, 1, func(c Config) Answer {
			x, y := c.Full["dropout"].(float64), 1+math.Log10(c.Full["lr"].(float64))/4
			well := func(a, b, wide float64) float64 { return ((x-a)*(x-a) + (y-b)*(y-b)) / (wide * wide) }
			f := math.Min(well(0.3, 0.3, 0.2), well(0.8, 0.9, 0.1)-1)
			least = math.Min(least, f)
			return Answer{Value: -f}
		})
		if least < -0.999 {
			found++
		}
		if c.starts < 2 || c.state.lambda != 6<<(c.starts-1) {
			t.Errorf("seed %d: %d starts, population %d", seed, c.starts, c.state.lambda)
		}
	}
	t.Logf("found %d times of 15", found)
	if found < 8 {
		t.Errorf("the better valley was found %d times of 15", found)
	}
}
