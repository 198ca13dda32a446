package eit

import (
	"math"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

// Moving a cloud by δ costs |δ|², whatever the order of its points.
func TestDistanceOfMovedClouds(t *testing.T) {
	const d, points = 3, 20
	a, b := &clouds{D: d, Z: normal(1, 2, points*d)}, &clouds{D: d, Z: data.NewArray(2, points*d)}
	move := [2][d]float64{{0, 0, 0}, {1, -2, 0.5}}
	for unit := range 2 {
		for k, to := range data.Rand(3, "order").Perm(points) {
			for j := range d {
				b.Z.Row(unit)[to*d+j] = a.Z.Row(unit)[k*d+j] + float32(move[unit][j])
			}
		}
	}
	D, err := distances(t.Context(), a, b)
	if err != nil {
		t.Fatal(err)
	}
	for unit, want := range []float64{0, 5.25} {
		if got := float64(D.Row(unit)[unit]); math.Abs(got-want) > 1e-5 {
			t.Errorf("distance of unit %d is %v, want %v", unit, got, want)
		}
	}
}

func TestDiagonal(t *testing.T) {
	D := data.Array{Shape: []int{3, 3}, Values: []float32{0, 1, 2, 5, 1, 0, 1, 3, 2}}
	if top1, rank := diagonal(D); math.Abs(top1-1./3) > 1e-12 || math.Abs(rank-(0+0.5+0.5)/3) > 1e-12 {
		t.Errorf("top 1 %v and rank %v, want 1/3 and 1/3", top1, rank)
	}
}

// Units with rates of their own find themselves in the other half of the
// windows, and the arrays are by channel.
func TestAlignment(t *testing.T) {
	r := toy(1, 24, 6)
	for i := range r.Len() { // a rate of its own for every unit
		for j := range r.Samples.Row(i) {
			r.Samples.Row(i)[j] += float32(30 * j * j)
		}
	}
	values := small(map[string]any{"transfer": "individual", "alignment_points": 20, "centring": "none"})
	m := trained(t, values, map[string]*data.Recording{data.MainRole: divided(r), pretrainRole: divided(toy(2, 16, 9))})
	arrays, err := m.Arrays(t.Context(), r.On(data.Train))
	if err != nil {
		t.Fatal(err)
	}
	halves, across := arrays["alignment_halves"], arrays["alignment"]
	if halves.Rows() != 5 || halves.Cols() != 5 || across.Rows() != 8 || across.Cols() != 5 {
		t.Fatalf("shapes %v and %v, want 5 x 5 and 8 x 5", halves.Shape, across.Shape)
	}
	if top1, rank := diagonal(halves); top1 < 0.8 || rank > 0.1 {
		t.Errorf("units find themselves in %v, rank %v", top1, rank)
	}
	for i := range 4 { // rates grow with the channel, so do distances from the first
		if !(halves.Row(0)[i] < halves.Row(0)[i+1]) {
			t.Errorf("distances from the first unit do not grow with the rate: %v", halves.Row(0))
			break
		}
	}
}
