package clean

import (
	"fmt"
	"unicode/utf8"
)

// Cut is [Text] for a text of anybody's: of at most about limit bytes, and where
// there was more, it says so.
func Cut(s string, limit int) string {
	if len(s) <= limit {
		return Text(s)
	}
	end := limit
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return fmt.Sprintf("%s... [cut: %d bytes in all]", Text(s[:end]), len(s))
}
