package plasticity

import "math"

// A capper computes c_k(ReLU(z)): of the positive values the k largest stay as
// they are, everything else becomes 0. Of equal values the lower index stays.
type capper struct {
	at     []int32      // indices of the positive values, ascending
	counts [2048]uint16 // positive float32 by exponent and three bits of mantissa
	edge   []uint32
}

// apply writes h and returns the indices of its positive values, ascending; they
// are valid until the next call. h and z may be the same.
func (c *capper) apply(h, z []float32, k int) []int32 {
	if cap(c.at) < len(z) {
		c.at, c.edge = make([]int32, len(z)), make([]uint32, len(z))
	}
	at, n := c.at[:len(z)], 0
	for j, v := range z { // without a branch to mispredict: half of all signs are positive
		at[n] = int32(j)
		n += int(-math.Float32bits(v) & ^math.Float32bits(v) >> 31) // 1 where 0 < v
	}
	at = at[:n]
	if n <= k {
		for j, v := range z {
			h[j] = max(v, 0)
		}
		return at
	}
	least, ties := c.kth(z, at, k)
	for j, v := range z {
		b := int32(math.Float32bits(v)) // below 0 where v is
		h[j] = math.Float32frombits(uint32(b) &^ uint32((int64(b)-int64(least))>>63))
	}
	kept := 0
	for _, j := range at {
		stays := 0
		switch b := math.Float32bits(h[j]); {
		case b > least:
			stays = 1
		case b == least && ties > 0:
			stays, ties = 1, ties-1
		default:
			h[j] = 0
		}
		at[kept] = j
		kept += stays
	}
	return at[:kept]
}

// kth returns the k-th largest of more than k positive values, as bits (which
// are ordered as the values are), and how many of its equals belong to the k.
func (c *capper) kth(z []float32, at []int32, k int) (least uint32, ties int) {
	low, high := uint32(len(c.counts)-1), uint32(0)
	for _, j := range at {
		b := math.Float32bits(z[j]) >> 20
		c.counts[b]++
		low, high = min(low, b), max(high, b)
	}
	above, b := 0, high
	for above+int(c.counts[b]) < k {
		above += int(c.counts[b])
		b--
	}
	edge := c.edge[:0]
	for _, j := range at {
		if bits := math.Float32bits(z[j]); bits>>20 == b {
			edge = append(edge, bits)
		}
	}
	clear(c.counts[low : high+1])
	least = nthLargest(edge, k-above)
	ties = k - above
	for _, v := range edge {
		if v > least {
			ties--
		}
	}
	return least, ties
}

// nthLargest returns the n-th largest (from 1) of v, whose order it changes.
func nthLargest(v []uint32, n int) uint32 {
	for len(v) > 1 {
		pivot := v[len(v)/2]
		i, j := 0, len(v)-1
		for i <= j {
			for v[i] > pivot {
				i++
			}
			for v[j] < pivot {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j+1:
			v = v[:j+1]
		case n > i:
			v, n = v[i:], n-i
		default:
			return pivot
		}
	}
	return v[0]
}
