package eit

import (
	"context"

	"github.com/assaylab/assay/framework/data"
)

// Arrays are the matrices of distances behind the metrics of alignment.
func (m *model) Arrays(ctx context.Context, r *data.Recording) (map[string]data.Array, error) {
	p, err := m.Input.scored(&m.Settings, r)
	if err != nil {
		return nil, err
	}
	out := map[string]data.Array{}
	D, err := m.halves(ctx, p)
	if D == nil || err != nil {
		return out, err
	}
	out["alignment_halves"] = *D
	if m.Reference != nil {
		c, err := m.clouds(ctx, p, p.windows)
		if err != nil {
			return nil, err
		}
		if out["alignment"], err = distances(ctx, m.Reference, c); err != nil {
			return nil, err
		}
	}
	return out, nil
}
