package table

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// content is what a cell shows, in the parts that renderers align and mark.
type content struct {
	centre  string // "0.621", or "failed (2)" without any value
	spread  string // " ± 0.030", " [0.60, 0.65]", in brackets where too narrow, or ""
	mark    string // as printed: "°"
	letters string // "ab" or ""
	note    string // " (1 failed)" or ""
	empty   bool   // no number
}

// String is what a cell shows without bold.
func (c content) String() string { return c.centre + c.spread + c.after() }

// after is what stands behind the number.
func (c content) after() string { return c.mark + c.raised() + c.note }

// raised are letters as text has them.
func (c content) raised() string {
	if c.letters == "" {
		return ""
	}
	return " " + c.letters
}

// show formats a cell; one with fewer seeds than usual says how many. A nil cell
// is one that nobody ran.
func (s Spec) show(c *Cell, usual int) content {
	switch {
	case c == nil:
		return content{centre: "-", empty: true}
	case c.N == 0 && c.Failed == 0:
		return content{centre: "-", empty: true, note: lack(c.Missing)}
	case c.N == 0:
		return content{centre: fmt.Sprintf("failed (%d)", c.Failed), empty: true}
	}
	out := content{mark: symbols[c.Mark], letters: c.Letters}
	switch {
	case c.Failed > 0 && c.Missing > 0:
		out.note = fmt.Sprintf(" (%d failed, %d without)", c.Failed, c.Missing)
	case c.Failed > 0:
		out.note = fmt.Sprintf(" (%d failed)", c.Failed)
	case c.Missing > 0:
		out.note = lack(c.Missing)
	case c.seeds() != usual && !c.Seedless && !c.Chance:
		out.note = fmt.Sprintf(" (n=%d)", c.seeds())
	}
	switch {
	case s.Show == showDifference && c.Compare != nil:
		s.difference(c, &out)
	case s.Stat == statMedian:
		s.median(c, &out)
	case s.Stat == statCI95 && c.Interval != nil:
		out.centre, out.spread = around(*c.Mean, c.Interval.Lo, c.Interval.Hi)
		if c.Interval.Narrow {
			out.spread = " (" + out.spread[1:] + ")"
		}
	default:
		width := math.NaN()
		if c.Std != nil && *c.Std > 0 {
			switch s.Stat {
			case statStd:
				width = *c.Std
			case statSEM:
				width = *c.Std / math.Sqrt(float64(c.N))
			}
		}
		d := decimals(width, *c.Mean)
		out.centre = fixed(*c.Mean, d)
		if !math.IsNaN(width) {
			out.spread = " ± " + fixed(width, d)
		}
	}
	return out
}

func lack(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d without)", n)
}

func (s Spec) difference(c *Cell, out *content) {
	d := c.Compare.Diff
	if h := c.Compare.DiffCI95; h != nil {
		out.centre, out.spread = around(d, d-*h, d+*h)
	} else {
		out.centre = fixed(d, decimals(math.NaN(), d))
	}
	if d > 0 && strings.Trim(out.centre, "0.") != "" {
		out.centre = "+" + out.centre
	}
}

func (s Spec) median(c *Cell, out *content) {
	x := *c.Median
	if c.Q1 == nil || !modest(c.Values) {
		out.centre = fixed(x, decimals(math.NaN(), x))
		return
	}
	d := decimals(*c.Q3-*c.Q1, x)
	out.centre, out.spread = fixed(x, d), fmt.Sprintf(" [%s, %s]", fixed(*c.Q1, d), fixed(*c.Q3, d))
}

// around prints an interval about x: as ± where both sides are equal to the last
// digit printed, as [lo, hi] otherwise.
func around(x, lo, hi float64) (centre, spread string) {
	d := decimals(hi/2-lo/2, x)
	left, right := fixed(x-lo, d), fixed(hi-x, d)
	if left == right {
		return fixed(x, d), " ± " + right
	}
	return fixed(x, d), fmt.Sprintf(" [%s, %s]", fixed(lo, d), fixed(hi, d))
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
	if digits == 4 && exponent < 15 {
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
