package sweep

import "testing"

// points lists what is known of a sweep from the start.
func (s *Sweep) points(t testing.TB) []Point {
	t.Helper()
	var out []Point
	for _, c := range s.Cells() {
		seq, err := s.Sequence(c)
		if err != nil {
			t.Fatal(err)
		}
		for {
			config, ok, err := seq.Next(nil)
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			out = append(out, s.Configured(c, config)...)
		}
		if !c.Searched() {
			out = append(out, s.Ablated(c, nil)...)
		}
	}
	return out
}

// chosen is what Pick makes of a cell.
type chosen struct {
	cell Cell
	Candidate
}

// choose picks a configuration in every searched cell, by a value of each point;
// missing counts the points without one.
func (s *Sweep) choose(t testing.TB, value func(Point) (float64, bool)) (out []chosen, missing int) {
	t.Helper()
	for _, c := range s.Cells() {
		if !c.Searched() {
			continue
		}
		var list []Candidate
		for _, p := range s.points(t) {
			if p.Method != c.Method.ID || p.Dataset != c.Dataset || p.Ablation {
				continue
			}
			if len(list) == 0 || list[len(list)-1].Variant != p.Variant {
				list = append(list, Candidate{Variant: p.Variant, Settings: p.Settings})
			}
			if v, ok := value(p); ok {
				list[len(list)-1].Values = append(list[len(list)-1].Values, v)
			} else {
				missing++
			}
		}
		if best, ok := s.Select.Pick(list); ok {
			out = append(out, chosen{c, best})
		}
	}
	return out, missing
}

func (s *Sweep) ablationPoints(list []chosen) (out []Point) {
	for _, c := range list {
		out = append(out, s.Ablated(c.cell, c.Settings)...)
	}
	return out
}
