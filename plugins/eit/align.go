package eit

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
)

// clouds are points Z[b,n,t] of every unit n, equally many of each.
type clouds struct {
	Points int        `json:"points"`
	Z      data.Array `json:"z"` // [N x Points d]
}

func (c *clouds) fits(d int) error {
	if c == nil {
		return nil
	}
	if c.Points < 1 || len(c.Z.Shape) != 2 || c.Z.Cols() != c.Points*d || len(c.Z.Values) != c.Z.Rows()*c.Z.Cols() {
		return fmt.Errorf("clouds of %d points have shape %v and %d numbers", c.Points, c.Z.Shape, len(c.Z.Values))
	}
	return nil
}

// clouds takes evenly spaced steps of the named windows of a part. Units stand in
// the order of their channels.
func (m *model) clouds(ctx context.Context, p *part, windows []int) (*clouds, error) {
	return nil, nil
}

func (m *model) addAlignment(ctx context.Context, p *part, metrics framework.Metrics) error {
	return nil
}

var _ = nn.Add
