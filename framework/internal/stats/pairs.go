package stats

import (
	"slices"
	"strings"
)

// Pairs lists all pairs (a, b) with a < b < k, by a and then b: the order of the
// p-values of all pairs.
func Pairs(k int) [][2]int {
	out := make([][2]int, 0, k*(k-1)/2)
	for a := range k {
		for b := a + 1; b < k; b++ {
			out = append(out, [2]int{a, b})
		}
	}
	return out
}

// Cliques returns the largest sets of 0 … k−1 in which no pair differs, where
// differ[a][b] says which do: by insert and absorb (Piepho 2004). Each set is in
// ascending order, and the sets are ordered by their members. Every element is in
// at least one. Compact letters give each set a letter; a critical-difference
// diagram gives each of two or more a bar.
func Cliques(k int, differ func(a, b int) bool) [][]int {
	all := make([]bool, k)
	for i := range all {
		all[i] = true
	}
	sets := [][]bool{all}
	for _, p := range Pairs(k) {
		if !differ(p[0], p[1]) {
			continue
		}
		var next [][]bool
		var split [][]bool
		for _, s := range sets {
			if !s[p[0]] || !s[p[1]] {
				next = append(next, s)
				continue
			}
			for _, out := range p {
				t := append([]bool(nil), s...)
				t[out] = false
				split = append(split, t)
			}
		}
		for _, t := range split { // absorb what another set holds already
			if !within(t, next) {
				next = append(next, t)
			}
		}
		sets = next
	}
	return members(sets)
}

func within(t []bool, sets [][]bool) bool {
	for _, s := range sets {
		held := true
		for i := range t {
			held = held && (s[i] || !t[i])
		}
		if held {
			return true
		}
	}
	return false
}

func members(sets [][]bool) [][]int {
	var out [][]int
	for _, s := range sets {
		var m []int
		for i, in := range s {
			if in {
				m = append(m, i)
			}
		}
		out = append(out, m)
	}
	sortSets(out)
	return out
}

func sortSets(sets [][]int) {
	slices.SortFunc(sets, slices.Compare[[]int])
}

// Letters returns the compact letter display of k methods: two share a letter if
// and only if they do not differ. Sets are lettered in the order of their first
// member, so callers put the best first. Beyond 26 sets letters are doubled.
func Letters(k int, differ func(a, b int) bool) []string {
	out := make([]string, k)
	for i, set := range Cliques(k, differ) {
		letter := strings.Repeat(string(rune('a'+i%26)), 1+i/26)
		for _, m := range set {
			if out[m] != "" && len(letter) > 1 {
				out[m] += " "
			}
			out[m] += letter
		}
	}
	return out
}
