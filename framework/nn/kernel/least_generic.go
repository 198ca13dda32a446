package kernel

import "math"

func relaxGeneric(dist []float64, pred []int32, c, w []float64, h float64, k int32) (least float64, at int) {
	least = math.Inf(1)
	w, dist, pred = w[:len(c)], dist[:len(c)], pred[:len(c)]
	for j, x := range c {
		d := dist[j]
		if through := x - w[j] - h; through < d {
			d = through
			dist[j], pred[j] = d, k
		}
		if d < least {
			least, at = d, j
		}
	}
	return least, at
}

func argLeastGeneric(x []float64) (least float64, at int) {
	least = math.Inf(1)
	for j, v := range x {
		if v < least {
			least, at = v, j
		}
	}
	return least, at
}

// A pair of the least numbers so far and their places.
type twoPlaces struct {
	u1, u2 float64
	j1, j2 int
}

func noPlaces() twoPlaces { return twoPlaces{u1: math.Inf(1), u2: math.Inf(1)} }

// offer takes h at j, which comes after all places that were offered.
func (t *twoPlaces) offer(h float64, j int) {
	if h < t.u2 {
		if h < t.u1 {
			t.u2, t.j2, t.u1, t.j1 = t.u1, t.j1, h, j
		} else {
			t.u2, t.j2 = h, j
		}
	}
}

// join takes h at j, wherever that is.
func (t *twoPlaces) join(h float64, j int) {
	switch {
	case h < t.u1 || h == t.u1 && j < t.j1:
		t.u2, t.j2, t.u1, t.j1 = t.u1, t.j1, h, j
	case h < t.u2 || h == t.u2 && j < t.j2:
		t.u2, t.j2 = h, j
	}
}

func twoLeastGeneric(t twoPlaces, c, v []float64, from int) twoPlaces {
	v = v[:len(c)]
	for j := from; j < len(c); j++ {
		t.offer(c[j]-v[j], j)
	}
	return t
}
