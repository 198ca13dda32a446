package swapvae

import (
	"context"

	"github.com/assaylab/assay/framework/data"
)

// Arrays returns the illustrations.
func (m *model) Arrays(ctx context.Context, r *data.Recording) (map[string]data.Array, error) {
	if !m.decodes() {
		return nil, nil
	}
	z, err := m.Embed(ctx, r)
	if err != nil {
		return nil, err
	}
	latents := map[string]data.Array{"reconstruction": z, "traversal": traversal(z)}
	if m.net.content > 0 && m.net.g > 0 {
		latents["generated"] = m.sampled(z)
	}
	if t, err := r.ClassTarget(m.Settings.Target); err == nil && m.net.content > 0 {
		latents["swapped"] = m.swapped(z, t.Labels)
	}
	out := map[string]data.Array{}
	for name, z := range latents {
		y, err := m.decoder(ctx, z)
		if err != nil {
			return nil, err
		}
		if name == "traversal" {
			y.Shape = []int{z.Cols(), traversalSteps, y.Cols()}
		}
		out[name] = y
	}
	return out, nil
}
