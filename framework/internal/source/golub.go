package source

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source/mat"
)

// readGolub reads a session of brain-computer interface learning. Time steps are
// grouped by the direction from cursor to target, once before and once after the
// mapping was learned, in cells [1 x directions] of [quantity x time steps]. As the
// order of the steps is not published, each is a trial of its own.
func readGolub(b []byte) (*data.Recording, error) {
	f, err := mat.New(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	g := golub{file: f, rec: &data.Recording{Unit: "counts", BinSeconds: 0.045}}
	// The velocity is that of the mapping in use.
	for period, velocity := range []string{"vraw_intuitive", "vraw_perturbed"} {
		if err := g.period(period, velocity); err != nil {
			return nil, fmt.Errorf("%s: %w", golubPeriods[period], err)
		}
	}
	n := len(g.direction)
	for i := range n {
		g.rec.Trial = append(g.rec.Trial, int32(i))
	}
	g.rec.Samples = data.Array{Shape: []int{n, len(g.samples) / max(n, 1)}, Values: g.samples}
	g.rec.Targets = []data.Target{
		{Name: "direction", Labels: g.direction, Classes: directions},
		{Name: "velocity", Values: data.Array{Shape: []int{n, 2}, Values: g.velocity}, Unit: "mm/s"},
		{Name: "period", Labels: g.when, Classes: len(golubPeriods)},
		{Name: "factors", Values: data.Array{Shape: []int{n, 10}, Values: g.factors}},
	}
	return g.rec, g.rec.Check()
}

var golubPeriods = []string{"before", "after"}

type golub struct {
	file *mat.File
	rec  *data.Recording

	samples, velocity, factors []float32
	direction, when            []int32
}

func (g *golub) period(period int, velocity string) error {
	clouds, err := g.find(golubPeriods[period]+"Learning", "clouds")
	if err != nil {
		return err
	}
	for _, quantity := range []struct {
		field string
		rows  int // 0: whatever there is
		into  *[]float32
	}{{"spikes", 0, &g.samples}, {velocity, 2, &g.velocity}, {"factorActivity", 10, &g.factors}} {
		cell, err := inStruct(clouds, quantity.field)
		if err != nil {
			return err
		}
		if cell.Class != mat.Cell || len(cell.Items) != directions {
			return fmt.Errorf("%s is no cell of %d directions", quantity.field, directions)
		}
		for i, item := range cell.Items {
			v, _, err := g.file.Floats(item)
			if err != nil {
				return fmt.Errorf("%s: %w", quantity.field, err)
			}
			if quantity.rows != 0 && item.Shape[0] != quantity.rows {
				return fmt.Errorf("%s has shape %v, expected %d rows", quantity.field, item.Shape, quantity.rows)
			}
			for _, x := range v { // the first index varies fastest: a time step after another
				*quantity.into = append(*quantity.into, float32(x))
			}
			if quantity.field == "spikes" {
				steps := item.Shape[1]
				g.direction = append(g.direction, slices.Repeat([]int32{int32(i)}, steps)...)
				g.when = append(g.when, slices.Repeat([]int32{int32(period)}, steps)...)
			}
		}
	}
	return nil
}

// find is a field of a variable.
func (g *golub) find(variable, name string) (*mat.Value, error) {
	for _, v := range g.file.Vars {
		if v.Name == variable {
			return inStruct(v, name)
		}
	}
	return nil, fmt.Errorf("there is no variable %s", variable)
}

func inStruct(v *mat.Value, name string) (*mat.Value, error) {
	i := slices.Index(v.Fields, name)
	if i < 0 || v.Count() != 1 {
		return nil, fmt.Errorf("there is no %s", name)
	}
	return v.Field(0, i), nil
}
