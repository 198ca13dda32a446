package assemblies

import (
	"context"

	"github.com/assaylab/assay/framework/data"
)

// Arrays are the caps of training, and how much assemblies and the caps of samples
// have in common.
func (m *model) Arrays(ctx context.Context, r *data.Recording) (map[string]data.Array, error) {
	width := 2
	for _, cap := range m.Raster {
		width = max(width, 2+len(cap))
	}
	raster := data.NewArray(len(m.Raster), width)
	for i, cap := range m.Raster {
		row := raster.Row(i)
		for x := range row {
			row[x] = -1
		}
		row[0], row[1] = float32(m.RasterOf[i][0]), float32(m.RasterOf[i][1])
		for x, j := range cap {
			row[2+x] = float32(j)
		}
	}
	assemblies := data.NewArray(m.Classes, m.Classes)
	for c := range m.Classes {
		for d := range m.Classes {
			assemblies.Row(c)[d] = float32(shared(m.Last[c], m.Last[d])) / float32(m.Settings.K)
		}
	}
	out := map[string]data.Array{"raster": raster, "assemblies": assemblies}
	t, err := r.ClassTarget(m.Settings.Labels)
	if err != nil || r.Len() == 0 {
		return out, nil // what is known without labels
	}
	x, err := m.encode(r)
	if err != nil {
		return nil, err
	}
	y, err := caps(ctx, m.Areas, trained, x, m.Settings.TestRounds)
	if err != nil {
		return nil, err
	}
	out["overlaps"] = newOverlaps(y, t.Labels, m.Classes, m.known()).array(m.Settings.K)
	out["inputs"] = newOverlaps(x, t.Labels, m.Classes, m.Inputs).array(m.Settings.K)
	return out, nil
}
