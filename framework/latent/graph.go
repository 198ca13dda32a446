package latent

import (
	"container/heap"
	"math"
	"slices"

	"github.com/assaylab/assay/framework/nn/kernel"
	"gonum.org/v1/gonum/mat"
)

// graph is an undirected graph with lengths.
type graph [][]edge

type edge struct {
	to     int
	length float64
}

// add joins i and j unless they are.
func (g graph) add(i, j int, length float64) {
	for _, e := range g[i] {
		if e.to == j {
			return
		}
	}
	g[i], g[j] = append(g[i], edge{j, length}), append(g[j], edge{i, length})
}

// neighbourGraph joins each row to its nearest others, the first of equally near.
func neighbourGraph(X *mat.Dense, neighbours int) graph {
	n, _ := X.Dims()
	columns := mat.DenseCopyOf(X.T()).RawMatrix().Data
	g, distance, order := make(graph, n), make([]float64, n), make([]int, n)
	for i := range n {
		kernel.SquaredDistances(distance, X.RawRowView(i), columns)
		distance[i] = math.Inf(1)
		for j := range order {
			order[j] = j
		}
		slices.SortStableFunc(order, func(a, b int) int {
			switch {
			case distance[a] < distance[b]:
				return -1
			case distance[a] > distance[b]:
				return 1
			}
			return 0
		})
		for _, j := range order[:neighbours] {
			g.add(i, j, math.Sqrt(distance[j]))
		}
	}
	return g
}

// join connects the parts of the graph, each with each, by their nearest samples.
func (g graph) join(X *mat.Dense) {
	part, parts := g.parts()
	if parts == 1 {
		return
	}
	type pair struct{ i, j int }
	nearest, length := map[pair]pair{}, map[pair]float64{}
	for i := range g {
		for j := range i {
			a, b := min(part[i], part[j]), max(part[i], part[j])
			if a == b {
				continue
			}
			d := 0.0
			for k, x := range X.RawRowView(i) {
				d += (x - X.At(j, k)) * (x - X.At(j, k))
			}
			if old, ok := length[pair{a, b}]; !ok || d < old {
				nearest[pair{a, b}], length[pair{a, b}] = pair{i, j}, d
			}
		}
	}
	for b := range parts {
		for a := range b {
			p := nearest[pair{a, b}]
			g.add(p.i, p.j, math.Sqrt(length[pair{a, b}]))
		}
	}
}

// parts numbers the connected parts of the graph.
func (g graph) parts() (part []int, parts int) {
	part = make([]int, len(g))
	for i := range part {
		part[i] = -1
	}
	for i := range g {
		if part[i] >= 0 {
			continue
		}
		stack := []int{i}
		part[i] = parts
		for len(stack) > 0 {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, e := range g[at] {
				if part[e.to] < 0 {
					part[e.to] = parts
					stack = append(stack, e.to)
				}
			}
		}
		parts++
	}
	return part, parts
}

// paths fills dist with the lengths of the shortest paths from a sample (Dijkstra).
func (g graph) paths(from int, dist []float64) {
	for i := range dist {
		dist[i] = math.Inf(1)
	}
	dist[from] = 0
	open := &frontier{{from, 0}}
	for open.Len() > 0 {
		at := heap.Pop(open).(edge)
		if at.length > dist[at.to] {
			continue // reached on a shorter path since
		}
		for _, e := range g[at.to] {
			if d := at.length + e.length; d < dist[e.to] {
				dist[e.to] = d
				heap.Push(open, edge{e.to, d})
			}
		}
	}
}

// frontier is a heap of samples by the length of a path to them.
type frontier []edge

func (f frontier) Len() int           { return len(f) }
func (f frontier) Less(i, j int) bool { return f[i].length < f[j].length }
func (f frontier) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }
func (f *frontier) Push(x any)        { *f = append(*f, x.(edge)) }
func (f *frontier) Pop() any {
	last := (*f)[len(*f)-1]
	*f = (*f)[:len(*f)-1]
	return last
}
