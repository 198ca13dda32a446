package search

import (
	"math"
	"math/rand/v2"
	"testing"
)

// With x and y even over the unit square and the best tenth {2x + y < c}, which
// is c²/4 = 0.1 of it, the density of x there is (c − 2x)/0.1 and of y
// (c − y)/0.2, so that
//
//	D_x = c³/0.06 − 1 = 3.216,  D_y = c³/0.12 − 1 = 1.108,
//
// shares of 0.744 and 0.256; what has no effect has none.
func TestImportanceOfALine(t *testing.T) {
	s := space(t, Param{Name: "dropout", Min: 0, Max: 1}, Param{Name: "lr", Min: 1e-4, Max: 1, Log: true},
		Param{Name: "layers", Min: 1, Max: 20}, Param{Name: "optimizer", Values: []any{"adam", "sgd"}})
	list, _, err := s.Sobol(1, 4096)
	if err != nil {
		t.Fatal(err)
	}
	values := make([]float64, len(list))
	for i, c := range list {
		values[i] = -2*c.Full["dropout"].(float64) - (1 + math.Log10(c.Full["lr"].(float64))/4)
	}
	values[7] = math.NaN()
	got, err := s.Importance(list, values)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(got)
	for i, want := range []Importance{{"dropout", 0.744}, {"lr", 0.256}, {"layers", 0}, {"optimizer", 0}} {
		if got[i].Name != want.Name || !(math.Abs(got[i].Share-want.Share) < 0.02) {
			t.Errorf("%v, want %v", got[i], want)
		}
	}
}

// D of a half line {x < 0.1} is (1 − 0.1)/0.1 = 9, of one of four values
// ½ (2 − 1)² + ½ (0 − 1)² where the best are two of them; smoothing and the
// prior take a little.
func TestDivergence(t *testing.T) {
	line, group := Param{Min: 0, Max: 1}.axis("float"), Param{Values: []any{"a", "b", "c", "d"}}.axis("string")
	var lines, groups, lowLine, lowGroup []cell
	for i := range 4000 {
		u := (float64(i) + 0.5) / 4000
		lines, groups = append(lines, cell{u, u}), append(groups, group.cell([]any{"a", "b", "c", "d"}[i%4]))
		if i < 400 {
			lowLine, lowGroup = append(lowLine, cell{u, u}), append(lowGroup, group.cell([]any{"b", "d"}[i%2]))
		}
	}
	if d := divergence(line.histogram(lowLine), line.histogram(lines)); !(math.Abs(d-9) < 0.7) {
		t.Errorf("D of a half line is %v, want 9", d)
	}
	if d := divergence(group.histogram(lowGroup), group.histogram(groups)); !(math.Abs(d-1) < 0.01) {
		t.Errorf("D of half the values is %v, want 1", d)
	}
}

// One that is in play for half of the best counts half.
func TestImportanceOfWhatIsNotAlwaysInPlay(t *testing.T) {
	a := Param{Min: 0, Max: 1}.axis("float")
	var column []cell
	var best, without []int
	for i := range 400 {
		column = append(column, cell{float64(i) / 400, float64(i) / 400})
		if i < 20 {
			best, without = append(best, i), append(without, i)
		}
	}
	for range 20 {
		best = append(best, len(column))
		column = append(column, absent)
	}
	all, half := a.importance(column, without, rand.New(rand.NewPCG(1, 1))), a.importance(column, best, rand.New(rand.NewPCG(1, 1)))
	if !(all > 1) || !(math.Abs(half/all-0.5) < 1e-12) {
		t.Errorf("%v, and %v", all, half)
	}
}

// A few dozen configurations are uneven by themselves: what that gives comes off.
func TestImportanceOfFewConfigurations(t *testing.T) {
	s := space(t, mixed...)
	share := 0.0
	for seed := range uint64(20) {
		list, _, err := s.Random(seed, 40)
		if err != nil {
			t.Fatal(err)
		}
		values := make([]float64, len(list))
		for i, c := range list {
			values[i] = -math.Abs(math.Log10(c.Full["lr"].(float64)) + 2)
		}
		got, err := s.Importance(list, values)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range got {
			if g.Name == "lr" {
				share += g.Share / 20
			}
		}
	}
	t.Log(share)
	if !(share > 0.9) {
		t.Errorf("all that matters has a share of %v on average", share)
	}
}

// A parameter of one branch counts where the best are in that branch; with few
// configurations, and nothing that tells them apart, nothing is important.
func TestImportanceOfBranchesAndOfChance(t *testing.T) {
	s := space(t, mixed...)
	list, _, err := s.Random(2, 300)
	if err != nil {
		t.Fatal(err)
	}
	branch, constant := make([]float64, len(list)), make([]float64, len(list))
	for i, c := range list {
		if m, ok := c.Full["momentum"].(float64); ok {
			branch[i] = 1 - math.Abs(m-0.8)
		}
	}
	shares := func(list []Config, values []float64) map[string]float64 {
		got, err := s.Importance(list, values)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]float64{}
		for _, g := range got {
			out[g.Name] = g.Share
		}
		t.Log(out)
		return out
	}
	if got := shares(list, branch); got["momentum"] < 0.6 || got["optimizer"] < 0.1 || got["momentum"]+got["optimizer"] < 0.9 {
		t.Errorf("momentum with sgd decides: %v", got)
	}
	for i := range branch {
		branch[i] = -branch[i] // the best are now those without momentum
	}
	if got := shares(list, branch); got["optimizer"] < 0.8 {
		t.Errorf("the rule decides: %v", got)
	}
	if _, err := s.Importance(list[:15], constant[:15]); err == nil {
		t.Error("15 configurations are too few")
	}
	if _, err := s.Importance(list, constant[:9]); err == nil {
		t.Error("values are missing")
	}
}
