package latent

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// ZScore drops channels that hardly vary and scales the others to mean 0 and
// standard deviation 1.
type ZScore struct {
	Channels int       `json:"channels"` // in
	Kept     []int     `json:"kept"`     // indices of the channels that stay, ascending
	Mean     []float64 `json:"mean"`     // [kept]
	Std      []float64 `json:"std"`      // [kept] population standard deviation (divisor N)
}

// FitZScore keeps the channels of X [samples x channels] whose population
// standard deviation is above minStd, in the unit of X.
func FitZScore(X *mat.Dense, minStd float64) (*ZScore, error) {
	if err := checkDims(X, 1); err != nil {
		return nil, fmt.Errorf("z-scoring: %w", err)
	}
	n, d := X.Dims()
	mean := Mean(X)
	variance := columnSquares(centred(X, mean))
	z := &ZScore{Channels: d}
	for j, v := range variance {
		if s := math.Sqrt(v / float64(n)); s > minStd {
			z.Kept = append(z.Kept, j)
			z.Mean = append(z.Mean, mean[j])
			z.Std = append(z.Std, s)
		}
	}
	if len(z.Kept) == 0 {
		return nil, fmt.Errorf("none of the %d channels has a standard deviation above %v", d, minStd)
	}
	return z, nil
}

// Select returns the channels that stay, unscaled.
func (z *ZScore) Select(X *mat.Dense) *mat.Dense {
	n, d := X.Dims()
	if d != z.Channels {
		panic(fmt.Sprintf("latent: z-scoring of %d channels applied to %d", z.Channels, d))
	}
	out := mat.NewDense(n, len(z.Kept), nil)
	for i := range n {
		row, from := out.RawRowView(i), X.RawRowView(i)
		for j, c := range z.Kept {
			row[j] = from[c]
		}
	}
	return out
}

// Transform returns (x − mean)/std of the channels that stay.
func (z *ZScore) Transform(X *mat.Dense) *mat.Dense {
	out := z.Select(X)
	n, _ := out.Dims()
	for i := range n {
		row := out.RawRowView(i)
		for j := range row {
			row[j] = (row[j] - z.Mean[j]) / z.Std[j]
		}
	}
	return out
}

// Check returns an error unless the parts fit together.
func (z *ZScore) Check() error {
	k := len(z.Kept)
	if k == 0 || len(z.Mean) != k || len(z.Std) != k {
		return fmt.Errorf("z-scoring keeps %d channels, with %d means and %d deviations", k, len(z.Mean), len(z.Std))
	}
	for i, c := range z.Kept {
		if c < 0 || c >= z.Channels || i > 0 && c <= z.Kept[i-1] {
			return fmt.Errorf("z-scoring keeps channel %d of %d, out of order or range", c, z.Channels)
		}
		if !(z.Std[i] > 0) {
			return fmt.Errorf("z-scoring divides channel %d by %v", c, z.Std[i])
		}
	}
	return nil
}
