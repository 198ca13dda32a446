package yaml

import (
	"fmt"
	"time"
)

// DurationHint says how a length of time is written.
const DurationHint = "write a number with its unit: 90s, 30m, 1h30m"

// ParseDuration reads a length of time such as 30m or 1h30m. A bare number has
// none that all would guess.
func ParseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is no duration", Shorten(s))
	}
	if d <= 0 {
		return 0, fmt.Errorf("must be longer than nothing, got %s", s)
	}
	return d, nil
}
