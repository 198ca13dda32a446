package data

import (
	"slices"
	"testing"
)

func TestCases(t *testing.T) {
	counts := func(trial []int32) []int {
		of, n := (&Recording{Samples: NewArray(len(trial), 1), Trial: trial}).Cases()
		out := make([]int, n)
		for i, c := range of {
			out[c]++
			if i > 0 && c != of[i-1] && c != of[i-1]+1 {
				t.Errorf("%v: case %d after %d", trial, c, of[i-1])
			}
		}
		return out
	}
	if got := counts([]int32{7, 7, 3, 3, 3, 9}); !slices.Equal(got, []int{2, 3, 1}) {
		t.Errorf("trials in order of appearance: %v", got)
	}
	for n, want := range map[int]int{79: 0, 80: 8, 89: 8, 90: 9, 99: 9, 100: 10, 1003: 10} {
		got := counts(make([]int32, n))
		if len(got) != want {
			t.Errorf("%d samples in one trial: %d blocks, want %d", n, len(got), want)
		}
		if want > 0 && slices.Max(got)-slices.Min(got) > 1 {
			t.Errorf("%d samples: blocks of %v", n, got)
		}
	}
}

// A stream goes on from the place that was saved, and is that of Rand.
func TestStreamsGoOn(t *testing.T) {
	a, plain := NewStream(3, "x"), Rand(3, "x")
	for range 5 {
		if a.NormFloat64() != plain.NormFloat64() {
			t.Fatal("a stream is not that of Rand")
		}
	}
	place, err := a.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	b := NewStream(4, "y")
	if err := b.UnmarshalBinary(place); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if x, y := a.IntN(1000), b.IntN(1000); x != y {
			t.Fatalf("draw %d: %d, then %d", i, x, y)
		}
	}
}
