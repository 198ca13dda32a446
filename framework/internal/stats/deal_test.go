package stats

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Whole units are dealt: what a unit is given comes from one unit, in its order, and
// every unit is dealt once, whatever the order of the samples.
func TestDeal(t *testing.T) {
	unit := []int32{7, 7, 7, 2, 2, 5, 5, 5, 5, 2}
	dealt := func(perm []int) []int { return Deal(unit, func(int) []int { return perm }) }
	if got, want := dealt([]int{0, 1, 2}), []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}; !slices.Equal(got, want) {
		t.Errorf("nothing dealt: %v", got)
	}
	// 2 has the targets of 5, 5 of 7, 7 of 2: three samples of four skip one, four of three repeat one.
	if got, want := dealt([]int{1, 2, 0}), []int{3, 4, 9, 5, 6, 0, 0, 1, 2, 7}; !slices.Equal(got, want) {
		t.Errorf("dealt in a circle: %v, not %v", got, want)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		n := 2 + rng.IntN(40)
		unit := make([]int32, n)
		for i := range unit {
			unit[i] = int32(rng.IntN(6))
		}
		of := map[int32]int32{}
		for i, j := range Deal(unit, rng.Perm) {
			if was, ok := of[unit[i]]; ok && was != unit[j] {
				t.Fatalf("unit %d has targets of units %d and %d", unit[i], was, unit[j])
			}
			of[unit[i]] = unit[j]
		}
		var given []int32
		for _, u := range of {
			given = append(given, u)
		}
		slices.Sort(given)
		if len(slices.Compact(given)) != len(of) {
			t.Fatalf("a unit was dealt twice: %v", of)
		}
	}
}

func TestPercentile95(t *testing.T) {
	x := make([]float64, 20)
	for i := range x {
		x[i] = float64(20 - i)
	}
	if hi, lo := Percentile95(x, false), Percentile95(x, true); hi != 19 || lo != 2 {
		t.Errorf("of 1 to 20 they are %v and %v", hi, lo)
	}
	if x[0] != 20 {
		t.Error("the values were sorted in place")
	}
}
