package table

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/assaylab/assay/framework/internal/stats"
)

// content is what a cell shows, in the parts that renderers align and mark.
type content struct {
	centre string // "0.621", or "failed (2)" without any value
	spread string // " ± 0.030", " [0.60, 0.65]" or ""
	note   string // " (1 failed)" or ""
}

func (c content) String() string { return c.centre + c.spread + c.note }

// show formats a cell; a cell with fewer seeds than usual says how many.
func (s Spec) show(c *Cell, usual int) content {
	if c.N == 0 {
		return content{centre: fmt.Sprintf("failed (%d)", c.Failed)}
	}
	var out content
	switch {
	case c.Failed > 0:
		out.note = fmt.Sprintf(" (%d failed)", c.Failed)
	case c.N != usual:
		out.note = fmt.Sprintf(" (n=%d)", c.N)
	}
	width := math.NaN()
	if c.N > 1 {
		switch s.Stat {
		case statCI95:
			width = *c.CI95
		case statStd:
			width = *c.Std
		case statSEM:
			width = *c.Std / math.Sqrt(float64(c.N))
		}
	}
	if s.Stat == statMedian {
		sum, err := stats.Summarize(c.Values)
		if err != nil {
			panic("table: cell without finite values: " + err.Error()) // Build refuses them
		}
		d := decimals(sum.Q3-sum.Q1, sum.Median)
		out.centre = fixed(sum.Median, d)
		if c.N > 1 {
			out.spread = fmt.Sprintf(" [%s, %s]", fixed(sum.Q1, d), fixed(sum.Q3, d))
		}
		return out
	}
	d := decimals(width, *c.Mean)
	out.centre = fixed(*c.Mean, d)
	if !math.IsNaN(width) {
		out.spread = " ± " + fixed(width, d)
	}
	return out
}

// decimals returns how many digits behind the point to print: two significant
// digits of width, which is all that a standard error of a few seeds carries;
// without a width, or with none to speak of, four significant digits of x.
// Negative means tens, hundreds and so on.
func decimals(width, x float64) int {
	v, digits := width, 2
	if !(width > 1e-12*math.Abs(x)) {
		v, digits = math.Abs(x), 4
	}
	if v == 0 {
		return digits - 1
	}
	// The exponent is read after rounding, so that 0.0999 counts as 0.10.
	text := strconv.FormatFloat(v, 'e', digits-1, 64)
	exponent, err := strconv.Atoi(text[strings.IndexByte(text, 'e')+1:])
	if err != nil {
		panic("table: " + err.Error())
	}
	d := digits - 1 - exponent
	if digits == 4 {
		return max(d, 0) // a count of 12345 stays whole
	}
	return d
}

// fixed prints x rounded at the given decimal, with an exponent where the zeros
// would be more than a reader can count.
func fixed(x float64, decimals int) string {
	if decimals > 7 || decimals < -5 {
		digits := 0
		if x != 0 {
			digits = max(0, int(math.Floor(math.Log10(math.Abs(x))))+decimals)
		}
		return strconv.FormatFloat(x, 'e', digits, 64)
	}
	if decimals < 0 {
		unit := math.Pow10(-decimals)
		x, decimals = math.Round(x/unit)*unit, 0
	}
	text := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-") // no "-0.00"
	}
	return text
}
