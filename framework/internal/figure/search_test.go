package figure

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

// Every configuration with a value has a mark in the history and in the slice of each
// setting that it has, and a line through the parallel axes.
func TestSearch(t *testing.T) {
	nan := math.NaN()
	s := Search{Title: "tuned on maze", Metric: "loss on val", Min: true, Dims: []Dim{{Name: "rate", Log: true}, {Name: "rule", Labels: []string{"adam", "sgd"}}, {Name: "momentum"}},
		Tried: []Try{
			{At: []float64{1e-3, 0, nan}, Value: 3}, {At: []float64{1e-2, 1, 0.5}, Value: 1, Part: true},
			{At: []float64{1e-1, 1, 0.9}, Value: 2}, {At: []float64{1e-1, 1, 0.7}, Value: nan}, {At: []float64{1e-3, 0, nan}, Value: 1.5},
		}}
	height, draws, err := s.Draw()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := SVG(&b, Wide, height, draws); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"tuned on maze", "adam", "rate (log10)", "momentum", "in the order asked"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("there is no %q", want)
		}
	}
	with := strings.Count(b.String(), "<path")
	s.Tried = append(s.Tried, Try{At: []float64{1e-2, 0, nan}, Value: 2.5})
	_, draws, err = s.Draw()
	if err != nil {
		t.Fatal(err)
	}
	b.Reset()
	if err := SVG(&b, Wide, height, draws); err != nil {
		t.Fatal(err)
	}
	if more := strings.Count(b.String(), "<path") - with; more < 4 { // history, two slices, a line
		t.Errorf("one configuration more draws %d shapes more", more)
	}
	s.Tried = s.Tried[3:4]
	if _, _, err := s.Draw(); err == nil {
		t.Error("a search without a value is drawn")
	}
}
