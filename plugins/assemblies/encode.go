package assemblies

import (
	"fmt"
	"hash/fnv"
	"math"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	assembly "github.com/assaylab/assay/plugins/assemblies/model"
)

// encode returns the inputs that fire in every sample, ascending.
func (m *model) encode(r *data.Recording) ([][]int32, error) {
	s := &m.Settings
	if c := r.Samples.Cols(); c != m.Inputs {
		return nil, fmt.Errorf("the model was trained on %d channels; this recording has %d", m.Inputs, c)
	}
	side := int(math.Round(math.Sqrt(float64(m.Inputs))))
	if s.Encoder == "image" && side*side != m.Inputs {
		return nil, framework.Refuse(fmt.Sprintf("the encoder image needs square pictures, not %d channels", m.Inputs), "use the encoder top")
	}
	k := s.InputK
	if k == 0 {
		k = s.K
	}
	if (s.Encoder == "image" || s.Encoder == "top") && k > m.Inputs {
		return nil, framework.Refuse(fmt.Sprintf("%d of %d inputs cannot fire", k, m.Inputs), "lower input_k")
	}
	out := make([][]int32, r.Len())
	values := make([]float64, m.Inputs)
	var pick assembly.Selector
	for i := range out {
		row := r.Samples.Row(i)
		switch s.Encoder {
		case "fires":
			for j, v := range row {
				if v > 0 {
					out[i] = append(out[i], int32(j))
				}
			}
			continue
		case "bernoulli":
			rng := data.Rand(fingerprint(row), "encode") // the same sample always fires alike
			for j, v := range row {
				if rng.Float64() < float64(v) {
					out[i] = append(out[i], int32(j))
				}
			}
			continue
		case "image":
			boxFilter(values, row, side)
		case "top":
			for j, v := range row {
				values[j] = float64(v)
			}
		}
		out[i] = pick.KCap(values, k)
	}
	for i := range out {
		if len(out[i]) > assembly.MostFiring && s.Engine != assembly.Lazy {
			return nil, framework.Refuse(fmt.Sprintf("%d inputs fire in sample %d; the engines exact and hash count %d", len(out[i]), i, assembly.MostFiring), "let fewer fire: encoder top, and input_k")
		}
	}
	return out, nil
}

// boxFilter sums the 3 x 3 neighbourhood of every pixel, with zeros outside. It
// adds whole numbers, 256 to a grey level, so that equal sums are equal: there are
// many, and the tie rule decides on them. With few bright pixels it lets dark ones
// fire, the first of them; exactly k fire, as in the authors' code.
func boxFilter(dst []float64, pixels []float32, side int) {
	grey := make([]int64, len(pixels))
	for j, v := range pixels {
		grey[j] = int64(math.Round(float64(v) * 255 * 256))
	}
	for y := range side {
		for x := range side {
			var sum int64
			for v := max(y-1, 0); v <= min(y+1, side-1); v++ {
				for u := max(x-1, 0); u <= min(x+1, side-1); u++ {
					sum += grey[v*side+u]
				}
			}
			dst[y*side+x] = float64(sum)
		}
	}
}

// fingerprint is a number of a sample's values.
func fingerprint(row []float32) uint64 {
	h := fnv.New64a()
	for _, v := range row {
		b := math.Float32bits(v)
		h.Write([]byte{byte(b), byte(b >> 8), byte(b >> 16), byte(b >> 24)})
	}
	return h.Sum64()
}
