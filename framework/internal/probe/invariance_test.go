package probe

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

// The kinds of version 2, with what they read out.
var fair = []Spec{
	{Kind: "direction", Target: "direction", Version: "2"}, {Kind: "logistic", Target: "direction", Version: "2"},
	{Kind: "knn", Target: "direction", Version: "2"}, {Kind: "knn", Target: "velocity", Version: "2"},
	{Kind: "ridge", Target: "velocity", Version: "2"}, {Kind: "ridge", Target: "velocity", Version: "2", Settings: map[string]any{"scale": "none"}}, {Kind: "wiener", Target: "velocity"},
}

// reaches are parts of an embedding of columns of unequal size, some of them dead,
// whose entries are 1000·k/64 for small whole k: times 1000 or a thousandth is exact.
func reaches(seed uint64, columns ...float64) Parts {
	out := Parts{}
	for s, n := range map[data.Split]int{data.Train: 240, data.Val: 60, data.Test: 90} {
		rng := data.Rand(seed, string(s))
		p := toy(make2(n, len(columns)), make2(n, 2), make([]int, n), 8)
		for i := range n {
			trial := i / (2 + int(seed)%3)
			p.Recording.Trial[i] = int32(7 * (trial * 31 % 97)) // in no order
			l := trial * 5 % 8
			p.Recording.Targets[0].Labels[i] = int32(l)
			sin, cos := math.Sincos(2 * math.Pi * float64(l) / 8)
			for j, size := range columns {
				v := size * (math.Cos(float64(j))*cos + math.Sin(float64(j))*sin + 0.7*rng.NormFloat64())
				p.X.Row(i)[j] = 1000 * float32(math.Round(v*8)) / 64
			}
			v := p.Recording.Targets[1].Values.Row(i)
			v[0], v[1] = float32(cos+rng.NormFloat64()), float32(20*sin+10*rng.NormFloat64())
		}
		out[s] = p
	}
	return out
}

func make2(n, d int) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, d)
	}
	return out
}

// changed is the parts with other embeddings of the same samples.
func changed(p Parts, how func(data.Array) data.Array) Parts {
	out := Parts{}
	for s, part := range p {
		out[s] = Part{X: how(part.X), Recording: part.Recording}
	}
	return out
}

func times(by float32) func(data.Array) data.Array {
	return func(a data.Array) data.Array {
		out := data.NewArray(a.Rows(), a.Cols())
		for i, v := range a.Values {
			out.Values[i] = v * by
		}
		return out
	}
}

func TestInvariances(t *testing.T) {
	for _, columns := range [][]float64{{1, 1, 1, 1, 1, 1}, {1, 30, 0, 5, 0.2, 3, 0, 12}, slices.Repeat([]float64{2}, 260)} {
		for seed := range uint64(2) {
			if seed > 0 && (len(columns) > 100 || testing.Short()) {
				continue
			}
			parts := reaches(seed, columns...)
			for _, s := range fair {
				if len(columns) > 100 && s.Kind == "logistic" {
					continue // slow, and no other code
				}
				want, err := Run(context.Background(), s, parts, 1)
				if err != nil {
					t.Fatalf("%s: %v", s.Kind, err)
				}
				compare := func(what string, seed uint64, other Parts, exact bool) {
					t.Helper()
					got, err := Run(context.Background(), s, other, seed)
					if err != nil {
						t.Fatalf("%s, %s: %v", s.Kind, what, err)
					}
					for i, v := range want.Values {
						tolerance := 1e-9 * math.Max(1, math.Abs(v.Value))
						if s.Kind == "knn" {
							tolerance += 1 / float64(parts[data.Split(v.Split)].X.Rows()) * math.Max(1, math.Abs(v.Value))
						}
						if off := math.Abs(got.Values[i].Value - v.Value); exact && off != 0 || off > tolerance {
							t.Errorf("%s of %s, %d columns, %s: %s on %s is %v, was %v", s.Kind, s.Target, len(columns), what, v.Name, v.Split, got.Values[i].Value, v.Value)
						}
					}
				}
				compare("times 1024", 1, changed(parts, times(1024)), true)
				compare("by 1024", 1, changed(parts, times(1.0/1024)), true)
				compare("times 1000", 1, changed(parts, times(1000)), false)
				compare("by 1000", 1, changed(parts, func(a data.Array) data.Array {
					out := data.NewArray(a.Rows(), a.Cols())
					for i, v := range a.Values {
						out.Values[i] = v / 1000
					}
					return out
				}), false)
				compare("another seed", 99, parts, true)
				if s.Kind != "wiener" { // which reads samples in their order
					compare("rows in another order", 1, otherRows(parts), false)
				}
				compare("columns in another order", 1, changed(parts, func(a data.Array) data.Array {
					order := data.Rand(5, "columns").Perm(a.Cols())
					out := data.NewArray(a.Rows(), a.Cols())
					for i := range a.Rows() {
						for j, k := range order {
							out.Row(i)[j] = a.Row(i)[k]
						}
					}
					return out
				}), false)
			}
		}
	}
}

