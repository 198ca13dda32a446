package sweep

import (
	"fmt"
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
