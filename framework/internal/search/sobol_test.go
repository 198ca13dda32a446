package search

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
)

// The raw points are SciPy's in all dimensions.
func TestSobolIsSciPys(t *testing.T) {
	text, err := os.ReadFile("testdata/sobol.txt")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		var i uint32
		if _, err := fmt.Sscan(fields[0], &i); err != nil || len(fields) != len(joeKuo())+1 {
			t.Fatalf("row %d: %d numbers, %v", rows, len(fields), err)
		}
		for d, want := range fields[1:] {
			if got := fmt.Sprint(joeKuo()[d].point(i) >> 2); got != want { // SciPy has 30 bits
				t.Errorf("point %d, dimension %d: %s/2³⁰, want %s", i, d+1, got, want)
			}
		}
		rows++
	}
	if rows != 8 || len(joeKuo()) != 128 {
		t.Fatalf("%d rows, %d dimensions", rows, len(joeKuo()))
	}
}

// The first 2ᵐ points, scrambled or not, have one in each of the 2ᵐ equal parts
// of every dimension, and the first two dimensions one in each of the boxes
// 2⁻ᵃ × 2⁻ᵇ, a + b = m: the law of a (0, m, 2)-net.
func TestScramblingKeepsTheNet(t *testing.T) {
	const m = 6
	point := func(scramble bool, i uint32, d int) uint32 {
		x := joeKuo()[d].point(i)
		if scramble {
			x = owen(x, mix(uint64(d)))
		}
		return x
	}
	for _, scramble := range []bool{false, true} {
		for d := range joeKuo() {
			parts := map[uint32]bool{}
			for i := range uint32(1 << m) {
				parts[point(scramble, i, d)>>(32-m)] = true
			}
			if len(parts) != 1<<m {
				t.Errorf("scrambled %t, dimension %d: %d of %d parts have a point", scramble, d+1, len(parts), 1<<m)
			}
		}
		for a := range m + 1 {
			boxes := map[[2]uint32]bool{}
			for i := range uint32(1 << m) {
				boxes[[2]uint32{uint32(uint64(point(scramble, i, 0)) >> (32 - a)), uint32(uint64(point(scramble, i, 1)) >> (32 - m + a))}] = true
			}
			if len(boxes) != 1<<m {
				t.Errorf("scrambled %t, 2^-%d × 2^-%d: %d of %d boxes have a point", scramble, a, m-a, len(boxes), 1<<m)
			}
		}
	}
}

// Over many seeds a scrambled point is uniform, and two points are independent
// in the bits after the first that tells them apart: χ² with 255 degrees of
// freedom stays below its mean by six standard deviations.
func TestScrambledPointsAreUniform(t *testing.T) {
	const n, cells = 25600, 256
	one, two := make([]float64, cells), make([]float64, cells)
	for seed := range uint64(n) {
		x, y := owen(0x80000000, mix(seed)), owen(0xc0000000, mix(seed)) // ½ and ¾ part at the second bit
		one[x>>24]++
		two[x<<2>>28<<4|y<<2>>28]++
	}
	for name, counts := range map[string][]float64{"one point": one, "two points": two} {
		chi := 0.0
		for _, c := range counts {
			chi += (c - n/cells) * (c - n/cells) / (n / cells)
		}
		if bound := 6 * math.Sqrt(2*255); !(math.Abs(chi-255) < bound) {
			t.Errorf("%s: χ² = %.0f, want 255 ± %.0f", name, chi, bound)
		}
	}
}

// Of 2ᵐ configurations every value of a list comes equally often, and every
// octave of a logarithmic range.
func TestSobolIsEven(t *testing.T) {
	s := space(t, Param{Name: "lr", Min: 1.0 / 256, Max: 1, Log: true}, Param{Name: "optimizer", Values: []any{"adam", "sgd"}},
		Param{Name: "momentum", Min: 0, Max: 0.9, When: "optimizer == 'sgd'"}, Param{Name: "dropout", Min: 0, Max: 0.75, Step: 0.25})
	list, note, err := s.Sobol(5, 64)
	if err != nil || note != "" || len(list) != 64 {
		t.Fatalf("%d configurations, note %q, %v", len(list), note, err)
	}
	octaves, rules, steps := map[int]int{}, map[any]int{}, map[any]int{}
	for _, c := range list {
		octaves[int(math.Floor(math.Log2(c.Full["lr"].(float64))))]++
		rules[c.Full["optimizer"]]++
		steps[c.Full["dropout"]]++
		if _, on := c.Full["momentum"]; on != (c.Full["optimizer"] == "sgd") {
			t.Errorf("momentum in %v", c.Full)
		}
	}
	if len(octaves) != 8 || len(rules) != 2 || len(steps) != 4 {
		t.Fatalf("%v %v %v", octaves, rules, steps)
	}
	for o, n := range octaves {
		if n != 8 {
			t.Errorf("octave %d came %d times, want 8", o, n)
		}
	}
	for v, n := range rules {
		if n != 32 {
			t.Errorf("%v came %d times, want 32", v, n)
		}
	}
	for v, n := range steps {
		if n != 16 {
			t.Errorf("dropout %v came %d times, want 16", v, n)
		}
	}
	again, _, err := s.Sobol(6, 64)
	if err != nil || show(again, "lr")[0] == show(list, "lr")[0] {
		t.Fatalf("another seed scrambles alike, %v", err)
	}
}

func TestSobolRefusesTooManyParameters(t *testing.T) {
	s := &Space{params: make([]Param, 129)}
	if _, _, err := s.Sobol(1, 3); err == nil || !strings.Contains(err.Error(), "at most 128 parameters, got 129") {
		t.Fatal(err)
	}
}
