package source

import "fmt"

// permutations lists the orderings of 0, ..., n−1, in lexicographic order.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{{}}
	}
	var out [][]int
	for first := range n {
		for _, rest := range permutations(n - 1) {
			p := []int{first}
			for _, r := range rest {
				if r >= first {
					r++
				}
				p = append(p, r)
			}
			out = append(out, p)
		}
	}
	return out
}

// A labelling numbers words in the order of their first appearance.
type labelling struct {
	number map[string]int32
	labels []int32
}

func (l *labelling) add(word string) {
	if l.number == nil {
		l.number = map[string]int32{}
	}
	if _, seen := l.number[word]; !seen {
		l.number[word] = int32(len(l.number))
	}
	l.labels = append(l.labels, l.number[word])
}

func (l *labelling) classes() int { return len(l.number) }

// classify labels every ordering of groups of that size: connection says which
// bodies belong together, whatever the groups are called; kind, which role
// (place inside its group) each body has; both, the two together.
func classify(orderings [][]int, size int) (connection, kind, both labelling) {
	for _, q := range orderings {
		together, roles := make([]int, len(q)), make([]int, len(q))
		name := map[int]int{} // groups are called by their first appearance
		for k, body := range q {
			group := body / size
			if _, named := name[group]; !named {
				name[group] = len(name)
			}
			together[k], roles[k] = name[group], body%size
		}
		connection.add(fmt.Sprint(together))
		kind.add(fmt.Sprint(roles))
		both.add(fmt.Sprint(together, roles))
	}
	return connection, kind, both
}
