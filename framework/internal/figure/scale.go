package figure

import (
	"image/color"
	"math"
	"slices"
)

// A scale gives values colours: white to dark blue, or, where there are negative
// values, vermilion through white (0) to blue. Its ends leave out the farthest
// hundredth of the values, so that a few outliers do not whiten all others.
type scale struct{ least, most float64 }

func newScale(values []float32) scale {
	sizes := make([]float64, 0, len(values))
	negative := false
	for _, v := range values {
		sizes = append(sizes, math.Abs(float64(v)))
		negative = negative || v < 0
	}
	slices.Sort(sizes)
	far := sizes[(len(sizes)-1)*99/100]
	if far == 0 {
		far = sizes[len(sizes)-1]
	}
	if far == 0 {
		far = 1
	}
	if negative {
		return scale{-far, far}
	}
	return scale{0, far}
}

var (
	blues = []color.RGBA{{0xff, 0xff, 0xff, 0xff}, {0xc6, 0xdb, 0xef, 0xff}, {0x6b, 0xae, 0xd6, 0xff}, {0x21, 0x71, 0xb5, 0xff}, {0x08, 0x30, 0x6b, 0xff}}
	reds  = []color.RGBA{{0xff, 0xff, 0xff, 0xff}, {0xfd, 0xd0, 0xa2, 0xff}, {0xf1, 0x69, 0x13, 0xff}, {0xc7, 0x4a, 0x02, 0xff}, {0x7f, 0x27, 0x04, 0xff}}
)

func (s scale) colour(v float64) color.RGBA {
	if v < 0 {
		return along(reds, v/s.least)
	}
	return along(blues, v/s.most)
}

// along is the colour at the share x of a row of colours.
func along(colours []color.RGBA, x float64) color.RGBA {
	x = min(max(x, 0), 1) * float64(len(colours)-1)
	i := min(int(x), len(colours)-2)
	mix := func(a, b uint8) uint8 {
		return uint8(math.Round(float64(a) + (x-float64(i))*(float64(b)-float64(a))))
	}
	a, b := colours[i], colours[i+1]
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}
