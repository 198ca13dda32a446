package file

import (
	"fmt"
	"strconv"

	"github.com/assaylab/assay/framework/data"
)

// samples finds the width of a bin and says what the samples are: counts become Hz
// where the width is known, rates and everything else stay. It is never silent.
func (r *reader) samples() error {
	s := r.plan.samples
	r.rec.Samples = data.Array{Shape: []int{s.rows, s.dims}, Values: s.values}
	if b := r.plan.bin; b != nil {
		seconds := append(b.floats, floatsOfWholes(b.wholes)...)
		if len(seconds) != 1 || !(seconds[0] > 0) {
			return fmt.Errorf("%s must be one number of seconds above 0", b.name)
		}
		if r.rec.BinSeconds == 0 {
			r.rec.BinSeconds = seconds[0]
		}
	}
	name := list(r.plan.parts)
	what := fmt.Sprintf("samples: %s, %d samples x %d channels", name, s.rows, s.dims)
	if r.guessed {
		what += ", as the only matrix in the file"
	}
	if r.columns.Spikes != nil {
		what = fmt.Sprintf("samples: spikes of %d units from %s, in %d bins of %s", s.dims, name, s.rows, duration(r.rec.BinSeconds))
	}
	counts := r.columns.Scale == Counts || r.columns.Scale == "" && (name == Counts || r.columns.Spikes != nil) && r.rec.Unit == ""
	switch {
	case counts && r.rec.BinSeconds > 0:
		if r.rec.Unit == "" {
			r.rec.Unit = "Hz"
		}
		values := r.rec.Samples.Values
		for i, v := range values {
			values[i] = float32(float64(v) / r.rec.BinSeconds)
		}
		r.note("%s, counts of %s turned into %s", what, duration(r.rec.BinSeconds), r.rec.Unit)
	case counts:
		if r.rec.Unit == "" {
			r.rec.Unit = "counts"
		}
		r.question("%s, counts that stay counts: with bin_seconds they become Hz", what)
	case r.columns.Scale == Rates:
		if r.rec.Unit == "" {
			r.rec.Unit = "Hz"
		}
		r.note("%s, rates as they are, in %s", what, r.rec.Unit)
	case r.rec.Unit != "":
		r.note("%s, as they are, in %s", what, r.rec.Unit)
	case r.looksCounted():
		r.question("%s, as they are: they are whole numbers, perhaps counts, which read: {scale: counts} turns into Hz ({scale: rates} if they are rates)", what)
	default:
		r.note("%s, as they are, of unknown unit", what)
	}
	return nil
}

func floatsOfWholes(v []int64) []float64 {
	out := make([]float64, len(v))
	for i, w := range v {
		out[i] = float64(w)
	}
	return out
}

// looksCounted reports whether all samples are small whole numbers from 0 up.
func (r *reader) looksCounted() bool {
	for _, v := range r.rec.Samples.Values {
		if v < 0 || v > 1e4 || v != float32(int32(v)) {
			return false
		}
	}
	return true
}

func duration(seconds float64) string {
	if seconds < 1 {
		return strconv.FormatFloat(seconds*1000, 'g', 6, 64) + " ms"
	}
	return strconv.FormatFloat(seconds, 'g', 6, 64) + " s"
}
