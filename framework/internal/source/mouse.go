package source

import (
	"bytes"
	"fmt"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/data/npy"
)

// readMouse reads twelve hours of hippocampus: counts [units x bins] and the state
// of each bin. All of it is one trial.
func readMouse(counts, states []byte) (*data.Recording, error) {
	c, err := npy.Read(bytes.NewReader(counts), maxPublished)
	if err != nil {
		return nil, fmt.Errorf("counts: %w", err)
	}
	s, err := npy.Read(bytes.NewReader(states), maxPublished)
	if err != nil {
		return nil, fmt.Errorf("states: %w", err)
	}
	if len(c.Shape) != 2 || len(s.Shape) != 1 || c.Shape[1] != s.Shape[0] {
		return nil, fmt.Errorf("counts of shape %v do not fit states of shape %v", c.Shape, s.Shape)
	}
	units, bins := c.Shape[0], c.Shape[1]
	r := &data.Recording{Samples: data.NewArray(bins, units), Unit: "counts", BinSeconds: 4, Trial: make([]int32, bins)}
	for i, v := range c.Float32() {
		r.Samples.Values[i%bins*units+i/bins] = v
	}
	labels := make([]int32, bins)
	for i, v := range s.Float64() {
		labels[i] = int32(v)
		if float64(labels[i]) != v {
			return nil, fmt.Errorf("state of bin %d is %v", i, v)
		}
	}
	r.Targets = []data.Target{{Name: "state", Labels: labels, Classes: 3}}
	return r, r.Check()
}
