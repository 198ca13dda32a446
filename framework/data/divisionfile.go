package data

import (
	"fmt"
	"strings"

	"github.com/assaylab/assay/framework/internal/regular"
)

const maxDivisionFile = 64 << 20 // bytes

// fromFile reads which trial (or sample) is in which part; those that no part
// names are in none.
func (d Division) fromFile(r *Recording, units []unit, word string) error {
	text, err := regular.ReadFile(d.File, maxDivisionFile)
	if err != nil {
		return fmt.Errorf("division: %w", err)
	}
	var lists struct {
		Train, Val, Test []int32
	}
	if err := strictJSON(text, &lists); err != nil {
		return fmt.Errorf(`%s: expected {"train": [%s], "val": [...], "test": [...]}: %w`, d.File, word, err)
	}
	byID := map[int32]unit{}
	for _, u := range units {
		byID[u.id] = u
	}
	if len(lists.Train) == 0 {
		return fmt.Errorf("%s: the train part is empty", d.File)
	}
	split := make([]Split, r.Len())
	for _, part := range []struct {
		name Split
		ids  []int32
	}{{Train, lists.Train}, {Val, lists.Val}, {Test, lists.Test}} {
		for _, id := range part.ids {
			u, ok := byID[id]
			one := strings.TrimSuffix(word, "s")
			if !ok {
				return fmt.Errorf("%s: %s names %s %d, which the recording does not have", d.File, part.name, one, id)
			}
			if split[u.from] != "" {
				return fmt.Errorf("%s: %s %d is named twice (%s and %s)", d.File, one, id, split[u.from], part.name)
			}
			for i := u.from; i < u.to; i++ {
				split[i] = part.name
			}
		}
	}
	r.Split = split
	return nil
}
