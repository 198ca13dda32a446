package data

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

const maxDivisionFile = 64 << 20 // bytes

// fromFile reads which trial (or sample) is in which part; those that no part
// names are in none.
func (d Division) fromFile(r *Recording, units []unit, word string) error {
	f, err := os.Open(d.File)
	if err != nil {
		return fmt.Errorf("division: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxDivisionFile+1))
	if err != nil {
		return fmt.Errorf("division: %w", err)
	}
	if len(text) > maxDivisionFile {
		return fmt.Errorf("%s: larger than %d bytes", d.File, maxDivisionFile)
	}
	var lists struct {
		Train, Val, Test []int32
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&lists); err != nil {
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
