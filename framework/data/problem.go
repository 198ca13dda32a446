package data

import "fmt"

// Problem is one thing wrong with a recipe. Fact and advice stay apart, so that
// whoever knows file and line can put them in front.
type Problem struct {
	Path string // where, inside the recipe: "split.train"; "" for the whole
	Fact string // "shares sum to 0.9, not 1"
	Hint string // what next; may be empty
}

func (p Problem) Error() string {
	if p.Path == "" {
		return p.Fact
	}
	return fmt.Sprintf("%s: %s", p.Path, p.Fact)
}
