package nemo

import (
	"context"

	"github.com/assaylab/assay/framework/data"
)

// shown is how many flips are kept, one of each context, for figures.
const shown = 12

// shownFlip is one flip cap by cap.
type shownFlip struct {
	Context int       `json:"context"` // -1: a pair of words
	Caps    [][]int32 `json:"caps"`    // by round
}

// show has the caps of the next flip appended to the list.
func (c *chooser) show(to *[]shownFlip, context int) {
	*to = append(*to, shownFlip{Context: context})
	c.shown = &(*to)[len(*to)-1].Caps
}

// see takes a cap of the flip that is shown, if one is.
func (c *chooser) see(cap []int32) {
	if c.shown != nil {
		*c.shown = append(*c.shown, cap)
	}
}

// Arrays are shares of outcomes, and the caps of a few flips. They are of the model
// alone.
func (m *model) Arrays(context.Context, *data.Recording) (map[string]data.Array, error) {
	var shares, raster, overlaps [][]float64
	for g := range m.P {
		for s, row := range m.P[g] {
			shares = append(shares, append([]float64{float64(g), float64(s)}, row...))
		}
	}
	if m.Text != nil {
		for w, row := range m.Text.Next {
			shares = append(shares, append([]float64{-1, float64(w)}, row...))
		}
	}
	k := m.Settings.K
	for f, flip := range m.Shown {
		for round, cap := range flip.Caps {
			head := []float64{float64(f), float64(flip.Context), float64(round)}
			fires, share := make([]float64, k), make([]float64, m.Symbols)
			for x := range fires { // where nothing fires: -1
				fires[x] = -1
			}
			for x, j := range cap[:min(k, len(cap))] {
				fires[x] = float64(j)
				if i := int(j) / k; i < m.Symbols {
					share[i] += 1 / float64(k)
				}
			}
			raster = append(raster, append(head[:3:3], fires...))
			overlaps = append(overlaps, append(head[:3:3], share...))
		}
	}
	return map[string]data.Array{
		"shares": table(shares, 2+m.Symbols), "raster": table(raster, 3+k), "overlaps": table(overlaps, 3+m.Symbols),
	}, nil
}

func table(rows [][]float64, cols int) data.Array {
	out := data.NewArray(len(rows), cols)
	for i, row := range rows {
		for j, v := range row {
			out.Row(i)[j] = float32(v)
		}
	}
	return out
}
