package search

import (
	"math"
	"math/rand/v2"
	"testing"
)

// noisy are C configurations of m seeds: what a seed does to all is three times
// what is left to chance.
func noisy(r *rand.Rand, worth []float64, m int) [][]float64 {
	seeds := make([]float64, m)
	for s := range seeds {
		seeds[s] = 3 * r.NormFloat64()
	}
	values := make([][]float64, len(worth))
	for i, w := range worth {
		for s := range m {
			values[i] = append(values[i], w+seeds[s]+r.NormFloat64())
		}
	}
	return values
}

// Of equal configurations the one that is in truth best, any of them, is taken
// out with the probability Level at most; one that is six deviations worse goes
// nearly always.
func TestRaceKeepsItsLevel(t *testing.T) {
	const runs = 2000
	for _, n := range []int{3, 10, 40} {
		wrong, right := 0, 0
		worth := make([]float64, n)
		for seed := range uint64(runs) {
			r := rand.New(rand.NewPCG(seed, uint64(n)))
			if (Race{0.05}).Behind(noisy(r, worth, 2), 0) {
				wrong++
			}
			worth[1] = -6
			if (Race{0.05}).Behind(noisy(r, worth, 2), 1) {
				right++
			}
			worth[1] = 0
		}
		t.Logf("%d configurations: %.3f of equal ones, %.3f of those far behind", n, float64(wrong)/runs, float64(right)/runs)
		if share := float64(wrong) / runs; share > 0.05+3*math.Sqrt(0.05*0.95/runs) {
			t.Errorf("%d configurations: one of equals is taken out in %.3f of the races", n, share)
		}
		if share := float64(right) / runs; n >= 10 && share < 0.9 {
			t.Errorf("%d configurations: one six deviations behind is taken out in %.3f of the races", n, share)
		}
	}
}

// What seeds do to all, units and their zero change nothing; a worse
// configuration does not come back.
func TestRaceLaws(t *testing.T) {
	race := Race{0.05}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		worth := make([]float64, 12)
		worth[3] = -4
		values := noisy(r, worth, 2)
		want := race.Behind(values, 3)
		changed := make([][]float64, len(values))
		for i, v := range values {
			changed[i] = []float64{5 + 7*(v[0]+100), 5 + 7*(v[1]-40)}
		}
		if got := race.Behind(changed, 3); got != want {
			t.Fatalf("seed %d: %t becomes %t when seeds and units change", seed, want, got)
		}
		values[3] = []float64{values[3][0] - 1, values[3][1] - 1}
		if want && !race.Behind(values, 3) {
			t.Fatalf("seed %d: a worse configuration comes back", seed)
		}
	}
}

func TestRaceAtItsEdges(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name   string
		values [][]float64
		c      int
		want   bool
	}{
		{"one seed", [][]float64{{0}, {100, 100}, {99, 99}}, 0, false},
		{"alone", [][]float64{{0, 0}}, 0, false},
		{"alone with as many seeds", [][]float64{{0, 0}, {100}}, 0, false},
		{"the best", [][]float64{{5, 5}, {4, 4}, {3, 3}}, 0, false},
		{"no noise at all", [][]float64{{5, 6}, {4, 5}, {3, 4}}, 1, true},
		{"equal, no noise", [][]float64{{5, 6}, {5, 6}, {3, 4}}, 1, false},
		{"failed with a seed", [][]float64{{5, 6}, {5, nan}}, 1, true},
		{"all failed", [][]float64{{nan, 6}, {5, nan}}, 1, false},
		{"failures of others do not count", [][]float64{{9, nan}, {5, 6}}, 1, false},
	} {
		if got := (Race{0.05}).Behind(c.values, c.c); got != c.want {
			t.Errorf("%s: %t, want %t", c.name, got, c.want)
		}
	}
}
