package hiwa

import (
	"context"
	"sort"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// electorate is labelled points that vote for the labels of others.
type electorate struct {
	labelled
	of    []int // case of each point, where numbers per case are wanted
	cases int
}

// accuracy is the share of queries whose label is the majority among their k
// nearest voters, and by how much it would rise without the voters of each case. Of
// labels with equally many votes, the one with the nearest voter wins.
func (e electorate) accuracy(ctx context.Context, queries labelled, k int) (share float64, rise []float64, err error) {
	columns := whole(e.points).columns
	n, _ := e.points.Dims()
	near, distance := nearest{k: min(k, n)}, make([]float64, n)
	right, without := 0, make([]int, e.cases)
	for q, label := range queries.labels {
		if err := ctx.Err(); err != nil {
			return 0, nil, err
		}
		kernel.SquaredDistances(distance, queries.points.RawRowView(q), columns)
		near.elect(distance, e.labels, nil, 0)
		won := near.majority() == label
		if won {
			right++
		}
		if e.cases == 0 {
			continue
		}
		for _, c := range near.casesOf(e.of) {
			near.elect(distance, e.labels, e.of, c)
			if again := near.majority() == label; again && !won {
				without[c]++
			} else if won && !again {
				without[c]--
			}
		}
	}
	all := float64(len(queries.labels))
	for _, d := range without {
		rise = append(rise, float64(d)/all)
	}
	return float64(right) / all, rise, nil
}

// nearest keeps the k least distances offered, in ascending order, and whose they are.
type nearest struct {
	k         int
	distances []float64
	labels    []int32
	points    []int
}

// elect offers all points, except those of a case where of is given.
func (n *nearest) elect(distance []float64, labels []int32, of []int, except int) {
	n.distances, n.labels, n.points = n.distances[:0], n.labels[:0], n.points[:0]
	for i, d := range distance {
		if of == nil || of[i] != except {
			n.offer(d, labels[i], i)
		}
	}
}

// casesOf are the cases of the points kept, each once.
func (n *nearest) casesOf(of []int) (cases []int) {
next:
	for _, p := range n.points {
		for _, c := range cases {
			if c == of[p] {
				continue next
			}
		}
		cases = append(cases, of[p])
	}
	return cases
}

func (n *nearest) offer(d float64, label int32, point int) {
	if len(n.distances) == n.k {
		if !(d < n.distances[n.k-1]) {
			return
		}
	} else {
		n.distances, n.labels, n.points = append(n.distances, 0), append(n.labels, 0), append(n.points, 0)
	}
	last := len(n.distances) - 1
	at := sort.Search(last, func(i int) bool { return n.distances[i] > d })
	copy(n.distances[at+1:], n.distances[at:last])
	copy(n.labels[at+1:], n.labels[at:last])
	copy(n.points[at+1:], n.points[at:last])
	n.distances[at], n.labels[at], n.points[at] = d, label, point
}

func (n *nearest) majority() int32 {
	best, most := int32(-1), 0
	for _, label := range n.labels { // nearest first
		votes := 0
		for _, other := range n.labels {
			if other == label {
				votes++
			}
		}
		if votes > most {
			best, most = label, votes
		}
	}
	return best
}
