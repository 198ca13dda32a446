package figure

import (
	"bytes"
	"encoding/xml"
	"image/color"
	"image/png"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

// circling is three trials of two bodies that go round at different speeds.
func circling() *data.Recording {
	const steps = 6
	r := &data.Recording{Samples: data.NewArray(3*steps, 4), Channels: []string{"sun x", "sun y", "earth & moon x", "earth & moon y"}}
	labels := make([]int32, 3*steps)
	for i := range 3 * steps {
		for b := range 2 {
			sin, cos := math.Sincos(float64(i*(b+1)) / 4)
			r.Samples.Row(i)[2*b], r.Samples.Row(i)[2*b+1] = float32(float64(b+1)*cos), float32(float64(b+1)*sin)
		}
		r.Trial, labels[i] = append(r.Trial, int32(i/steps)), int32(i/steps)
	}
	r.Targets = []data.Target{{Name: "third", Labels: labels, Classes: 3}, {Name: "same", Values: r.Samples}}
	return r
}

// numbers reads a list of values of an animation.
func numbers(t *testing.T, s string) (out []float64) {
	t.Helper()
	for _, f := range strings.Split(s, ";") {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// The animation is well-formed, without scripts; each body passes through its
// samples in even time, rests where it ends, and is alike in x and y.
func TestAnimation(t *testing.T) {
	r := circling()
	var svg bytes.Buffer
	if err := Trial(&svg, ".svg", r, "toy <1>", 1); err != nil {
		t.Fatal(err)
	}
	type animate struct {
		Attribute string `xml:"attributeName,attr"`
		Times     string `xml:"keyTimes,attr"`
		Values    string `xml:"values,attr"`
	}
	var page struct {
		Title string   `xml:"title"`
		Texts []string `xml:"text"`
		Body  []struct {
			Name    string `xml:"text"`
			Circles []struct {
				Animate []animate `xml:"animate"`
			} `xml:"circle"`
		} `xml:"g"`
	}
	if err := xml.Unmarshal(svg.Bytes(), &page); err != nil {
		t.Fatal(err)
	}
	if page.Title != "toy <1>, trial 1" || !strings.Contains(strings.Join(page.Texts, "|"), "third: 1 of 3") || len(page.Body) != 2 || page.Body[1].Name != "earth & moon" {
		t.Fatalf("title %q, texts %q, %d bodies", page.Title, page.Texts, len(page.Body))
	}
	var scale float64
	for b, body := range page.Body {
		var xs, ys, times []float64
		for _, c := range body.Circles {
			for _, a := range c.Animate {
				times = numbers(t, a.Times)
				if a.Attribute == "cx" {
					xs = numbers(t, a.Values)
				} else {
					ys = numbers(t, a.Values)
				}
			}
		}
		n := 5*between + 1
		if len(xs) != n+1 || len(ys) != n+1 || len(times) != n+1 || times[n] != 1 || xs[n] != xs[n-1] || ys[n] != ys[n-1] {
			t.Fatalf("%d, %d places at %d times", len(xs), len(ys), len(times))
		}
		for i := range n {
			if want := 0.8 * float64(i) / float64(n-1); math.Abs(times[i]-want) > 1e-5 {
				t.Errorf("place %d comes at %v, want %v", i, times[i], want)
			}
		}
		for i := range 5 { // steps on the page are those of the samples, times one scale, y turned over
			from, to := r.Samples.Row(6 + i)[2*b:], r.Samples.Row(7 + i)[2*b:]
			dx, dy := xs[(i+1)*between]-xs[i*between], ys[(i+1)*between]-ys[i*between]
			if scale == 0 {
				scale = dx / float64(to[0]-from[0])
			}
			if math.Abs(dx-scale*float64(to[0]-from[0])) > 0.03 || math.Abs(dy+scale*float64(to[1]-from[1])) > 0.03 {
				t.Errorf("body %d moves by %v, %v at step %d", b, dx, dy, i)
			}
		}
	}
	if scale < 10 {
		t.Errorf("a unit is %v points", scale)
	}
}

// Both kinds of figure come out in both formats, and with something in them.
func TestFormats(t *testing.T) {
	r := circling()
	still := *r
	still.Channels = nil
	for name, rec := range map[string]*data.Recording{"bodies": r, "channels": &still} {
		for _, format := range Formats {
			var out bytes.Buffer
			if err := Trial(&out, format, rec, "toy", 0); err != nil {
				t.Fatal(err)
			}
			if format == ".svg" {
				d := xml.NewDecoder(&out)
				for {
					if _, err := d.Token(); err != nil {
						if err.Error() != "EOF" {
							t.Errorf("%s: %v", name, err)
						}
						break
					}
				}
				continue
			}
			img, err := png.Decode(&out)
			if err != nil {
				t.Fatal(err)
			}
			found, b := map[color.Color]bool{}, img.Bounds()
			for i := range b.Dx() * b.Dy() {
				found[img.At(i%b.Dx(), i/b.Dx())] = true
			}
			if len(found) < 20 {
				t.Errorf("%s: only %d colours are drawn", name, len(found))
			}
		}
	}
	if err := Trial(new(bytes.Buffer), ".svg", r, "toy", 3); err == nil || !strings.Contains(err.Error(), "has 3 trials") {
		t.Errorf("trial 3 of 3: %v", err)
	}
}

// Darker is farther from 0, on the side of its sign; an outlier does not pale
// the rest; nothing but zeros is white.
func TestScale(t *testing.T) {
	values := make([]float32, 1000)
	for i := range values {
		values[i] = float32(i%100)/100 - 0.2
	}
	values[500] = 1e6
	s := newScale(values)
	if s.most > 1 || s.least != -s.most {
		t.Fatalf("scale from %v to %v", s.least, s.most)
	}
	bright := func(v float64) int { c := s.colour(v); return int(c.R) + int(c.G) + int(c.B) }
	for v := 0.05; v < s.most; v += 0.05 {
		if bright(v) >= bright(v-0.05) || bright(-v) >= bright(0.05-v) {
			t.Errorf("at %v colours do not darken", v)
		}
		if p, n := s.colour(v), s.colour(-v); p.B <= p.R || n.R <= n.B {
			t.Errorf("at %v: %v and %v", v, p, n)
		}
	}
	if bright(0) != 3*255 || newScale(make([]float32, 5)).colour(0).R != 255 {
		t.Error("0 is not white")
	}
}
