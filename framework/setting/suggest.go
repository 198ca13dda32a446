package setting

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// Suggest returns `did you mean "epsilon"?` for a name close to a known one, or
// a list of the known ones where none is close and the list is short.
func Suggest(name string, known []string) string {
	best, score := "", 0.0
	for _, k := range known {
		if s := levenshtein.Match(strings.ToLower(name), strings.ToLower(k), nil); s > score {
			best, score = k, s
		}
	}
	switch {
	case score >= 0.5:
		return fmt.Sprintf("did you mean %q?", best)
	case len(known) == 0:
		return "there are none"
	case len(known) <= 12:
		return "known: " + strings.Join(known, ", ")
	}
	return ""
}
