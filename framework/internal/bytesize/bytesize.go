// Package bytesize reads and writes amounts of memory: 512MiB, 8GiB, 8GB.
package bytesize

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Hint says how an amount is written.
const Hint = "write a number with its unit: 512MiB, 8GiB (powers of 1024) or 8GB (powers of 1000)"

var units = map[string]float64{
	"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
	"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
}

// Parse reads an amount such as 8GiB or 1.5 GB.
func Parse(s string) (int64, error) {
	digits := strings.TrimRight(s, "BKMGTi")
	unit, ok := units[s[len(digits):]]
	x, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
	if !ok || err != nil {
		return 0, fmt.Errorf("%q is no size of memory", shorten(s))
	}
	if bytes := x * unit; bytes >= 1 && bytes < math.MaxInt64 {
		return int64(bytes), nil
	}
	return 0, fmt.Errorf("must be at least one byte and fit into memory, got %s", shorten(s))
}

// Format writes an amount for people.
func Format(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.0f MiB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%.0f KiB", float64(bytes)/(1<<10))
}

// shorten keeps a long text from drowning a message.
func shorten(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:57]) + "..."
	}
	return s
}
