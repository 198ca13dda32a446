package data

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestMoments(t *testing.T) {
	// Columns (1, 2, 4), a constant, and one that only barely moves around 1e4.
	a := Array{Shape: []int{3, 3}, Values: []float32{1, 0.1, 10000, 2, 0.1, 10000, 4, 0.1, 10001}}
	near := cmpopts.EquateApprox(1e-12, 0)
	m := MomentsOf(a, 0)
	want := Moments{Mean: []float64{7.0 / 3, float64(float32(0.1)), 10000 + 1.0/3}, Std: []float64{math.Sqrt(14.0 / 9), 0, math.Sqrt(2.0 / 9)}}
	if d := cmp.Diff(want, m, near); d != "" {
		t.Error(d)
	}
	s := MomentsOf(a, 1)
	if d := cmp.Diff([]float64{math.Sqrt(7.0 / 3), 0, math.Sqrt(1.0 / 3)}, s.Std, near); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]int{0, 2}, m.Varying(1e-3)); d != "" {
		t.Error(d)
	}
	if one := MomentsOf(a.Take([]int{0}), 1); one.Std[0] != 0 {
		t.Errorf("the sample deviation of one value is %v", one.Std[0])
	}
}

func TestSelect(t *testing.T) {
	r := toy()
	s := r.Select([]int{2, 0})
	if d := cmp.Diff([]float32{12, 10}, s.Samples.Row(1)) + cmp.Diff([]string{"c", "a"}, s.Channels); d != "" {
		t.Error(d)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}
