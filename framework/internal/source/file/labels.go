package file

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// maxLabels bounds the different values of a class target.
const maxLabels = 1 << 20

// missingCode stands for a label that is not there.
const missingCode = -1

// dictionary numbers the different values of a column as they come. A value is a
// whole number, another number, or text; 1 and 1.0 are one value.
type dictionary struct {
	codes  map[any]int32
	values []any // int64, float64 or string, by code
}

func newDictionary() *dictionary { return &dictionary{codes: map[any]int32{}} }

// code is the number of a value; one that has not been seen gets the next.
func (d *dictionary) code(v any) (int32, error) {
	switch x := v.(type) {
	case float64:
		if math.IsNaN(x) {
			return missingCode, nil
		}
		v = exact(x)
	case string:
		if x == "" {
			return missingCode, nil
		}
	}
	if c, ok := d.codes[v]; ok {
		return c, nil
	}
	if len(d.values) == maxLabels {
		return 0, fmt.Errorf("there are more than %d different labels: list it under continuous if it is no class", maxLabels)
	}
	if s, ok := v.(string); ok {
		v = strings.Clone(s) // a table's text is a part of its row
	}
	c := int32(len(d.values))
	d.codes[v] = c
	d.values = append(d.values, v)
	return c, nil
}

// add numbers some values of an array.
func (d *dictionary) add(v values, dst []int32) ([]int32, error) {
	dst = dst[:0]
	put := func(x any) error {
		c, err := d.code(x)
		dst = append(dst, c)
		return err
	}
	for _, x := range v.floats {
		if err := put(x); err != nil {
			return nil, err
		}
	}
	for _, x := range v.wholes {
		if err := put(x); err != nil {
			return nil, err
		}
	}
	for _, x := range v.texts {
		if err := put(x); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// sorted orders the values and returns their names, and for each code as they came
// the number in that order. Texts that are all numbers are ordered as numbers, and
// those that are equal become one.
func (d *dictionary) sorted() (names []string, order []int32) {
	all := numbersOf(d.values)
	rank := make([]int, len(all))
	for i := range rank {
		rank[i] = i
	}
	slices.SortStableFunc(rank, func(a, b int) int { return compare(all[a], all[b]) })
	order = make([]int32, len(all))
	for i, k := range rank {
		if i == 0 || compare(all[rank[i-1]], all[k]) != 0 {
			names = append(names, labelName(all[k]))
		}
		order[k] = int32(len(names) - 1)
	}
	return names, order
}

// numbersOf turns texts into numbers if all of them are finite ones.
func numbersOf(values []any) []any {
	out := make([]any, len(values))
	for i, v := range values {
		s, ok := v.(string)
		if !ok {
			return values
		}
		if w, err := strconv.ParseInt(s, 10, 64); err == nil {
			out[i] = w
		} else if x, err := strconv.ParseFloat(s, 64); err == nil && x-x == 0 {
			out[i] = exact(x)
		} else {
			return values
		}
	}
	return out
}

// exact is a number as an int64 if it is one.
func exact(x float64) any {
	if x >= -1<<63 && x < 1<<63 && x == math.Trunc(x) {
		return int64(x)
	}
	return x
}

// compare orders numbers by size and texts by their letters. A float64 that stayed
// one differs from every whole number: where rounding makes them look equal, it is
// the larger in size.
func compare(a, b any) int {
	if x, ok := a.(string); ok {
		return cmp.Compare(x, b.(string))
	}
	x, whole := a.(int64)
	y, too := b.(int64)
	if whole && too {
		return cmp.Compare(x, y)
	}
	if c := cmp.Compare(number(a), number(b)); c != 0 || !whole && !too {
		return c
	}
	if whole {
		return -1
	}
	return 1
}

func number(v any) float64 {
	if w, ok := v.(int64); ok {
		return float64(w)
	}
	return v.(float64)
}

func labelName(v any) string {
	switch x := v.(type) {
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return v.(string)
}

// CanonicalLabel is the name that a label has, however a person wrote it: 1.0 is 1.
func CanonicalLabel(s string) string { return labelName(numbersOf([]any{s})[0]) }