// otherRows is the parts with their trials, and the samples within them, in another
// order.
func otherRows(p Parts) Parts {
	out := Parts{}
	for s, part := range p {
		of, n := part.Recording.Cases()
		var rows []int
		for _, j := range data.Rand(6, "trials").Perm(n) {
			var trial []int
			for i := range of {
				if of[i] == j {
					trial = append(trial, i)
				}
			}
			slices.Reverse(trial)
			rows = append(rows, trial...)
		}
		out[s] = Part{X: part.X.Take(rows), Recording: part.Recording.Subset(rows)}
	}
	return out
}

// What the labels of a file are called makes no difference: dense classes, classes
// from 1 on, and degrees with their angles.
func TestAnglesOfClasses(t *testing.T) {
	for _, s := range []Spec{{Kind: "direction", Target: "direction", Version: "2"},
		{Kind: "direction", Target: "direction", Version: "2", Settings: map[string]any{"profile": "swapvae"}}} {
		dense := reaches(1, 1, 2, 3)
		want, err := Run(context.Background(), s, dense, 1)
		if err != nil {
			t.Fatal(err)
		}
		relabel := func(classes int, to func(int32) int32) Parts {
			out := Parts{}
			for split, p := range reaches(1, 1, 2, 3) {
				p.Recording.Targets[0].Classes = classes
				for i, l := range p.Recording.Targets[0].Labels {
					p.Recording.Targets[0].Labels[i] = to(l)
				}
				out[split] = p
			}
			return out
		}
		angles := make([]float64, 360)
		for i := range angles {
			angles[i] = float64(i) * math.Pi / 180
		}
		for name, c := range map[string]struct {
			parts  Parts
			angles []float64
		}{
			"1 to 8":            {relabel(9, func(l int32) int32 { return l + 1 }), nil},
			"degrees":           {relabel(360, func(l int32) int32 { return 45 * l }), nil},
			"degrees as angles": {relabel(360, func(l int32) int32 { return 45 * l }), angles},
		} {
			s.Angles = c.angles
			got, err := Run(context.Background(), s, c.parts, 1)
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range want.Values {
				if !near(got.Values[i].Value, v.Value, 1e-9) {
					t.Errorf("%v, %s: %s on %s is %v, was %v", s.Settings, name, v.Name, v.Split, got.Values[i].Value, v.Value)
				}
			}
		}
		// Angles that are not evenly spaced are those that are read out.
		s.Angles = []float64{0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7}
		got, err := Run(context.Background(), s, dense, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got.Values[0].Value <= want.Values[0].Value {
			t.Errorf("all angles lie close together: accuracy %v, was %v", got.Values[0].Value, want.Values[0].Value)
		}
	}
}
