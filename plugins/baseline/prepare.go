package baseline

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/latent"
)

// prepare is what is done to samples apart from scaling: nothing that is learned. The
// nil one does nothing.
type prepare struct {
	Root        bool    `json:"root,omitempty"`
	Smooth      float64 `json:"smooth,omitempty"` // seconds
	From        int     `json:"from,omitempty"`   // bins of the context
	To          int     `json:"to,omitempty"`
	Concatenate bool    `json:"concatenate,omitempty"`
}

// mostBins bounds a context: no reach has more, and a slip of the pen would fill the
// memory.
const mostBins = 1000

func newPrepare(s settings) *prepare {
	p := prepare{Root: s.Root, Smooth: s.Smooth}
	if len(s.Context) == 2 {
		p.From, p.To = s.Context[0], s.Context[1]
	} else if len(s.Context) > 0 {
		p.From, p.To = 1, 0 // which check refuses
	}
	p.Concatenate = s.Combine == "concatenate" && p.bins() > 1
	if p == (prepare{}) {
		return nil
	}
	return &p
}

func (p *prepare) check() error {
	switch {
	case p == nil:
		return nil
	case p.From > p.To:
		return fmt.Errorf("context must be [from, to] with from at most to, such as [-1, 1]")
	case p.bins() > mostBins:
		return fmt.Errorf("a context of %d bins; at most %d", p.bins(), mostBins)
	case !(p.Smooth >= 0) || math.IsInf(p.Smooth, 0):
		return fmt.Errorf("smooth is %v seconds", p.Smooth)
	}
	return nil
}

// bins is how many a sample's context has.
func (p *prepare) bins() int { return p.To - p.From + 1 }

// width is how many times as many columns there are as channels.
func (p *prepare) width() int {
	if p == nil || !p.Concatenate {
		return 1
	}
	return p.bins()
}

// rates returns the channels of r before scaling [samples x channels], or with a
// context that is concatenated [samples x bins·channels].
func (p *prepare) rates(r *data.Recording) (*mat.Dense, error) {
	X := latent.FromArray(r.Samples)
	if p == nil {
		return X, nil
	}
	if p.Root {
		for i, v := range X.RawMatrix().Data {
			if v < 0 {
				return nil, fmt.Errorf("root: sample %d is %v in channel %d; the square root is for counts and rates", i/r.Samples.Cols(), v, i%r.Samples.Cols())
			}
			X.RawMatrix().Data[i] = math.Sqrt(v)
		}
	}
	if p.Smooth == 0 {
		return p.combine(X, r.Trial), nil
	}
	if !(r.BinSeconds > 0) {
		return nil, fmt.Errorf("smooth is in seconds, and the recording does not say how long a sample is")
	}
	kernel := gaussian(p.Smooth / r.BinSeconds)
	smooth := eachTrial(X, r.Trial, func(out []float64, from, to, i int) {
		var sum float64
		for k := max(from, i-len(kernel)+1); k < min(to, i+len(kernel)); k++ {
			w := kernel[max(k-i, i-k)]
			floats.AddScaled(out, w, X.RawRowView(k))
			sum += w
		}
		floats.Scale(1/sum, out)
	})
	return p.combine(smooth, r.Trial), nil
}

// gaussian returns exp(−k²/2σ²) for k = 0 .. 4σ, σ in bins. What a trial lacks of it
// at its ends is left out, and the weights of the rest made to sum to 1.
func gaussian(sigma float64) []float64 {
	n := int(math.Min(math.Ceil(4*sigma), 1e6))
	out := make([]float64, n+1)
	for k := range out {
		out[k] = math.Exp(-float64(k) * float64(k) / (2 * sigma * sigma))
	}
	return out
}

// combine returns, for every sample, the channels of its context: their mean, or all
// side by side, the earliest first. Beyond the ends of a trial stands its outermost
// sample.
func (p *prepare) combine(X *mat.Dense, trial []int32) *mat.Dense {
	if p.From == 0 && p.To == 0 {
		return X
	}
	n, d := X.Dims()
	out := mat.NewDense(n, d*p.width(), nil)
	trials(trial, func(from, to int) {
		for i := from; i < to; i++ {
			row := out.RawRowView(i)
			for lag := p.From; lag <= p.To; lag++ {
				bin := X.RawRowView(min(max(i+lag, from), to-1))
				if p.Concatenate {
					copy(row[(lag-p.From)*d:], bin)
				} else {
					floats.Add(row, bin)
				}
			}
			if !p.Concatenate {
				floats.Scale(1/float64(p.bins()), row)
			}
		}
	})
	return out
}

// eachTrial fills a matrix like X, row by row: from .. to-1 are the rows of i's trial.
func eachTrial(X *mat.Dense, trial []int32, fill func(out []float64, from, to, i int)) *mat.Dense {
	n, d := X.Dims()
	out := mat.NewDense(n, d, nil)
	trials(trial, func(from, to int) {
		for i := from; i < to; i++ {
			fill(out.RawRowView(i), from, to, i)
		}
	})
	return out
}

// trials calls f for the samples from .. to-1 of every trial.
func trials(trial []int32, f func(from, to int)) {
	for from := 0; from < len(trial); {
		to := from + 1
		for to < len(trial) && trial[to] == trial[from] {
			to++
		}
		f(from, to)
		from = to
	}
}

// soften puts range + c in place of the deviations, range over the train part.
func soften(z *latent.ZScore, X *mat.Dense, c float64) {
	n, _ := X.Dims()
	for j, channel := range z.Kept {
		least, most := math.Inf(1), math.Inf(-1)
		for i := range n {
			least, most = min(least, X.At(i, channel)), max(most, X.At(i, channel))
		}
		z.Std[j] = most - least + c
	}
}
