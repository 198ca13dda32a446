package figure

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Seventy methods look different, the first fourteen without colours too.
func TestLooksDiffer(t *testing.T) {
	seen := map[string]int{}
	for i := range 70 {
		l := LookOf(i)
		key := fmt.Sprint(l.Colour, l.Shape, l.Hollow)
		if j, ok := seen[key]; ok {
			t.Errorf("methods %d and %d look alike", j, i)
		}
		seen[key] = i
	}
}

func TestAxis(t *testing.T) {
	for _, c := range [][2]float64{{0, 1}, {-1e300, 1e300}, {0.5, 0.5}, {0, 0}, {-3, -2}, {1e-12, 2e-12}} {
		a := NewAxis(c[0], c[1], 10, 110, 4)
		if !a.Holds(c[0]) || !a.Holds(c[1]) || len(a.Ticks) > 4 || a.At(a.Lo) != 10 || math.Abs(float64(a.At(a.Hi))-110) > 1e-9 {
			t.Errorf("%v: %+v", c, a)
		}
		if at := float64(a.At(c[0])); math.IsNaN(at) || at < 10 || at > 110 {
			t.Errorf("%v lies at %v", c[0], at)
		}
	}
}

func TestCurves(t *testing.T) {
	var curves []Curve
	for k := range 9 {
		c := Curve{Name: fmt.Sprintf("method %d", k)}
		for s := range 40 {
			c.Steps = append(c.Steps, float64(s*10))
		}
		for seed := range 3 {
			var v []float64
			for s := range 40 - 10*order(seed == 2 && k == 0) {
				v = append(v, 1-math.Exp(-float64(s)/float64(5+k))+0.02*float64(seed)*math.Sin(float64(s)))
			}
			c.Values = append(c.Values, v)
		}
		curves = append(curves, c)
	}
	if b := curves[0].Band(); len(b.Steps) != 30 || b.Lo[7] > b.Mean[7] || b.Hi[7] < b.Mean[7] || b.Hi[7] == b.Lo[7] {
		t.Errorf("a seed that ended at step 30: %d steps", len(b.Steps))
	}
	height, draws, err := Curves(curves, "accuracy")
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"pdf": func(b *bytes.Buffer) error { return PDF(b, Narrow, height, draws) },
		"svg": func(b *bytes.Buffer) error { return SVG(b, Narrow, height, draws) },
		"png": func(b *bytes.Buffer) error { return PNG(b, Narrow, height, draws) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil || b.Len() < 1000 {
			t.Errorf("%s: %d bytes, %v", name, b.Len(), err)
		}
		if file := os.Getenv("CURVES"); file != "" {
			if err := os.WriteFile(file+"."+name, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, _, err := Curves(nil, "accuracy"); err == nil {
		t.Error("no curves are drawn")
	}
	if _, _, err := Curves([]Curve{{Name: "x", Steps: []float64{1}, Values: [][]float64{{}}}}, "accuracy"); err == nil {
		t.Error("a curve without steps is drawn")
	}
}

func order(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Letters that no Western code page has are in the PDF, and only letters that are used.
func TestPDFHasTheLettersItUses(t *testing.T) {
	size := func(s string) int {
		var b bytes.Buffer
		err := PDF(&b, 200, 50, func(c draw.Canvas) error {
			c.FillText(Letters(PaperFont), vg.Point{X: 5, Y: 20}, s)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return b.Len()
	}
	few, many := size("ab"), size("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZαβγδχ↑°±−")
	if few > 15_000 || many > 30_000 || many <= few {
		t.Errorf("two letters take %d bytes, sixty %d", few, many)
	}
}
