package hiwa

import (
	"context"
	"sort"
)

// voteAccuracy is the share of queries whose label is the majority among their k
// nearest references. Of labels with equally many votes, the one with the
// nearest voter wins.
func voteAccuracy(ctx context.Context, refs, queries labelled, k int) (float64, error) {
	n, _ := refs.points.Dims()
	near := nearest{k: min(k, n)}
	right := 0
	for q, label := range queries.labels {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		near.reset()
		y := queries.points.RawRowView(q)
		for i := range n {
			d := 0.0
			for j, x := range refs.points.RawRowView(i) {
				d += (x - y[j]) * (x - y[j])
			}
			near.offer(d, refs.labels[i])
		}
		if near.majority() == label {
			right++
		}
	}
	return float64(right) / float64(len(queries.labels)), nil
}

// nearest keeps the k least distances offered, in ascending order, and their labels.
type nearest struct {
	k         int
	distances []float64
	labels    []int32
}

func (n *nearest) reset() { n.distances, n.labels = n.distances[:0], n.labels[:0] }

func (n *nearest) offer(d float64, label int32) {
	if len(n.distances) == n.k {
		if d >= n.distances[n.k-1] {
			return
		}
	} else {
		n.distances, n.labels = append(n.distances, 0), append(n.labels, 0)
	}
	last := len(n.distances) - 1
	at := sort.Search(last, func(i int) bool { return n.distances[i] > d })
	copy(n.distances[at+1:], n.distances[at:last])
	copy(n.labels[at+1:], n.labels[at:last])
	n.distances[at], n.labels[at] = d, label
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
