package sweep

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const durationHint = "write a number with its unit: 90s, 30m, 1h30m"

// parseDuration reads a time limit such as 30m or 1h30m.
func parseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is no duration", shorten(s))
	}
	if d <= 0 {
		return 0, fmt.Errorf("must be longer than nothing, got %s", s)
	}
	return d, nil
}

const bytesHint = "write a number with its unit: 512MiB, 8GiB (powers of 1024) or 8GB (powers of 1000)"

// units of a size of memory.
var units = map[string]float64{
	"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
	"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
}

// parseBytes reads a size such as 8GiB or 1.5 GB.
func parseBytes(s string) (int64, error) {
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
