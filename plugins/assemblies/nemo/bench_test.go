package nemo

import (
	"math/rand/v2"
	"testing"

	assembly "github.com/assaylab/assay/plugins/assemblies/model"
)

// One flip of a fair coin: a noisy first cap and recurrent rounds until it settles.
func BenchmarkFlip(b *testing.B) {
	s := &settings{N: 25000, K: 500, P: .1, WR: 4, Recurrence: "full", Rounds: 9, Noise: 5, Decided: .8, Beta: .5, Lambda: 26}
	c, err := s.newChooser(2, s.N, []int{s.K}, "", 1, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		b.Fatal(err)
	}
	for i := range 2 {
		if err := assembly.Patch(c.area, 0, stretch(0, s.K), stretch(i, s.K), 2); err != nil {
			b.Fatal(err)
		}
	}
	fire := c.firing()
	fire[0] = neurons(0, s.K)
	input := assembly.Inputs(c.area, fire)
	for b.Loop() {
		c.flip(input)
	}
}
